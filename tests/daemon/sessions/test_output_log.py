"""The ring of output: what is kept, by which offset, at which size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.sessions.output_log import OutputLog

SEGMENT_BYTES = 65_536


def pattern(start: int, size: int) -> bytes:
    return bytes((offset * 31 + offset // 251) % 256 for offset in range(start, start + size))


@given(
    st.lists(st.integers(0, 150_000), max_size=12),
    st.integers(SEGMENT_BYTES, 3 * SEGMENT_BYTES),
    st.data(),
)
def test_the_last_bytes_are_kept_at_their_offsets(sizes: list[int], capacity: int, data: st.DataObject) -> None:
    log, everything = OutputLog(80, 24, capacity), b""
    chunk = pattern(0, 150_000)
    for size in sizes:
        log.append(chunk[:size])
        everything += chunk[:size]
    assert log.end == len(everything)
    assert log.start == max(0, len(everything) - capacity)
    offset = data.draw(st.integers(log.start, log.end))
    limit = data.draw(st.integers(0, capacity))
    assert log.read(offset, limit) == everything[offset : offset + limit]


def test_reading_what_is_forgotten_or_not_there_yet_is_an_error() -> None:
    log = OutputLog(80, 24, SEGMENT_BYTES)
    log.append(bytes(SEGMENT_BYTES + 5))
    for offset in (4, log.end + 1):
        with pytest.raises(ValueError, match="is not kept"):
            log.read(offset, 1)
    assert log.read(log.end, 10) == b""


def test_sizes_are_found_by_offset() -> None:
    log = OutputLog(80, 24)
    log.append(b"a" * 10)
    log.mark_size(100, 30)
    log.append(b"b" * 10)
    log.mark_size(120, 40)
    assert [(log.size_at(offset).cols, log.size_at(offset).rows) for offset in (0, 9, 10, 19, 20)] == [
        (80, 24),
        (80, 24),
        (100, 30),
        (100, 30),
        (120, 40),
    ]


def test_marks_follow_one_another_by_sequence() -> None:
    log = OutputLog(80, 24)
    first = log.size_at(0)
    assert log.mark_after(first.sequence) is None
    log.append(b"a")
    log.mark_size(100, 30)
    log.append(b"a")
    log.mark_size(120, 40)
    second = log.mark_after(first.sequence)
    assert second is not None
    assert (second.offset, second.cols) == (1, 100)
    third = log.mark_after(second.sequence)
    assert third is not None
    assert (third.offset, third.cols) == (2, 120)


def test_sizes_at_one_offset_collapse_and_the_last_one_is_still_news() -> None:
    log = OutputLog(80, 24)
    known = log.size_at(0).sequence
    for cols in range(100, 1_000):
        log.mark_size(cols, 30)
    mark = log.mark_after(known)
    assert mark is not None
    assert (mark.offset, mark.cols) == (0, 999)
    assert log.mark_after(mark.sequence) is None


def test_the_size_of_the_oldest_kept_output_is_known_after_its_mark_was_overtaken() -> None:
    log = OutputLog(80, 24, SEGMENT_BYTES)
    for cols in range(100, 110):
        log.append(bytes(SEGMENT_BYTES))
        log.mark_size(cols, 30)
    log.append(bytes(SEGMENT_BYTES))
    assert log.size_at(log.start).cols == 109
