"""The port onto the terminal library."""

from loopsy_daemon.sessions.fill import Fill
from loopsy_daemon.sessions.ghostty import Ghostty


def test_rows_are_printed_with_pens_and_wrapped_rows_joined() -> None:
    terminal = Ghostty(10, 4)
    terminal.feed(b"\x1b[1mbold\x1b[0m plain and long")
    assert terminal.printed(0, 3) == b"\x1b[0m\x1b[1mbold\x1b[0m plain and long"
    assert terminal.plain(0, 3) == "bold plain\n and long"


def test_a_twin_is_a_copy_and_leaves_no_trace() -> None:
    terminal = Ghostty(20, 5)
    terminal.feed(b"one\r\n" * 50 + b"\x1b[3;4H\x1b7")
    twin = terminal.twin(100_000)
    assert twin is not None
    assert twin.number("SCROLLBACK_ROWS") == terminal.number("SCROLLBACK_ROWS")
    before = terminal.printed(0, 20)
    twin.feed(b"\x1bcchanged")
    assert terminal.printed(0, 20) == before
    assert twin.plain(0, 4) == "changed"


def test_a_very_large_screen_has_a_twin_too() -> None:
    terminal = Ghostty(1_000, 1_000)
    terminal.feed(b"".join(b"\x1b[%d;1H\x1b[38;2;%d;1;2m%s" % (y, y % 256, b"x" * 1_000) for y in range(1, 1_001)))
    twin = terminal.twin()
    assert twin is not None
    assert twin.plain(0, 999) == terminal.plain(0, 999)


def test_inside_a_sequence_too_long_to_keep_there_is_no_twin() -> None:
    terminal = Ghostty(20, 5)
    terminal.limit_unfinished(100)
    terminal.feed(b"\x1b]0;" + b"x" * 200)
    assert terminal.twin() is None


def test_backgrounds_without_text_are_found() -> None:
    terminal = Ghostty(4, 3)
    terminal.feed(b"\x1b[44m\x1b[K\r\n\x1b[48;2;1;2;3m\x1b[K\r\n\x1b[0mtext")
    assert terminal.fills(0) == [Fill((48, 5, 4))] * 4
    assert terminal.fills(1) == [Fill((48, 2, 1, 2, 3))] * 4
    assert terminal.fills(2) == [None] * 4


def test_settings_are_read_back_as_sequences() -> None:
    terminal = Ghostty(20, 10)
    terminal.feed(b"\x1b[3g\x1b[5G\x1bH\x1b[2;4r\x1b[3;3H\x1b[1m")
    assert terminal.setting("tabstops") == b"\x1b[3g\x1b[5G\x1bH\x1b[H"
    assert terminal.setting("scrolling_region") == b"\x1b[2;4r"
    assert terminal.setting("cursor", "style") == b"\x1b[3;3H\x1b[0m\x1b[1m"


def test_the_palette_is_compared_with_the_usual_one() -> None:
    terminal = Ghostty(20, 5)
    assert terminal.palette() == terminal.palette(default=True)
    terminal.feed(b"\x1b]4;1;rgb:11/22/33\x07")
    assert terminal.palette()[3:6] == b"\x11\x22\x33"
    assert terminal.palette(default=True)[3:6] != b"\x11\x22\x33"
