"""A later daemon's screen is the former one's, whatever was printed and whenever it ended."""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopsy_daemon.keeper.notes import Notes
from loopsy_daemon.keeper.ring import Ring
from loopsy_daemon.sessions.identity import Labels, Program
from loopsy_daemon.sessions.notebook import Notebook, Record
from loopsy_daemon.sessions.output_log import OutputLog
from loopsy_daemon.sessions.screen import Screen

CAPACITY = 65_536
PIECES = [
    *(b"plain ", b"\x1b[31mred\x1b[0m ", "終わり ".encode(), "é".encode(), b"\r\n", b"\x1b[2K", b"\t", b"x" * 70),
    *(b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[5;10H", b"\x1b[2J", b"\x1b[?2004h", b"\x1b[?2004l", b"\x1b]2;title\x07"),
    *(b"\x1b[3;12r", b"\x1b[r", b"\x1b7", b"\x1b8", b"\x1b[7m", b"y\r\n" * 300, b"z" * 900),
]


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write every checkpoint when it is due, however quick a test prints."""
    monkeypatch.setattr("loopsy_daemon.sessions.notebook.REST_PER_CHECKPOINT", 0)


class FirstDaemon:
    """A session's output, screen and notes as a daemon keeps them, without a program."""

    def __init__(self, capacity_bytes: int = CAPACITY) -> None:
        self.log = OutputLog(80, 24, capacity_bytes)
        self.screen = Screen(80, 24, on_bell=lambda: self.notebook.ring())
        self.notebook = Notebook(
            self.log, Labels(id="id", name="name"), Program(agent="shell", argv=(), environment={}, cwd="/")
        )
        self.notebook.write_record()

    def print(self, data: bytes) -> None:
        self.log.append(data)
        self.screen.feed(data)
        self.notebook.keep_up(self.screen)

    def resize(self, cols: int, rows: int) -> None:
        self.log.mark_size(cols, rows)
        self.notebook.write_record()
        self.screen.resize(cols, rows)

    def close(self) -> None:
        self.screen.close()
        self.log.close()


class LaterDaemon:
    """What the next daemon makes of the memory. `answers` are those that it gives to queries."""

    def __init__(self, memory: int) -> None:
        ring = Ring(os.dup(memory))
        self.record = Record.of(ring)
        self.log = OutputLog.resumed(ring, self.record.marks)
        self.answers: list[bytes] = []
        self.screen = Screen(80, 24, on_reply=self._reply, on_bell=lambda: self.notebook.ring())
        self.notebook = Notebook(
            self.log,
            Labels(id="id", name="name"),
            Program(agent="shell", argv=(), environment={}, cwd="/"),
            self.record,
        )
        self.notebook.revive(self.screen)

    def _reply(self, reply: bytes) -> None:
        if not self.notebook.is_reviving:
            self.answers.append(reply)

    def close(self) -> None:
        self.screen.close()
        self.log.close()


def see_the_same(first: Screen, later: Screen) -> None:
    assert (later.cols, later.rows, later.title) == (first.cols, first.rows, first.title)
    assert later.text == first.text
    assert later.unfinished() == first.unfinished()
    assert later.picture == first.picture


SIZES = st.tuples(st.integers(20, 120), st.integers(5, 50))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.sampled_from(PIECES), SIZES), max_size=100))
def test_the_screen_is_the_same_after_a_kill(acts: list[bytes | tuple[int, int]]) -> None:
    first = FirstDaemon()
    for act in acts:
        if isinstance(act, bytes):
            first.print(act)
        else:
            first.resize(*act)
            first.print(b".")  # of several sizes between two bytes only the last one is remembered
    later = LaterDaemon(first.log.ring.descriptor)
    see_the_same(first.screen, later.screen)
    assert later.log.end == first.log.end
    assert list(later.log.marks) == list(first.log.marks)
    later.close()
    first.close()


def filled(first: FirstDaemon, line: Callable[[int], bytes], size_bytes: int) -> None:
    number = 0
    while first.log.end < size_bytes:
        first.print(line(number))
        number += 1


def test_it_is_the_same_from_a_checkpoint_when_the_log_has_lost_the_beginning() -> None:
    first = FirstDaemon()
    first.print(b"\x1b[?1049h\x1b[?2004h\x1b]2;kept\x07\x1b[2;2Hstays here")
    filled(first, lambda number: b"\x1b[%d;5H%08d" % (5 + number % 15, number), 3 * CAPACITY)
    assert first.log.start > 0
    later = LaterDaemon(first.log.ring.descriptor)
    see_the_same(first.screen, later.screen)
    assert "stays here" in later.screen.text
    later.close()
    first.close()


def test_at_least_half_a_log_of_scrollback_comes_back() -> None:
    first = FirstDaemon()
    filled(first, lambda number: b"line %08d\r\n" % number, 5 * CAPACITY)
    later = LaterDaemon(first.log.ring.descriptor)
    lines = "".join(later.screen.transcript(styled=False)).split()
    assert len(lines) // 2 >= CAPACITY // 2 // len(b"line 00000000\r\n")
    later.close()
    first.close()


def test_all_scrollback_comes_back_after_an_end_in_order() -> None:
    first = FirstDaemon()
    filled(first, lambda number: b"line %08d\r\n" % number, 5 * CAPACITY)
    expected = "".join(first.screen.transcript(styled=False))
    first.notebook.close(first.screen)
    later = LaterDaemon(first.log.ring.descriptor)
    assert "".join(later.screen.transcript(styled=False)) == expected
    later.close()
    first.close()


def test_queries_that_were_seen_are_not_answered_again_and_others_are() -> None:
    first = FirstDaemon()
    first.print(b"\x1b[c seen")
    first.log.append(b"\x1b[5n unseen \x1b[6n")
    later = LaterDaemon(first.log.ring.descriptor)
    assert later.answers == [b"\x1b[0n", b"\x1b[1;14R"]
    again = LaterDaemon(first.log.ring.descriptor)
    assert again.answers == []
    again.close()
    later.close()
    first.close()


def test_more_than_a_log_without_a_daemon_begins_anew_with_the_former_modes() -> None:
    first = FirstDaemon()
    first.print(b"\x1b[?2004hold")
    filled(first, lambda _: b"x" * 70 + b"\r\n", CAPACITY)  # until there is a checkpoint
    assert first.notebook._notes.checkpoints()
    for number in range(20_000):
        first.log.append(b"unseen %07d\r\n" % number)
    first.log.append(b"\x1b[5n")
    later = LaterDaemon(first.log.ring.descriptor)
    assert first.log.ring.end - later.log.start == CAPACITY
    assert later.screen.preview == "unseen 0019999"
    assert later.answers == [b"\x1b[0n"]
    assert b"\x1b[?2004h" in later.screen.snapshot(1).data
    shown = later.screen.text.split()
    assert set(shown) <= {"unseen", *(f"{number:07d}" for number in range(20_000))}, "no half line"
    later.close()
    first.close()


def test_output_without_an_end_of_line_is_no_obstacle() -> None:
    first = FirstDaemon()
    for _ in range(40):
        first.log.append(b"\xff" * 10_000)
    later = LaterDaemon(first.log.ring.descriptor)
    assert later.log.end == 400_000
    later.close()
    first.close()


@pytest.mark.parametrize("record", [{}, {"name": "x"}, {"marks": 3}, {"marks": [["a"]]}, {"marks": [[1, 2]]}])
def test_a_record_that_cannot_be_understood_is_an_error(record: dict[str, object]) -> None:
    first = FirstDaemon()
    Notes(first.log.ring).write_record(record)
    with pytest.raises((KeyError, TypeError, ValueError)):
        Record.of(first.log.ring)
    first.close()


def test_fields_of_a_later_version_are_ignored() -> None:
    first = FirstDaemon()
    notes = Notes(first.log.ring)
    notes.write_record({**notes.read_record(), "colour": "green"})
    assert Record.of(first.log.ring).name == "name"
    first.close()


def test_a_later_daemon_knows_what_rang_before_it_and_hears_what_rings_unseen() -> None:
    first = FirstDaemon()
    first.print(b"one\x07 two")
    first.notebook.write_record()
    later = LaterDaemon(first.log.ring.descriptor)
    assert later.notebook.bell == len(b"one\x07 two")
    later.close()
    first.log.append(b" three\x07")
    later = LaterDaemon(first.log.ring.descriptor)
    assert later.notebook.bell == len(b"one\x07 two three\x07")
    later.close()
    first.close()
