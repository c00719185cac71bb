from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.cli.pass_through import FRESH, Passed, PassThrough

KEPT_OUT = [
    b"\x05", b"\x1bZ", b"\x1b[c", b"\x1b[0c", b"\x1b[>c", b"\x1b[=0c", b"\x1b[5n", b"\x1b[6n", b"\x1b[?6n",
    b"\x1b[?2026$p", b"\x1b[4$p", b"\x1b[>0q", b"\x1b[?u", b"\x1b[14t", b"\x1b[18t", b"\x1b[21t", b"\x1b[x",
    b"\x1b[?1;1;0S", b"\x1b]10;?\x07", b"\x1b]11;?\x1b\\", b"\x1b]4;7;?\x07", b"\x1b]52;c;?\x07",
    b"\x1bP$qm\x1b\\", b"\x1bP+q544e\x1b\\", b"\x1b[3J", b"\x1b[22;0t", b"\x1b[23;2t", b"\x1b[8;24;80t", b"\x1b[2t",
    b"\x1b[?1049l", b"\x1b[?47l",
]  # fmt: skip
OTHERS = [
    b"plain text\r\n", "日本語 ✓".encode(), b"\x1b[31m", b"\x1b[2J", b"\x1b[J", b"\x1b[>4;2m", b"\x1b[>1u",
    b"\x1b[4 q", b"\x1b[?25l", b"\x1b[S", b"\x1b[3m", b"\x1b]0;title?\x07", b"\x1b[?1048h", b"\x1b[?2004h",
    b"\x1b]52;c;aGk=\x07", b"\x1b]8;;https://relay.example/?a=b\x1b\\", b"\x1bPq#0;2;0;0;0~-\x1b\\", b"\x1b7",
    b"\x1b(B", b"\x1b[>4m", b"\x1b[!p",
]  # fmt: skip


@pytest.mark.parametrize("sequence", KEPT_OUT)
def test_what_reaches_beyond_the_programs_screen_is_left_out(sequence: bytes) -> None:
    passing = PassThrough()
    assert passing.feed(b"before" + sequence + b"after") == Passed(b"beforeafter")
    assert passing.held_bytes == 0


@pytest.mark.parametrize("other", OTHERS)
def test_everything_else_passes_unchanged(other: bytes) -> None:
    assert PassThrough().feed(b"before" + other + b"after") == Passed(b"before" + other + b"after")


@pytest.mark.parametrize("mode", [b"47", b"1047", b"1049"])
def test_the_programs_other_screen_is_an_empty_one_and_leaving_it_needs_a_new_picture(mode: bytes) -> None:
    passing = PassThrough()
    shown = passing.feed(b"shell\x1b[?%bheditor" % mode)
    assert shown == Passed(b"shell\x1b7\x1b[m\x1b[2J\x1b8editor")
    assert passing.feed(b"\x1b[?%bh" % mode) == Passed(b"")
    assert passing.feed(b"more\x1b[?%blprompt" % mode) == Passed(b"more", redraw=True)


def test_modes_beside_a_screens_are_kept() -> None:
    passing = PassThrough()
    assert passing.feed(b"\x1b[?1;1049;2004h").data.startswith(b"\x1b[?1;2004h\x1b7")
    assert passing.feed(b"\x1b[?1049;25l") == Passed(b"\x1b[?25l", redraw=True)
    assert PassThrough().feed(b"\x1b[?10490h\x1b[?147h") == Passed(b"\x1b[?10490h\x1b[?147h")


def test_a_full_reset_stays_on_the_screen() -> None:
    passing = PassThrough()
    passing.feed(b"\x1b[?1049h")
    assert passing.feed(b"a\x1bcb") == Passed(b"a" + FRESH + b"b")
    assert passing.feed(b"\x1b[?1049l") == Passed(b"")
    for beyond in (b"1049", b"1047", b"\x1bc", b"3J"):
        assert beyond not in FRESH


@given(st.lists(st.sampled_from(KEPT_OUT + OTHERS), max_size=8), st.lists(st.integers(0, 200), max_size=6))
def test_it_does_not_matter_where_the_output_is_cut(parts: list[bytes], cuts: list[int]) -> None:
    output = b"".join(parts) + b"."
    places = sorted({0, len(output), *(min(cut, len(output)) for cut in cuts)})
    passing = PassThrough()
    seen = b"".join(passing.feed(output[start:end]).data for start, end in pairwise(places))
    assert seen == b"".join(part for part in parts if part not in KEPT_OUT) + b"."


@given(st.binary(max_size=400))
def test_what_is_held_back_is_short_and_comes_with_what_follows(noise: bytes) -> None:
    passing = PassThrough()
    shown = passing.feed(noise)
    assert passing.held_bytes <= 300
    if not shown.redraw:
        assert PassThrough().feed(noise + b"\x18" * 300).data == shown.data + passing.feed(b"\x18" * 300).data


def test_an_endless_sequence_is_not_held_back_for_ever() -> None:
    passing = PassThrough()
    shown = b"".join(passing.feed(b"x" * 100).data for _ in range(2))
    shown += passing.feed(b"\x1b]0;").data
    shown += b"".join(passing.feed(b"x" * 100).data for _ in range(10))
    assert len(shown) >= 1_000
