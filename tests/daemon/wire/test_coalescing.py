"""When output leaves: at once after quiet or input, else in batches."""

import math

from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.wire.coalescing import Coalescer

QUIET = 0.016


def test_the_first_bytes_after_quiet_leave_at_once() -> None:
    coalescer = Coalescer()
    coalescer.record_arrival(1.0)
    assert coalescer.due_at(5) <= 1.0


def test_what_follows_is_gathered_for_sixteen_milliseconds() -> None:
    coalescer = Coalescer()
    coalescer.record_arrival(1.0)
    coalescer.record_left(1.0, 0)
    coalescer.record_arrival(1.005)
    coalescer.record_arrival(1.010)
    assert coalescer.due_at(5) == 1.005 + QUIET


def test_a_full_batch_leaves_at_once() -> None:
    coalescer = Coalescer(batch_bytes=100)
    coalescer.record_arrival(1.0)
    coalescer.record_left(1.0, 0)
    coalescer.record_arrival(1.001)
    assert coalescer.due_at(99) > 1.001
    assert coalescer.due_at(100) == -math.inf


def test_the_first_bytes_after_input_leave_at_once_and_with_them_all_that_waits() -> None:
    coalescer = Coalescer()
    coalescer.record_arrival(1.0)
    coalescer.record_left(1.0, 0)
    coalescer.record_arrival(1.001)
    coalescer.record_input()
    assert coalescer.due_at(5) > 1.001
    coalescer.record_arrival(1.002)
    assert coalescer.due_at(10) <= 1.002
    coalescer.record_left(1.002, 0)
    coalescer.record_arrival(1.003)
    assert coalescer.due_at(5) > 1.003


def test_what_a_full_batch_left_over_is_gathered_again() -> None:
    coalescer = Coalescer(batch_bytes=100)
    coalescer.record_arrival(1.0)
    coalescer.record_left(1.0, 20)
    assert coalescer.due_at(20) == 1.0 + QUIET


@given(st.lists(st.tuples(st.floats(0, 0.03), st.integers(1, 80), st.booleans()), min_size=1, max_size=60))
def test_no_byte_waits_longer_than_the_quiet_time_and_no_batch_is_smaller_without_a_reason(
    arrivals: list[tuple[float, int, bool]],
) -> None:
    coalescer = Coalescer(batch_bytes=100)
    now, waiting, oldest = 0.0, 0, math.inf
    last_arrival, typed = -math.inf, False
    for gap, size, typing in arrivals:
        due = coalescer.due_at(waiting) if waiting else math.inf
        if due <= now + gap:  # the timer fires before the next arrival
            assert due - oldest <= QUIET + 1e-9
            coalescer.record_left(due, 0)
            waiting, oldest, typed = 0, math.inf, False
        now += gap
        if typing:
            coalescer.record_input()
            typed = True
        was_quiet = now - last_arrival >= QUIET and waiting == 0
        coalescer.record_arrival(now)
        last_arrival, waiting, oldest = now, waiting + size, min(oldest, now)
        if coalescer.due_at(waiting) <= now:
            assert was_quiet or typed or waiting >= 100 or now - oldest >= QUIET - 1e-9
            coalescer.record_left(now, 0)
            waiting, oldest, typed = 0, math.inf, False
        else:
            assert not typed
            assert not was_quiet
