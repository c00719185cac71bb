import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.sessions import transcript
from loopsy_daemon.sessions.screen import Screen

PENS = re.compile(r"\x1b\[[0-9;]*m")


def text_of(screen: Screen, *, styled: bool = False) -> str:
    return "".join(screen.transcript(styled=styled))


def screen_with(*lines: str, cols: int = 20, rows: int = 5) -> Screen:
    screen = Screen(cols, rows)
    screen.feed("\r\n".join(lines).encode())
    return screen


def test_scrollback_and_screen_are_one_text() -> None:
    lines = [f"line {number}" for number in range(1_000)]
    assert text_of(screen_with(*lines)) == "\n".join(lines) + "\n"


def test_wrapped_lines_are_whole_again_wherever_pieces_end() -> None:
    lines = ["x" * 45, "", "ab", "y" * 9_000, "終わり" * 40, "end"]
    assert text_of(screen_with(*lines)) == "\n".join(lines) + "\n"


def test_empty_rows_count_between_lines_and_not_at_the_end() -> None:
    lines = ["first", *[""] * 700, "last", "", ""]
    assert text_of(screen_with(*lines)) == "\n".join(lines[:-2]) + "\n"
    assert text_of(screen_with("", "", "")) == ""
    assert text_of(Screen(80, 24)) == ""


def test_styles_are_kept_on_demand() -> None:
    screen = screen_with("plain", "\x1b[1;31mred\x1b[0m", "\x1b[32m" + "g" * 50 + "\x1b[0m")
    styled = text_of(screen, styled=True)
    assert "\x1b[" not in text_of(screen)
    assert "\x1b[" in styled
    assert PENS.sub("", styled) == text_of(screen)


def test_the_alternate_screen_stands_below_the_scrollback_and_nothing_changes() -> None:
    screen = screen_with(*(f"line {number}" for number in range(600)))
    screen.feed(b"\x1b[?1049h\x1b[Hedited\r\n~")
    before = screen.snapshot(10_000).data
    lines = text_of(screen).splitlines()
    assert lines[0] == "line 0"
    assert lines[-3:] == ["line 594", "edited", "~"]
    assert screen.snapshot(10_000).data == before


def test_a_program_that_is_inside_a_sequence_stays_there() -> None:
    screen = screen_with(*(f"line {number}" for number in range(10)))
    screen.feed(b"\x1b[?1049h\x1b[Hedited\x1b]2;half a ti")
    assert text_of(screen).splitlines() == [*(f"line {number}" for number in range(5)), "edited"]
    screen.feed(b"tle\x07 on")
    assert screen.title == "half a title"
    assert text_of(screen).splitlines()[-1] == "edited on"


@given(st.lists(st.text("a 終é", max_size=70), max_size=40), st.integers(1, 6))
def test_every_line_comes_back(lines: list[str], piece_rows: int) -> None:
    screen = screen_with(*(line.rstrip() for line in lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transcript, "PIECE_ROWS", piece_rows)
        found = text_of(screen)
    assert [line.rstrip() for line in found.rstrip().split("\n")] == [
        line.rstrip() for line in "\n".join(lines).rstrip().split("\n")
    ]
