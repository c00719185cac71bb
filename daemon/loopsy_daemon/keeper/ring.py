"""The last bytes of a program's output by absolute offset, in memory that outlives whoever reads the program."""

import os
from typing import Final, Self

from loopsy_daemon.keeper.shared_memory import (
    CAPACITY_WORD,
    END_WORD,
    GUARD_BYTES,
    GUARD_WORD,
    MAGIC,
    MAGIC_WORD,
    MAX_CAPACITY_BYTES,
    PROCESSED_WORD,
    RING_AT,
    Damaged,
    map_file,
    new_file,
    ring_bytes,
)

# Never part of UTF-8 text, so it tells what was read from what was not.
FILLER: Final = b"\xff"


class Ring:
    """Bytes with offsets from 0, of which the last `capacity_bytes` are kept. One process writes at a time.

    A reader puts bytes behind `end` and then moves `end`. If it is killed in between, `recover` finds them: the
    guard ahead of `end` holds fillers, and the bytes that are none were read. One thing it cannot tell: fillers
    at the very end of such a read, which only output that is no text has, are lost.
    """

    def __init__(self, descriptor: int) -> None:
        """Take over a descriptor of the shared memory. Raises Damaged."""
        self.descriptor = descriptor
        head = map_file(descriptor, RING_AT)
        words = memoryview(head).cast("Q")
        magic, self.capacity_bytes, self._guard_bytes = (
            words[word] for word in (MAGIC_WORD, CAPACITY_WORD, GUARD_WORD)
        )
        words.release()
        head.close()
        if magic != MAGIC or not 0 < self.capacity_bytes <= MAX_CAPACITY_BYTES or self._guard_bytes < GUARD_BYTES:
            raise Damaged("the shared memory is of another format")
        self.size_bytes = ring_bytes(self.capacity_bytes, self._guard_bytes)
        self._map = map_file(descriptor, RING_AT + self.size_bytes)
        self._memory = memoryview(self._map)
        self.header = self._memory[:RING_AT]
        self.words = self.header.cast("Q")
        self._data = self._memory[RING_AT:]
        self.end: int = self.words[END_WORD]
        self._position = self.end % self.size_bytes
        self._fillers = memoryview(FILLER * self._guard_bytes)

    @classmethod
    def create(cls, capacity_bytes: int) -> Self:
        """Return an empty ring in shared memory of its own."""
        size_bytes = RING_AT + ring_bytes(capacity_bytes)
        descriptor = new_file(size_bytes)
        with map_file(descriptor, size_bytes) as new:
            new[RING_AT : RING_AT + GUARD_BYTES] = FILLER * GUARD_BYTES
            with memoryview(new)[:RING_AT] as header, header.cast("Q") as words:
                words[CAPACITY_WORD] = capacity_bytes
                words[GUARD_WORD] = GUARD_BYTES
                words[MAGIC_WORD] = MAGIC
        return cls(descriptor)

    @property
    def start(self) -> int:
        """The offset of the oldest byte that is kept."""
        return max(0, self.end - self.capacity_bytes)

    @property
    def processed(self) -> int:
        """Up to where a daemon has parsed the output and answered its queries."""
        return int(self.words[PROCESSED_WORD])

    def mark_processed(self) -> None:
        """Note that everything so far was parsed and answered."""
        self.words[PROCESSED_WORD] = self.end

    def read_from(self, descriptor: int) -> int:
        """Read once from a descriptor; return how many bytes came, 0 at its end. Raises OSError."""
        position, stop = self._position, self._position + GUARD_BYTES
        if stop <= self.size_bytes:
            count_bytes = os.readv(descriptor, (self._data[position:stop],))
        else:
            count_bytes = os.readv(descriptor, (self._data[position:], self._data[: stop - self.size_bytes]))
        self._commit(count_bytes)
        return count_bytes

    def append(self, data: bytes | memoryview) -> None:
        """Add bytes that did not come from a descriptor."""
        with memoryview(data) as view:
            for first in range(0, len(view), GUARD_BYTES):
                with view[first : first + GUARD_BYTES] as piece:
                    self._put(self._position, piece)
                    self._commit(len(piece))

    def read(self, offset: int, limit_bytes: int) -> bytes:
        """Return at most `limit_bytes` from `offset` on, which is between `start` and `end`. Raises ValueError."""
        if not (self.end - self.capacity_bytes <= offset <= self.end and offset >= 0):
            raise ValueError(f"offset {offset} is not kept: {self.start} to {self.end}")
        position = offset % self.size_bytes
        stop = position + min(limit_bytes, self.end - offset)
        if stop <= self.size_bytes:
            return bytes(self._data[position:stop])
        return bytes(self._data[position:]) + bytes(self._data[: stop - self.size_bytes])

    def recover(self) -> int:
        """Take over from a writer that may have been killed; return how many bytes it had read and not counted."""
        self.end = int(self.words[END_WORD])
        self._position = self.end % self.size_bytes
        stop = self._position + self._guard_bytes
        ahead = bytes(self._data[self._position : stop]) + bytes(self._data[: max(0, stop - self.size_bytes)])
        count_bytes = len(ahead.rstrip(FILLER))
        self._commit(count_bytes)
        return count_bytes

    def unmap(self) -> None:
        """Let go of the memory; the descriptor stays open."""
        for view in (self._data, self.words, self.header, self._memory):
            view.release()
        self._map.close()

    def close(self) -> None:
        """Let go of the memory and close its descriptor."""
        self.unmap()
        os.close(self.descriptor)

    def _commit(self, count_bytes: int) -> None:
        """Count bytes that lie behind `end`. The guard of the new end is filled before: see `recover`."""
        first = self._position + self._guard_bytes
        stop = first + count_bytes
        if stop <= self.size_bytes:  # as most often, and on the hot path
            self._data[first:stop] = self._fillers[:count_bytes]
            self._position += count_bytes
        else:
            self._put(first % self.size_bytes, self._fillers[:count_bytes])
            self._position = (self._position + count_bytes) % self.size_bytes
        self.end += count_bytes
        self.words[END_WORD] = self.end

    def _put(self, position: int, data: bytes | memoryview) -> None:
        stop = position + len(data)
        if stop <= self.size_bytes:
            self._data[position:stop] = data
            return
        first_bytes = self.size_bytes - position
        self._data[position:] = data[:first_bytes]
        self._data[: stop - self.size_bytes] = data[first_bytes:]
