"""Output windows, input sequences and the decision to skip forward."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.errors import ProtocolViolation
from loopsy_daemon.wire.offsets import InputSequence, OutputWindow


def test_room_is_the_window_less_what_is_in_flight() -> None:
    window = OutputWindow(100, window_bytes=50)
    window.record_sent(30)
    assert (window.sent, window.room_bytes, window.in_flight_bytes) == (130, 20, 30)
    window.acknowledge(120)
    assert window.room_bytes == 40


def test_acknowledging_what_was_never_sent_is_a_violation() -> None:
    window = OutputWindow(0)
    window.record_sent(10)
    with pytest.raises(ProtocolViolation):
        window.acknowledge(11)


def test_an_older_acknowledgement_changes_nothing() -> None:
    window = OutputWindow(0)
    window.record_sent(10)
    window.acknowledge(10)
    window.acknowledge(3)
    assert window.in_flight_bytes == 0


def test_a_client_that_keeps_up_is_never_skipped() -> None:
    window = OutputWindow(0, window_bytes=100)
    window.record_sent(100)
    assert window.skip_due_at(99, now=1.0) is None


def test_a_client_a_full_window_behind_is_skipped_after_a_tenth_of_a_second() -> None:
    window = OutputWindow(0, window_bytes=100)
    window.record_sent(100)
    assert window.skip_due_at(100, now=1.0) == pytest.approx(1.0 + limits.SKIP_AFTER_SECONDS)
    assert window.skip_due_at(500, now=1.05) == pytest.approx(1.0 + limits.SKIP_AFTER_SECONDS)


def test_catching_up_in_between_starts_the_time_again() -> None:
    window = OutputWindow(0, window_bytes=100)
    window.record_sent(100)
    window.skip_due_at(100, now=1.0)
    window.acknowledge(50)
    assert window.skip_due_at(100, now=1.05) is None
    assert window.skip_due_at(150, now=2.0) == pytest.approx(2.0 + limits.SKIP_AFTER_SECONDS)


def test_after_a_skip_what_is_in_flight_still_counts_until_it_is_acknowledged() -> None:
    window = OutputWindow(0, window_bytes=100)
    window.record_sent(100)
    window.skip_to(1_000, snapshot_bytes=30)
    assert (window.sent, window.room_bytes) == (1_000, -30)
    window.acknowledge(60)
    assert window.room_bytes == 30
    window.acknowledge(1_000)
    assert window.room_bytes == 100


def test_nobody_is_skipped_again_before_the_snapshot_is_acknowledged() -> None:
    window = OutputWindow(0, window_bytes=100)
    window.record_sent(100)
    window.skip_to(1_000, snapshot_bytes=30)
    assert window.skip_due_at(9_000, now=1.0) is None
    window.acknowledge(100)
    assert window.skip_due_at(9_000, now=2.0) is None
    window.acknowledge(1_000)
    assert window.skip_due_at(9_000, now=3.0) is not None


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("send"), st.integers(1, 60)),
            st.tuples(st.just("ack"), st.integers(0, 400)),
            st.tuples(st.just("skip"), st.integers(1, 200)),
        ),
        max_size=60,
    )
)
def test_in_flight_is_never_negative_and_room_returns_with_the_last_acknowledgement(
    steps: list[tuple[str, int]],
) -> None:
    window = OutputWindow(0, window_bytes=100)
    for kind, amount in steps:
        if kind == "send":
            window.record_sent(max(0, min(amount, window.room_bytes)))
        elif kind == "ack":
            window.acknowledge(min(amount, window.sent))
        else:
            window.skip_to(window.sent + amount, snapshot_bytes=amount)
        assert window.in_flight_bytes >= 0
        assert window.acknowledged <= window.sent
    window.acknowledge(window.sent)
    assert window.room_bytes == 100


def test_input_is_accepted_once_and_in_order() -> None:
    typed = InputSequence()
    assert typed.accept(0, b"abc") == b"abc"
    assert typed.accept(0, b"abc") == b""
    assert typed.accept(1, b"bcde") == b"de"
    assert typed.seen == 5


def test_input_with_a_gap_is_a_violation() -> None:
    typed = InputSequence()
    typed.accept(0, b"a")
    with pytest.raises(ProtocolViolation):
        typed.accept(2, b"c")


def test_more_unwritten_input_than_the_window_is_a_violation_and_counts_nothing() -> None:
    typed = InputSequence(window_bytes=4)
    typed.accept(0, b"abcd")
    with pytest.raises(ProtocolViolation):
        typed.accept(4, b"e")
    typed.record_written(2)
    assert typed.accept(4, b"ef") == b"ef"
    assert (typed.seen, typed.written) == (6, 2)


@given(st.binary(min_size=1, max_size=200), st.data())
def test_input_that_is_cut_and_repeated_at_will_arrives_once_in_order(stream: bytes, data: st.DataObject) -> None:
    typed, arrived = InputSequence(), b""
    while typed.seen < len(stream):
        start = data.draw(st.integers(0, typed.seen))
        end = data.draw(st.integers(start + 1, len(stream)))
        arrived += typed.accept(start, stream[start:end])
        assert typed.seen == len(arrived)
    assert arrived == stream
