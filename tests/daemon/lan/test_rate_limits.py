from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.lan.rate_limits import MAX_NAMES, RateLimit


@given(st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_no_more_get_through_than_the_burst_and_the_rate_allow(pauses: list[float]) -> None:
    limit, now, admitted = RateLimit(per_minute=30, burst=5), 0.0, 0
    for pause in pauses:
        now += pause
        wait = limit.wait_seconds("a", now)
        admitted += wait == 0
        assert 0 <= wait <= 2
    assert admitted <= 5 + now / 2 + 1e-6


def test_after_the_wait_that_was_told_one_gets_through() -> None:
    limit = RateLimit(per_minute=30, burst=1)
    assert limit.wait_seconds("a", 0) == 0
    wait = limit.wait_seconds("a", 0.5)
    assert wait > 0
    assert limit.wait_seconds("a", 0.5 + wait + 1e-9) == 0


def test_names_do_not_wait_for_each_other_and_memory_is_bounded() -> None:
    limit = RateLimit(per_minute=1, burst=1)
    for number in range(MAX_NAMES + 50):
        assert limit.wait_seconds(str(number), 0) == 0
    assert limit.wait_seconds(str(MAX_NAMES), 0) > 0
    assert len(limit._buckets) == MAX_NAMES


def test_a_clock_that_goes_back_gives_nothing() -> None:
    limit = RateLimit(per_minute=60, burst=1)
    assert limit.wait_seconds("a", 100) == 0
    assert limit.wait_seconds("a", 0) > 0
    assert limit.wait_seconds("a", 0.5) > 0
