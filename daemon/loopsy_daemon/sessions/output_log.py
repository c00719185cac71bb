"""The last megabytes of a program's output by absolute offset, with the sizes at which they were made."""

from dataclasses import dataclass
from typing import Final

DEFAULT_CAPACITY_BYTES: Final = 2 * 1024 * 1024
SEGMENT_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class SizeMark:
    """From `offset` on, output was made at this size. Later marks have a greater `sequence`."""

    sequence: int
    offset: int
    cols: int
    rows: int


class OutputLog:
    """Append-only bytes with offsets from 0, of which the last `capacity_bytes` are kept.

    Bytes lie in segments of one length, so that neither appending nor reading moves what is already there.
    """

    def __init__(self, cols: int, rows: int, capacity_bytes: int = DEFAULT_CAPACITY_BYTES) -> None:
        self.start = 0
        self.end = 0
        self._capacity_bytes = capacity_bytes
        self._segments: list[bytearray] = [bytearray()]
        self._segments_dropped = 0
        self._marks = [SizeMark(0, 0, cols, rows)]

    def append(self, data: bytes | memoryview) -> None:
        """Add output at `end`; what no longer fits is forgotten at `start`."""
        view = memoryview(data)
        while len(view) > 0:
            last = self._segments[-1]
            free_bytes = SEGMENT_BYTES - len(last)
            if free_bytes == 0:
                self._segments.append(bytearray())
                continue
            last += view[:free_bytes]
            view = view[free_bytes:]
        self.end += len(data)
        self.start = max(self.start, self.end - self._capacity_bytes)
        surplus = self.start // SEGMENT_BYTES - self._segments_dropped
        if surplus > 0:
            surplus = min(surplus, len(self._segments) - 1)
            del self._segments[:surplus]
            self._segments_dropped += surplus
            self._drop_marks()

    def read(self, offset: int, limit_bytes: int) -> bytes:
        """Return at most `limit_bytes` of output from `offset` on, which is between `start` and `end`."""
        if not self.start <= offset <= self.end:
            raise ValueError(f"offset {offset} is not kept: {self.start} to {self.end}")
        index, position = divmod(offset, SEGMENT_BYTES)
        index -= self._segments_dropped
        wanted_bytes = min(limit_bytes, self.end - offset)
        pieces: list[bytes] = []
        while wanted_bytes > 0:
            with memoryview(self._segments[index]) as segment:
                piece = bytes(segment[position : position + wanted_bytes])
            pieces.append(piece)
            wanted_bytes -= len(piece)
            index, position = index + 1, 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def mark_size(self, cols: int, rows: int) -> None:
        """Note that output from `end` on is made at this size, in place of what was noted at `end` before."""
        last = self._marks[-1]
        if last.offset == self.end:
            self._marks.pop()
        self._marks.append(SizeMark(last.sequence + 1, self.end, cols, rows))

    def size_at(self, offset: int) -> SizeMark:
        """Return the size of the output that begins at `offset`."""
        return next((mark for mark in reversed(self._marks) if mark.offset <= offset), self._marks[0])

    def mark_after(self, sequence: int) -> SizeMark | None:
        """Return the first mark with a greater `sequence`, or None."""
        found = None
        for mark in reversed(self._marks):
            if mark.sequence <= sequence:
                break
            found = mark
        return found

    def _drop_marks(self) -> None:
        surplus = 0
        while surplus + 1 < len(self._marks) and self._marks[surplus + 1].offset <= self.start:
            surplus += 1
        del self._marks[:surplus]
