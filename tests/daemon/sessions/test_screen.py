"""What the model of a terminal says about the program in it."""

import subprocess
import sys
import time

import pytest

from loopsy_daemon.sessions.screen import Screen


def answers(*queries: bytes) -> list[bytes]:
    replies: list[bytes] = []
    screen = Screen(80, 24, on_reply=replies.append)
    for query in queries:
        screen.feed(query)
    screen.close()
    return replies


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (b"\x1b[c", b"\x1b[?62;22c"),
        (b"\x1b[5n", b"\x1b[0n"),
        (b"ab\x1b[6n", b"\x1b[1;3R"),
        (b"\x1b[18t", b"\x1b[8;24;80t"),
        (b"\x1b[>q", b"\x1bP>|Loopsy\x1b\\"),
        (b"\x1b[?2004$p", b"\x1b[?2004;2$y"),
        (b"\x1b]10;?\x1b\\", b"\x1b]10;rgb:d3d3/d9d9/e4e4\x1b\\"),
        (b"\x1b]11;?\x1b\\", b"\x1b]11;rgb:0b0b/0e0e/1414\x1b\\"),
        (b"\x1b]12;?\x1b\\", b"\x1b]12;rgb:7c7c/c4c4/ffff\x1b\\"),
    ],
)
def test_queries_are_answered(query: bytes, answer: bytes) -> None:
    assert answers(query) == [answer]


@pytest.mark.parametrize(
    "query",
    [
        b"\x1b[?u",  # kitty keyboard
        b"\x1b[>1u\x1b[?u",
        b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\",  # kitty graphics
        b"\x1b[14t\x1b[16t",  # sizes in pixels
        b"\x1b]52;c;?\x07",  # the clipboard
        b"\x05",
    ],
)
def test_nothing_is_claimed_that_the_apps_terminal_cannot_do(query: bytes) -> None:
    assert answers(query) == []


def test_the_cursor_is_reported_on_every_row() -> None:
    for row in range(1, 25):
        assert answers(f"\x1b[{row}H\x1b[6n".encode()) == [f"\x1b[{row};1R".encode()]


def test_answers_go_on_after_a_suppressed_one() -> None:
    assert answers(b"\x1b[?u\x1b[c") == [b"\x1b[?62;22c"]


def test_title_directory_and_preview() -> None:
    titles: list[int] = []
    screen = Screen(80, 24, on_title=lambda: titles.append(1))
    screen.feed(b"\x1b]0;My \xc3\xa9 title\x07\x1b]7;file:///tmp/x\x1b\\first\r\n  last line  \r\n\r\n   \r\n")
    assert (screen.title, screen.directory_url, screen.preview) == ("My é title", "file:///tmp/x", "last line")
    assert titles == [1]
    screen.feed(b"x" * 500)
    assert screen.preview == "x" * 20  # the last row of what wrapped
    screen.feed(b"\x1b[2J")
    assert screen.preview == ""


def test_the_bell_is_heard() -> None:
    rings: list[int] = []
    screen = Screen(80, 24, on_bell=lambda: rings.append(1))
    screen.feed(b"a\x07b\x07")
    assert len(rings) == 2


@pytest.mark.parametrize("cut", [b"\x1b", b"\x1b[38;5", b"\x1b]0;ti", b"\x1bP$q", b"\xf0\x9f\x91", b"\xe6", b"\x1b_G"])
def test_what_is_unfinished_is_known_to_the_byte(cut: bytes) -> None:
    screen = Screen(80, 24)
    screen.feed(b"text" + cut)
    assert (screen.is_ground, screen.unfinished()) == (False, cut)
    screen.feed(b"\x18")
    assert (screen.is_ground, screen.unfinished()) == (True, b"")


def test_what_is_unfinished_and_too_long_is_unknown() -> None:
    screen = Screen(80, 24)
    screen.feed(b"\x1b]52;c;" + b"A" * 2_000_000)
    assert screen.unfinished() is None


def test_the_size_changes_and_lines_reflow() -> None:
    screen = Screen(10, 5)
    screen.feed(b"0123456789ABC")
    screen.resize(20, 4)
    assert (screen.cols, screen.rows) == (20, 4)
    assert screen.text.rstrip() == "0123456789ABC"


def test_scrollback_is_bounded_and_about_as_long_as_asked() -> None:
    screen = Screen(80, 24, scrollback_lines=4_000)
    for number in range(50_000):
        screen.feed(b"line %d\r\n" % number)
    rows = screen.snapshot(10_000_000).data.count(b"\r\n")
    assert 4_000 <= rows < 5_000


def test_output_is_parsed_faster_than_any_program_prints() -> None:
    screen = Screen(80, 24)
    data = b"".join(b"%d\r\n" % number for number in range(500_000))
    started = time.process_time()
    for start in range(0, len(data), 65_536):
        screen.feed(data[start : start + 65_536])
    assert len(data) / (time.process_time() - started) > 20_000_000


def test_after_warming_up_a_session_waits_for_no_types() -> None:
    script = """if True:
        from pyghostty.core import ffi
        from loopsy_daemon.sessions.screen import Screen, warm_up
        warm_up()
        known = set(ffi._parsed_types)
        screen = Screen(80, 24)
        screen.feed(b"\\x1b[44m\\x1b[K\\x1b[c\\x1b[>q\\x1b[18t\\x07\\x1b]0;t\\x07" + b"text\\r\\n" * 100)
        screen.snapshot(65_536).data
        screen.feed(b"\\x1b[?1049h")
        screen.resize(90, 30)
        screen.snapshot(65_536).data
        screen.feed(b"\\x1b[3")
        print(screen.unfinished(), screen.title, screen.preview, set(ffi._parsed_types) - known)
    """
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "b'\\x1b[3' t  set()\n"
