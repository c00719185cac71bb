import pytest

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.backoff import Backoff


def test_the_range_doubles_up_to_the_cap() -> None:
    backoff = Backoff(lambda: 1.0)
    assert [backoff.next_delay_seconds() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_jitter_is_full() -> None:
    assert Backoff(lambda: 0.0, attempt=5).next_delay_seconds() == 0
    assert Backoff(lambda: 0.25, attempt=3).next_delay_seconds() == 1


def test_no_number_of_attempts_overflows() -> None:
    assert Backoff(lambda: 1.0, attempt=100_000).next_delay_seconds() == limits.BACKOFF_CAP_SECONDS


@pytest.mark.parametrize(("lasted_seconds", "next_seconds"), [(10.0, 0.5), (9.9, 16.0)])
def test_a_connection_that_stayed_up_starts_afresh(lasted_seconds: float, next_seconds: float) -> None:
    backoff = Backoff(lambda: 1.0, attempt=5)
    backoff.connection_ended(lasted_seconds)
    assert backoff.next_delay_seconds() == next_seconds
