"""Whatever is cut, what was typed reaches a program once and in order."""

from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.cli.unacknowledged_input import UnacknowledgedInput
from loopsy_daemon.wire.offsets import InputSequence

WINDOW_BYTES = 8


def test_what_was_typed_before_the_first_answer_is_kept() -> None:
    typed = UnacknowledgedInput()
    typed.type(b"early")
    typed.resume(7)
    assert typed.next(WINDOW_BYTES) == (7, b"early")
    assert typed.next(WINDOW_BYTES) is None


def test_a_daemon_that_forgot_this_client_gets_the_rest_from_where_it_is() -> None:
    typed = UnacknowledgedInput()
    typed.resume(0)
    typed.type(b"abcdef")
    typed.next(WINDOW_BYTES)
    typed.acknowledge(4)
    typed.resume(0)
    assert typed.next(WINDOW_BYTES) == (0, b"ef")


@given(st.lists(st.one_of(st.binary(min_size=1, max_size=12), st.sampled_from(["send", "lose", "cut", "write"]))))
def test_every_byte_arrives_once_and_in_order(steps: list[bytes | str]) -> None:
    typed, program = UnacknowledgedInput(), InputSequence(WINDOW_BYTES)
    everything, arrived = b"", b""
    typed.resume(program.seen)
    for step in [*steps, "cut", *["send", "write"] * (len(steps) * 12)]:
        if isinstance(step, bytes):
            everything += step
            typed.type(step)
        elif step in ("send", "lose"):
            message = typed.next(WINDOW_BYTES)
            if message is not None and step == "send" and message[0] <= program.seen:
                arrived += program.accept(*message)
        elif step == "write":
            program.record_written(program.seen - program.written)
            typed.acknowledge(program.take_acknowledgement())
        else:
            typed.resume(program.seen)
    typed.resume(program.seen)
    while message := typed.next(WINDOW_BYTES):
        arrived += program.accept(*message)
        program.record_written(program.seen - program.written)
        typed.acknowledge(program.take_acknowledgement())
    assert arrived == everything
    assert (typed.size_bytes, typed.unsent_bytes) == (0, 0)
