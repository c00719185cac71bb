"""Input is counted as the program's terminal took it, also by a daemon that is killed at any step."""

import os
import select
import time
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from loopsy_daemon.keeper.input_marks import HANDED_BYTES, MARKS, InputMarks, settle
from loopsy_daemon.keeper.ring import Ring

CLIENT = b"client"
DEADLINE_SECONDS = 20.0


@dataclass(slots=True)
class Rig:
    """A client's mark, a pipe and a terminal that nobody reads."""

    ring: Ring
    marks: InputMarks
    place: int
    pipe: tuple[int, int]
    terminal: int
    program: int

    def heard(self) -> bytes:
        """Return what the program has got."""
        heard = b""
        try:
            while piece := os.read(self.program, 65_536):
                heard += piece
        except BlockingIOError:
            return heard
        return heard

    def settled(self) -> int:
        """Do what the keeper does when the daemon is gone; return how much input it counts."""
        try:
            left_bytes = len(os.read(self.pipe[0], HANDED_BYTES))
        except BlockingIOError:
            left_bytes = 0
        settle(self.ring, left_bytes)
        ((_, _, written, _),) = InputMarks(self.ring)
        return written


@pytest.fixture
def rig() -> Iterator[Rig]:
    ring, pipe = Ring.create(65_536), os.pipe()
    terminal, program = os.openpty()
    tty.setraw(program)
    for descriptor in (*pipe, terminal, program):
        os.set_blocking(descriptor, False)
    marks = InputMarks(ring)
    place = marks.take(CLIENT)
    assert place is not None
    marks.pipe = pipe
    yield Rig(ring, marks, place, pipe, terminal, program)
    ring.close()
    for descriptor in (*pipe, terminal, program):
        os.close(descriptor)


def wait_for(rig: Rig, size_bytes: int) -> bytes:
    """Return what the program heard, which comes through the kernel's own work queue."""
    heard, deadline = b"", time.monotonic() + DEADLINE_SECONDS
    while len(heard) < size_bytes:
        ready, _, _ = select.select([rig.program], [], [], deadline - time.monotonic())
        assert ready, f"{len(heard)} of {size_bytes} bytes"
        heard += rig.heard()
    return heard


def test_input_goes_through_the_pipe_into_the_terminal_and_is_counted(rig: Rig) -> None:
    assert rig.marks.hand_over(rig.place, 0, rig.terminal, memoryview(b"hello ")) == 6
    assert rig.marks.hand_over(rig.place, 6, rig.terminal, memoryview(b"world")) == 5
    assert wait_for(rig, 11) == b"hello world"
    assert rig.settled() == 11


def test_what_the_terminal_does_not_take_is_not_left_in_the_pipe(rig: Rig) -> None:
    data = memoryview(os.urandom(1_000_000))
    taken = 0
    while True:
        try:
            taken += rig.marks.hand_over(rig.place, taken, rig.terminal, data[taken:])
        except BlockingIOError:
            break
    assert 0 < taken < len(data)
    assert rig.settled() == taken
    assert wait_for(rig, taken) == data[:taken]


def kill_while_handing_over(rig: Rig, data: bytes, prepare: Callable[[], None]) -> None:
    """Hand over in another process, which `prepare` lets end in the middle."""
    pid = os.fork()
    if pid == 0:
        try:
            prepare()
            rig.marks.hand_over(rig.place, 1_000, rig.terminal, memoryview(data))
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def check_count(rig: Rig, data: bytes) -> int:
    counted = rig.settled() - 1_000
    assert wait_for(rig, counted) == data[:counted]
    assert rig.heard() == b"", "what is sent again must not have been heard"
    return counted


@pytest.mark.parametrize("name", ["write", "splice", "read"])
@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("size_bytes", [1, 5_000, 60_000])
def test_a_kill_before_or_after_any_system_call_is_counted_right(
    rig: Rig, name: str, is_done: bool, size_bytes: int
) -> None:
    data = os.urandom(size_bytes)
    rig.marks.write(rig.place, 1_000)

    def prepare() -> None:
        real = getattr(os, name)

        def killed(*arguments: object, **named: object) -> None:
            if is_done:
                real(*arguments, **named)
            os._exit(0)

        setattr(os, name, killed)

    kill_while_handing_over(rig, data, prepare)
    counted = check_count(rig, data)
    assert (counted > 0) == (name == "read" or (name == "splice" and is_done))


@pytest.mark.parametrize("stores", range(8))
def test_a_kill_between_any_two_stores_is_counted_right(rig: Rig, stores: int) -> None:
    data = os.urandom(60_000)
    rig.marks.write(rig.place, 1_000)

    class Words:
        left = stores

        def __init__(self, words: memoryview) -> None:
            self.words = words

        def __setitem__(self, index: int, value: int) -> None:
            if self.left == 0:
                os._exit(0)
            self.left -= 1
            self.words[index] = value

    def prepare() -> None:
        rig.marks._words = Words(rig.marks._words)  # type: ignore[assignment]

    kill_while_handing_over(rig, data, prepare)
    counted = check_count(rig, data)
    assert (counted > 0) == (stores >= 5), "it is put, and then the terminal takes it"


def test_a_session_whose_input_was_not_under_way_is_left_as_it_is(rig: Rig) -> None:
    rig.marks.write(rig.place, 7)
    settle(rig.ring, 5_000)
    assert rig.settled() == 7


def test_without_a_pipe_input_is_written_and_counted(rig: Rig) -> None:
    rig.marks.pipe = None
    assert rig.marks.hand_over(rig.place, 5, rig.terminal, memoryview(b"abc")) == 3
    assert rig.settled() == 8
    assert wait_for(rig, 3) == b"abc"


def test_clients_are_known_with_what_they_typed_in_the_order_of_their_acts(rig: Rig) -> None:
    first, second, third = rig.place, rig.marks.take(b"second"), rig.marks.take(b"third")
    assert second is not None
    assert third is not None
    rig.marks.write(first, 10)
    rig.marks.act(first, 7)
    rig.marks.write(second, 20)
    rig.marks.act(second, 3)
    rig.marks.give_back(third)
    assert [mark[1:] for mark in InputMarks(rig.ring)] == [(b"second", 20, 3), (CLIENT, 10, 7)]
    assert InputMarks(rig.ring).take(b"third") is not None
    assert next(mark[1:] for mark in InputMarks(rig.ring)) == (b"third", 0, 0)


def test_more_clients_than_places_are_not_an_error(rig: Rig) -> None:
    places = [rig.marks.take(b"client %d" % number) for number in range(MARKS)]
    assert len(set(places)) == MARKS
    assert places[-1] is None
    assert rig.marks.take(b"x" * 48) is None
