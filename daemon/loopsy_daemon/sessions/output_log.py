"""The last megabytes of a program's output by absolute offset, with the sizes at which they were made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from loopsy_daemon.keeper.ring import Ring

DEFAULT_CAPACITY_BYTES: Final = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SizeMark:
    """From `offset` on, output was made at this size. Later marks have a greater `sequence`."""

    sequence: int
    offset: int
    cols: int
    rows: int


class OutputLog:
    """Append-only bytes with offsets from 0, of which the last `capacity_bytes` are kept.

    They lie in a ring that the keeper shares, so that another daemon can go on with them.
    """

    def __init__(self, cols: int, rows: int, capacity_bytes: int = DEFAULT_CAPACITY_BYTES) -> None:
        self._use(Ring.create(capacity_bytes), [SizeMark(0, 0, cols, rows)])

    @classmethod
    def resumed(cls, ring: Ring, marks: Sequence[SizeMark]) -> Self:
        """Return the log that a former daemon had, with its marks: at least one."""
        log = cls.__new__(cls)
        log._use(ring, list(marks))  # noqa: SLF001 - our own
        return log

    def _use(self, ring: Ring, marks: list[SizeMark]) -> None:
        self.ring = ring
        self.capacity_bytes = ring.capacity_bytes
        self.start = ring.start
        self.end = ring.end
        self._marks = marks

    @property
    def marks(self) -> Sequence[SizeMark]:
        """The sizes of all output that is kept, the first perhaps from before it."""
        return self._marks

    def read_from(self, descriptor: int) -> int:
        """Read output once from a terminal, at `end`; return how many bytes came, 0 at its end. Raises OSError."""
        count_bytes = self.ring.read_from(descriptor)
        self._grow()
        return count_bytes

    def append(self, data: bytes | memoryview) -> None:
        """Add output at `end`; what no longer fits is forgotten at `start`."""
        self.ring.append(data)
        self._grow()

    def read(self, offset: int, limit_bytes: int) -> bytes:
        """Return at most `limit_bytes` of output from `offset` on, which is between `start` and `end`."""
        return self.ring.read(offset, limit_bytes)

    def close(self) -> None:
        """Let go of the memory."""
        self.ring.close()

    def _grow(self) -> None:
        self.end = end = self.ring.end
        if end - self.start > self.capacity_bytes:
            self.start = end - self.capacity_bytes
            if len(self._marks) > 1:
                self._drop_marks()

    def ends_with(self, tail: bytes) -> bool:
        """Return whether the last bytes are these, and still kept."""
        start = self.end - len(tail)
        return start >= self.start and self.read(start, len(tail)) == tail

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
