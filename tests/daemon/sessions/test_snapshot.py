"""A snapshot shows in the web app's terminal what the program's own output would, now and with what comes next."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopsy_daemon.sessions.screen import Screen
from tests.daemon.sessions.programs import Opener
from tests.daemon.sessions.recorder import Recorder
from tests.daemon.sessions.xterm import Xterm

COLS, ROWS = 30, 8
PLENTY_BYTES = 1 << 20
# Each shows another part of what cannot be seen: position and pen, tab stops, the saved cursor, margins and scrolling,
# the hidden screen, and that a reset of the rest leads to the same.
PROBES = (b"!", b"\r\n\tT\tU", b"\x1b8S", b"\r\n\r\n\r\n", b"\x1b[?1049l-back-", b"\x1b[!p\x1b[r\x1b[20;1Hend\r\n")

CASES = {
    "nothing": b"",
    "wrapped lines and scrollback": b"".join(
        b"line %d with some text that wraps around the edge\r\n" % n for n in range(99)
    ),
    "wrapping exactly": b"x" * 30 + b"\r\n" + b"y" * 31 + b"\r\n" + b"z" * 60 + b"\r\nq",
    "a cleared screen below scrollback": b"".join(b"h%d\r\n" % n for n in range(50)) + b"\x1b[H\x1b[2Jtop",
    "sixteen colours": b"\x1b[31mred\x1b[0m \x1b[91;103mbright\x1b[0m \x1b[1;35mpen stays",
    "palette and true colours": b"\x1b[38;5;200;48;5;17m256\x1b[0m \x1b[38;2;1;2;3;48;2;200;100;50mtrue",
    "attributes": b"\x1b[1mb\x1b[0;2md\x1b[0;3mi\x1b[0;5mk\x1b[0;7mr\x1b[0;8mh\x1b[0;9ms\x1b[0;53mo\x1b[0m.",
    "underlines": b"\x1b[4ma\x1b[21mb\x1b[4:3;58;2;255;0;0mc\x1b[0;4:4md\x1b[4:5;58:5:9me\x1b[0mf",
    "alternate screen": b"primary\r\nsecond\x1b[1;32m\x1b[?1049h\x1b[2J\x1b[H\x1b[0malt\x1b[5;10Hthere",
    "alternate screen, old style": b"primary\r\nsecond\x1b[1;32m\x1b[?47h\x1b[2J\x1b[H\x1b[0malt\x1b[5;10Hthere",
    "alternate screen over scrollback": b"".join(b"h%d\r\n" % n for n in range(50)) + b"\x1b[?1049h\x1b[2;2Halt",
    "scrolling region": b"".join(b"r%d\r\n" % n for n in range(15)) + b"\x1b[3;6r\x1b[4;3Hin region",
    "origin mode": b"\x1b[3;6r\x1b[?6h\x1b[2;3Hin region",
    "tab stops": b"\x1b[3g\x1b[5G\x1bH\x1b[12G\x1bH\r\ta\tb\tc",
    "modes": b"\x1b[?2004h\x1b[?1h\x1b=\x1b[?1004h\x1b[4h\x1b[?25l\x1b[5 q\x1b[?2026h hi",
    "no wrapping": b"abc\x1b[?7l" + b"x" * 50,
    "mouse by button": b"\x1b[?1000h\x1b[?1002h\x1b[?1006h",
    "mouse by any motion": b"\x1b[?1003h\x1b[?1016h",
    "saved cursor": b"ab\x1b[5;5H\x1b[1;33m\x1b7\x1b[0m\x1b[H",
    "line drawing": b"a\x1b(0lqqk\r\nx  x",
    "shifted character set": b"\x1b)0\x0elqk",
    "title": "\x1b]0;My title é\x07x".encode(),
    "hyperlinks": b"see \x1b]8;;https://example.org/a?b=c\x1b\\\x1b[4mthe page\x1b[0m\x1b]8;;\x1b\\ and"
    b" \x1b]8;id=x;https://example.org/long\x1b\\a link that goes on in the next row\x1b]8;;\x1b\\ end",
    "hyperlinks on both screens": b"\x1b]8;;https://one.example\x1b\\one\x1b]8;;\x1b\\\x1b[?1049h\x1b[H"
    b"\x1b]8;;https://two.example\x1b\\two \xe6\xbc\xa2\x1b]8;;\x1b\\",
    "hyperlinks in scrollback": b"".join(
        b"%d \x1b]8;;https://x.org/%d\x1b\\\x1b[1;44mpage\x1b[0m that goes on in a next row\x1b]8;;\x1b\\\x1b[3C.\r\n"
        % (n, n // 2)
        for n in range(30)
    ),
    "wrap pending": b"x" * 30,
    "wrap pending with a pen": b"\x1b[41m" + b"x" * 29 + b"\x1b[1;32mY",
    "wrap pending after a wide character": b"x" * 28 + "漢".encode(),
    "erased with a background": b"\x1b[44m\x1b[2J\x1b[3;3Hhi\x1b[5;1H\x1b[41mred\x1b[K\x1b[0m",
    "a row of background": b"x\r\n\x1b[41m\x1b[K\x1b[0m\r\ny",
    "untouched cells after a background": b"\x1b[44mA\x1b[2CB\tC\x1b[0m|\x1b[2C."
    b"\r\n\x1b[41m\x1b[3X\x1b[6C\x1b[42mD\x1b[3CE",
    "untouched cells after lines and inverse": b"\x1b[7mi\x1b[3Cj\x1b[0m\r\n"
    b"\x1b[4mu\tv\x1b[0m\r\n\x1b[9ms\tt\x1b[0m\r\n"
    b"\x1b[53mo\tp\x1b[0m\r\n\x1b[4:3mw\tx",
    "untouched cells after wide characters": "\x1b[44m漢字\x1b[2Cか👍🏽\te\u0301\x1b[1C.\r\n漢\x1b[2D\x1b[1Pz".encode(),
    "untouched cells before a background": "wide ✓ \x1b[44m\x1b[2P\r\n✓".encode(),
    "a cursor inside a wide character": "漢\x08".encode(),
    "untouched cells in lines that wrap": b"\x1b[44mA\x1b[5C"
    + b"x" * 40
    + b"\x1b[2CB\r\n"
    + b"y" * 20
    + b"\x1b[9Cz\x1b[7m12",
    "untouched cells in scrollback": b"".join(b"\x1b[4%dm%d\x1b[3Cx\ty\x1b[0m\r\n\r\n" % (n % 8, n) for n in range(30)),
    "untouched cells on the alternate screen": b"\x1b[44mA\tB\x1b[0m\x1b[?1049h\x1b[H\x1b[41mC\tD",
    "a background inside a row without text": b"x\x1b[44m\x1b[5;9H\x1b[2@\x1b[0m",
    "holes": b"abcdef" * 10 + b"\x1b[1;10H\x1b[5X\x1b[2;1H\x1b[K",
    "CJK": "漢字かな交じり文です漢字かな交じり文です漢字かな交じり文です\r\n한국어 中文".encode(),
    "emoji": "👨‍👩‍👧 family 🇩🇪🇫🇷 flags 👍🏽 ❤️ ☎️ 🏳️‍🌈 1️⃣ end\r\n".encode() * 3,
    "combining marks": "e\u0301 a\u0308o\u0302 \u1112\u1161\u11ab سلام 𠀀".encode(),
    "a cluster at the edge": b"x" * 29 + "👨‍👩‍👧y".encode(),
}


@pytest.fixture(scope="module")
def xterm() -> Iterator[Xterm]:
    process = Xterm()
    yield process
    process.close()


def differences(expected: list[dict[str, Any]], shown: list[dict[str, Any]]) -> list[str]:
    return [
        f"after write {number}, {key}: {before[key]!r} became {after[key]!r}"
        for number, (before, after) in enumerate(zip(expected, shown, strict=True))
        for key in before
        if before[key] != after[key]
    ]


@pytest.mark.parametrize("output", CASES.values(), ids=CASES.keys())
def test_a_snapshot_shows_what_the_output_shows(xterm: Xterm, output: bytes) -> None:
    screen = Screen(COLS, ROWS)
    screen.feed(output)
    expected = xterm.shows(COLS, ROWS, output, *PROBES)
    assert differences(expected, xterm.shows(COLS, ROWS, screen.snapshot(PLENTY_BYTES).data, *PROBES)) == []


def test_a_pen_does_not_go_on_into_a_row_that_was_erased_after_it_was_wrapped_into(xterm: Xterm) -> None:
    screen, output = Screen(COLS, ROWS), b"\x1b[7m" + b"x" * 40 + b"\x1b[2K\x1b[31mred\x1b[0m"
    screen.feed(output)
    expected, shown = xterm.shows(COLS, ROWS, output), xterm.shows(COLS, ROWS, screen.snapshot(PLENTY_BYTES).data)
    assert shown[0]["normal"] == expected[0]["normal"]  # but the library still has it for one line with the row above


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (["vim", "-u", "NONE", "-N", "-c", "set nu | syntax on | split", "{file}"], b"wide"),
        (["less", "{file}"], b"wide"),
        (["htop"], b"Load average"),
    ],
    ids=["vim", "less", "htop"],
)
async def test_real_programs_look_the_same_from_a_snapshot(
    xterm: Xterm, opened: Opener, tmp_path: Path, command: list[str], shown: bytes
) -> None:
    file = tmp_path / "text.py"
    file.write_text("".join(f"def f{n}():  # wide 漢字 🚀 é {n}\n    return '{n}' * {n}\n" for n in range(80)))
    session, viewer = opened([part.replace("{file}", str(file)) for part in command]), Recorder()
    viewer.attach(session, have=0)
    await viewer.until_output(shown)
    snapshot = session.snapshot(PLENTY_BYTES)
    output = session.log.read(0, snapshot.base)
    assert differences(xterm.shows(80, 24, output), xterm.shows(80, 24, snapshot.data)) == []


def test_a_terminal_that_was_cut_off_inside_a_sequence_shows_the_same(xterm: Xterm) -> None:
    screen = Screen(COLS, ROWS)
    screen.feed(b"hello")
    snapshot = screen.snapshot(PLENTY_BYTES).data
    expected = xterm.shows(COLS, ROWS, snapshot)
    for unfinished in (b"\x1b]0;title", b"\x1b[3", b"\x1bPq"):
        assert differences(expected, xterm.shows(COLS, ROWS, unfinished, snapshot)[1:]) == []


def lines(screen: Screen) -> list[str]:
    return [line.rstrip() for line in screen.text.split("\n")]


TOKENS = st.sampled_from(
    [
        *(b"text ", b"\r\n", b"\n", b"\r", b"\t", b"\x08", b"x" * 31, "漢字".encode(), "👨‍👩‍👧".encode(), b"e\xcc\x81"),
        *(b"\x1b[1;31m", b"\x1b[44m", b"\x1b[0m", b"\x1b[4:3m", b"\x1b[38;2;1;2;3m", b"\x1b[7m"),
        *(b"\x1b[H", b"\x1b[5;9H", b"\x1b[3A", b"\x1b[2C", b"\x1b[K", b"\x1b[1K", b"\x1b[J", b"\x1b[2J", b"\x1b[4X"),
        *(b"\x1b[2L", b"\x1b[M", b"\x1b[3@", b"\x1b[2P", b"\x1b[2S", b"\x1b[T", b"\x1bM", b"\x1b[2;5r", b"\x1b[r"),
        *(b"\x1b7", b"\x1b8", b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?7l", b"\x1b[?7h", b"\x1b[4h", b"\x1b[4l"),
        *(b"\x1b[?6h", b"\x1b[?6l", b"\x1bH", b"\x1b[3g", b"\x1b[?25l", b"\x1b[?2004h", b"\x1bc"),
    ]
)


@given(st.lists(TOKENS, max_size=80))
@settings(max_examples=300)
def test_a_screen_that_was_rebuilt_shows_the_same_and_goes_on_the_same(tokens: list[bytes]) -> None:
    original, rebuilt = Screen(COLS, ROWS), Screen(COLS, ROWS)
    original.feed(b"".join(tokens))
    rebuilt.feed(original.snapshot(PLENTY_BYTES).data)
    for probe in (b"", b"!\r\n\n", b"\x1b[?1049l-back-"):
        original.feed(probe)
        rebuilt.feed(probe)
        assert lines(rebuilt) == lines(original)
    original.close()
    rebuilt.close()


@pytest.mark.parametrize("alternate", [b"", b"\x1b[?1049hfull screen"], ids=["primary", "alternate"])
def test_a_snapshot_of_a_long_session_is_small_newest_first_and_quick(alternate: bytes) -> None:
    screen = Screen(120, 40)
    for number in range(15_000):
        screen.feed(
            b"\x1b[3%dm%d\x1b[0m some text \x1b[1;44mbold stuff\x1b[0m and more of it\r\n" % (number % 8, number)
        )
    screen.feed(alternate)
    seconds = []
    for _ in range(5):
        started = time.process_time()
        snapshot = screen.snapshot(65_536).data
        seconds.append(time.process_time() - started)
    assert (20_000 if alternate else 40_000) < len(snapshot) <= 65_536
    assert b"14999" in snapshot
    assert snapshot.count(b"bold stuff") > 300
    # It takes 2 to 5 ms on an idle machine; all of the scrollback would take ten times as long.
    assert min(seconds) < 0.02


def painted(cols: int, rows: int) -> bytes:
    """Return a screen of which every cell has colours of its own."""
    return b"\r\n".join(
        b"".join(
            b"\x1b[38;2;%d;%d;9;48;2;9;%d;%dm%c" % (x % 256, y % 256, x % 251, y % 241, 97 + x % 26)
            for x in range(cols)
        )
        for y in range(rows)
    )


@pytest.mark.parametrize(
    ("cols", "rows", "alternate"),
    [(120, 40, b""), (120, 40, b"\x1b[?1049h\x1b[H"), (1_000, 400, b"")],
    ids=["primary", "alternate", "vast"],
)
def test_the_worst_screen_fits_without_its_pens(xterm: Xterm, cols: int, rows: int, alternate: bytes) -> None:
    screen = Screen(cols, rows)
    screen.feed(b"below\r\n" + alternate + painted(cols, rows) + b"\x1b[?2004h\x1b[0m\x1b[2;3H")
    taken = screen.snapshot(65_536, must_fit=True)
    assert not taken.is_exact
    assert len(taken.data) <= 65_536
    (shown,) = xterm.shows(cols, rows, taken.data)
    assert (shown["cursor"], shown["modes"]["bracketedPasteMode"]) == ([2, 1], True)
    assert shown["type"] == ("alternate" if alternate else "normal")
    last = shown["alternate" if alternate else "normal"][-1]
    assert "".join(cell[0] for cell in last) == "".join(chr(97 + x % 26) for x in range(cols))


def test_a_usual_screen_fits_as_it_is(xterm: Xterm) -> None:
    screen = Screen(80, 24)
    screen.feed(b"\x1b[1;31mred\x1b[0m\r\n" * 30)
    assert screen.snapshot(65_536, must_fit=True).is_exact


def test_a_hyperlink_that_is_still_open_goes_on(xterm: Xterm) -> None:
    screen = Screen(COLS, ROWS)
    output = b"\x1b]8;;https://example.org/open\x1b\\still"
    screen.feed(output)
    expected = xterm.shows(COLS, ROWS, output, b" open", b"\x1b]8;;\x1b\\ closed")
    assert (
        differences(
            expected, xterm.shows(COLS, ROWS, screen.snapshot(PLENTY_BYTES).data, b" open", b"\x1b]8;;\x1b\\ closed")
        )
        == []
    )


def test_colours_that_a_program_set_are_told_after_a_rebuild() -> None:
    answers: list[bytes] = []
    original, rebuilt = Screen(COLS, ROWS), Screen(COLS, ROWS, on_reply=answers.append)
    original.feed(b"\x1b]10;#112233\x07\x1b]12;#778899\x07\x1b]4;1;#010203\x07")
    rebuilt.feed(original.snapshot(PLENTY_BYTES).data)
    rebuilt.feed(b"\x1b]10;?\x07\x1b]11;?\x07\x1b]12;?\x07\x1b]4;1;?\x07")
    assert [answer.split(b"rgb:")[1] for answer in answers] == [
        b"1111/2222/3333\x07",
        b"0b0b/0e0e/1414\x07",
        b"7777/8888/9999\x07",
        b"0101/0202/0303\x07",
    ]
