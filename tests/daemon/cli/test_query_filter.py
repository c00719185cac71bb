from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.cli.query_filter import QueryFilter

QUERIES = [
    b"\x05", b"\x1bZ", b"\x1b[c", b"\x1b[0c", b"\x1b[>c", b"\x1b[=0c", b"\x1b[5n", b"\x1b[6n", b"\x1b[?6n",
    b"\x1b[?2026$p", b"\x1b[4$p", b"\x1b[>0q", b"\x1b[?u", b"\x1b[14t", b"\x1b[18t", b"\x1b[21t", b"\x1b[x",
    b"\x1b[?1;1;0S", b"\x1b]10;?\x07", b"\x1b]11;?\x1b\\", b"\x1b]4;7;?\x07", b"\x1b]52;c;?\x07",
    b"\x1bP$qm\x1b\\", b"\x1bP+q544e\x1b\\",
]  # fmt: skip
OTHERS = [
    b"plain text\r\n", "日本語 ✓".encode(), b"\x1b[31m", b"\x1b[2J", b"\x1b[?1049h", b"\x1b[>4;2m", b"\x1b[>1u",
    b"\x1b[22;0t", b"\x1b[8;24;80t", b"\x1b[4 q", b"\x1b[?25l", b"\x1b[S", b"\x1b[3m", b"\x1b]0;title?\x07",
    b"\x1b]52;c;aGk=\x07", b"\x1b]8;;https://relay.example/?a=b\x1b\\", b"\x1bPq#0;2;0;0;0~-\x1b\\", b"\x1b7",
    b"\x1b(B",    b"\x1b[>4m",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_does_not_reach_the_terminal(query: bytes) -> None:
    queries = QueryFilter()
    assert queries.feed(b"before" + query + b"after") == b"beforeafter"
    assert queries.held_bytes == 0


@pytest.mark.parametrize("other", OTHERS)
def test_everything_else_passes_unchanged(other: bytes) -> None:
    assert QueryFilter().feed(b"before" + other + b"after") == b"before" + other + b"after"


@given(st.lists(st.sampled_from(QUERIES + OTHERS), max_size=8), st.lists(st.integers(0, 200), max_size=6))
def test_it_does_not_matter_where_the_output_is_cut(parts: list[bytes], cuts: list[int]) -> None:
    output = b"".join(parts) + b"."
    places = sorted({0, len(output), *(min(cut, len(output)) for cut in cuts)})
    queries = QueryFilter()
    seen = b"".join(queries.feed(output[start:end]) for start, end in pairwise(places))
    assert seen == b"".join(part for part in parts if part not in QUERIES) + b"."


@given(st.binary(max_size=400))
def test_what_is_held_back_is_short_and_comes_with_what_follows(noise: bytes) -> None:
    queries = QueryFilter()
    shown = queries.feed(noise)
    assert queries.held_bytes <= 300
    assert QueryFilter().feed(noise + b"\x18" * 300) == shown + queries.feed(b"\x18" * 300)


def test_an_endless_sequence_is_not_held_back_for_ever() -> None:
    queries = QueryFilter()
    shown = b"".join(queries.feed(b"x" * 100) for _ in range(2))
    shown += queries.feed(b"\x1b]0;")
    shown += b"".join(queries.feed(b"x" * 100) for _ in range(10))
    assert len(shown) >= 1_000
