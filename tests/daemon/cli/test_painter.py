"""A screen painted into a terminal of the same or another size looks as the program made it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.cli.painter import Painter
from loopsy_daemon.sessions.screen import Screen

FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
PIECES = [
    b"text ", b"\r\n", "終わり".encode(), b"\x1b[31mred\x1b[m", b"\x1b[H", b"\x1b[2J", b"\x1b[5;10H", b"x" * 45, b"\t",
    b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[41m\x1b[K\x1b[m", b"\x1b[3L", b"\x1b[2P", b"\x1bM", FAMILY.encode(),
]  # fmt: skip


def lines(screen: Screen) -> list[str]:
    return [line.rstrip() for line in screen.text.rstrip().split("\n")]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=12), max_size=6))
def test_frames_leave_the_terminal_as_the_program_s_own_would_be(turns: list[list[bytes]]) -> None:
    painter, program, seen = Painter(40, 10), Screen(40, 10), Screen(40, 10)
    for turn in turns:
        for piece in turn:
            painter.feed(piece)
            program.feed(piece)
        seen.feed(painter.frame(40, 10))
        assert lines(seen) == lines(program)
        cursor = program.picture.cursor
        assert cursor is not None
        assert seen.picture.cursor == (min(cursor[0], 39), cursor[1])


def shown(painter: Painter, columns: int, rows: int) -> list[str]:
    terminal = Screen(columns, rows)
    painter.forget()
    terminal.feed(painter.frame(columns, rows))
    return lines(terminal)


def test_where_there_is_no_room_the_rows_around_the_cursor_are_shown() -> None:
    painter = Painter(40, 10)
    painter.feed(b"\r\n".join(b"row %d, which is rather long" % row for row in range(10)))
    assert shown(painter, 8, 3) == ["row 7, g", "row 8, g", "row 9, g"]
    painter.feed(b"\x1b[H")
    assert shown(painter, 40, 2) == ["row 0, which is rather long", "row 1, which is rather long"]


def test_a_note_needs_room_and_a_notice_takes_it() -> None:
    painter = Painter(20, 3, "a note")
    painter.feed(b"one\r\ntwo\r\nthree")
    assert shown(painter, 20, 4)[3:] == ["a note"]
    assert shown(painter, 20, 3) == ["one", "two", "three"]
    painter.notice = "paused"
    assert shown(painter, 20, 3) == ["one", "two", " paused"]


@pytest.mark.parametrize("change", [b"", b"\x1b[1;1Hx"])
def test_only_what_changed_is_painted_again(change: bytes) -> None:
    painter = Painter(40, 10)
    painter.feed(b"first\r\nsecond")
    painter.frame(40, 10)
    painter.feed(change)
    frame = painter.frame(40, 10)
    assert b"second" not in frame
    assert (b"xirst" in frame) == bool(change)
    painter.forget()
    assert b"second" in painter.frame(40, 10)
