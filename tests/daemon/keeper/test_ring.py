"""The ring: what is kept, by which offset, and what a writer that was killed had read."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.keeper.ring import FILLER, Ring
from loopsy_daemon.keeper.shared_memory import (
    CAPACITY_WORD,
    GUARD_BYTES,
    GUARD_WORD,
    MAGIC_WORD,
    RING_AT,
    Damaged,
    new_file,
)

CAPACITY = 65_536
RING_BYTES = CAPACITY + GUARD_BYTES


class Killed(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def ring() -> Iterator[Ring]:
    ring = Ring.create(CAPACITY)
    yield ring
    ring.close()


def text(start: int, size: int) -> bytes:
    """Return bytes that are text, each of which tells its offset."""
    return bytes(32 + (offset * 31 + offset // 251) % 90 for offset in range(start, start + size))


def another(ring: Ring) -> Ring:
    """Return the same memory, as another process has it."""
    return Ring(os.dup(ring.descriptor))


def _killed(_: int) -> None:
    raise Killed


def read_and_be_killed(ring: Ring, data: bytes) -> None:
    """Read from a descriptor, and do nothing after the system call."""
    source, sink = os.pipe()
    os.write(sink, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ring, "_commit", _killed)
        with pytest.raises(Killed):
            ring.read_from(source)
    os.close(source)
    os.close(sink)


@given(st.lists(st.integers(0, 150_000), max_size=8), st.data())
def test_the_last_bytes_are_kept_at_their_offsets(sizes: list[int], data: st.DataObject) -> None:
    ring, everything = Ring.create(CAPACITY), b""
    try:
        for size in sizes:
            piece = text(len(everything), size)
            ring.append(piece)
            everything += piece
        assert (ring.start, ring.end) == (max(0, len(everything) - CAPACITY), len(everything))
        offset = data.draw(st.integers(ring.start, ring.end))
        limit = data.draw(st.integers(0, CAPACITY))
        assert ring.read(offset, limit) == everything[offset : offset + limit]
        for wrong in (ring.start - 1, ring.end + 1):
            with pytest.raises(ValueError, match="is not kept"):
                ring.read(wrong, 1)
    finally:
        ring.close()


def test_what_one_process_reads_another_one_sees(ring: Ring) -> None:
    source, sink = os.pipe()
    os.write(sink, b"hello")
    assert ring.read_from(source) == 5
    os.close(sink)
    assert ring.read_from(source) == 0
    os.close(source)
    other = another(ring)
    assert (other.end, other.read(0, 10)) == (5, b"hello")
    other.close()


@given(before=st.integers(0, 3 * RING_BYTES), size=st.integers(1, GUARD_BYTES))
def test_what_a_killed_reader_had_read_is_found(before: int, size: int) -> None:
    ring = Ring.create(CAPACITY)
    ring.append(text(0, before))
    lost = text(before, size)
    read_and_be_killed(ring, lost)
    other = another(ring)
    assert other.end == before
    assert other.recover() == size
    assert other.read(before, size) == lost
    assert other.recover() == 0, "what is found once is counted"
    other.append(b"more")
    assert other.read(before, size + 4) == lost + b"more"
    ring.close()
    other.close()


@given(st.lists(st.integers(1, 40_000), max_size=12))
def test_there_is_nothing_to_recover_where_nobody_was_killed(sizes: list[int]) -> None:
    ring = Ring.create(CAPACITY)
    for size in sizes:
        ring.append(FILLER * size)  # the hardest output for it
        assert ring.recover() == 0
    ring.close()


def test_only_fillers_at_the_end_of_such_a_read_are_lost(ring: Ring) -> None:
    read_and_be_killed(ring, b"a" + FILLER + b"b" + FILLER * 2)
    other = another(ring)
    assert other.recover() == 3
    assert other.read(0, 9) == b"a" + FILLER + b"b"
    other.close()


@pytest.mark.parametrize("size", [0, 100, RING_AT, RING_AT + RING_BYTES])
def test_memory_of_another_format_is_refused(size: int) -> None:
    descriptor = new_file(size)
    with pytest.raises(Damaged):
        Ring(descriptor)
    os.close(descriptor)


@pytest.mark.parametrize(("word", "value"), [(MAGIC_WORD, 1), (CAPACITY_WORD, 1 << 40), (GUARD_WORD, 1)])
def test_memory_with_impossible_sizes_is_refused(ring: Ring, word: int, value: int) -> None:
    ring.words[word] = value
    descriptor = os.dup(ring.descriptor)
    with pytest.raises(Damaged):
        Ring(descriptor)
    os.close(descriptor)
