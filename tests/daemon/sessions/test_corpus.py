"""Real programs' output, cut anywhere: a snapshot and the rest show in the app's terminal what all of it shows."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopsy_daemon.sessions.screen import Screen
from tests.daemon.sessions.agent_output import AGENT_OUTPUT
from tests.daemon.sessions.test_snapshot import PLENTY_BYTES, differences
from tests.daemon.sessions.xterm import Xterm

RECORDINGS = Path(__file__).with_name("recordings")
COLS, ROWS = 80, 24
CUTS = 10
CLUSTERS = (
    *("👨‍👩‍👧‍👦", "👩🏽‍🚀", "🏳️‍🌈", "🇩🇪🇫🇷🇯🇵", "👍🏽", "1️⃣", "❤️", "☎️", "e\u0301", "a\u0308\u0323", "नमस्ते", "ก็"),
    *("漢字かな", "한국어", "\u1112\u1161\u11ab", "𠀀𠁁", "سلام", "ﷺ", "½", "─│╭╯", "▄▀█"),
)


def characters() -> bytes:
    """Return lines of clusters of every kind at every column, some rewritten in the middle of what is there."""
    chance = random.Random(11)
    lines = []
    for number in range(90):
        text = " ".join(chance.choice(CLUSTERS) for _ in range(chance.randrange(4, 20)))
        lines.append(f"\x1b[{30 + number % 8}m{' ' * (number % 9)}{text}\x1b[0m")
        if number % 10 == 9:
            lines.append(f"\x1b[3A\x1b[{chance.randrange(1, 60)}G{chance.choice(CLUSTERS)}\x1b[3B")
    return "\r\n".join(lines).encode()


CORPUS = {path.stem: path.read_bytes() for path in sorted(RECORDINGS.glob("*.output"))} | {
    "agent": AGENT_OUTPUT,
    "characters": characters(),
}


@pytest.fixture(scope="module")
def xterm() -> Iterator[Xterm]:
    process = Xterm()
    yield process
    process.close()


@pytest.mark.parametrize("name", CORPUS)
def test_cut_anywhere_the_screen_is_the_same_and_goes_on_the_same(xterm: Xterm, name: str) -> None:
    output = CORPUS[name]
    chance = random.Random(name)
    for cut in [len(output), *(chance.randrange(len(output)) for _ in range(CUTS))]:
        screen = Screen(COLS, ROWS)
        screen.feed(output[:cut])
        unfinished = screen.unfinished()
        assert unfinished is not None
        snapshot = screen.snapshot(PLENTY_BYTES).data + unfinished
        expected = xterm.shows(COLS, ROWS, output[:cut], output[cut:])
        found = differences(expected, xterm.shows(COLS, ROWS, snapshot, output[cut:]))
        assert found == [], f"cut at {cut}"


def test_the_corpus_is_there() -> None:
    assert {"vim", "less", "htop", "tmux"} <= set(CORPUS)
