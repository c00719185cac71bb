"""How far each client's typing was handed to a program, in memory that outlives the daemon.

A mark is `written u64 ‖ acted u64 ‖ length u8 ‖ client 47 bytes`: the client's input before `written` reached the
program's terminal, and `acted` orders the clients by when they last typed or took the lead.

A daemon can be killed between writing input and counting it. So input goes through a pipe that the keeper has as well,
and from there into the terminal in one system call, which takes from the pipe what the terminal takes: what lies in
the pipe afterwards is what the program has not got. Before and after, the header says what is under way.
"""

import os
import struct
from collections.abc import Iterator
from typing import Final

from loopsy_daemon.keeper.ring import Ring
from loopsy_daemon.keeper.shared_memory import (
    HANDED_BYTES_WORD,
    HANDED_FROM_WORD,
    HANDED_IS_PUT_WORD,
    HANDED_PLACE_WORD,
    INPUT_MARKS_AT,
)

MARKS: Final = 64
MARK_BYTES: Final = 64
MAX_CLIENT_BYTES: Final = 47
# Fits into any empty pipe, and is more than a terminal takes at once.
HANDED_BYTES: Final = 16_384
_LENGTH_AT: Final = 16
_WORDS_PER_MARK: Final = MARK_BYTES // 8
Pipe = tuple[int, int]
"""Both ends of a pipe that do not block: the one to read from, the one to write to."""


class InputMarks:
    """The marks of one session, each at a place of its own. `pipe` is empty, or None where there is no keeper."""

    def __init__(self, ring: Ring) -> None:
        self.pipe: Pipe | None = None
        self._words = ring.words
        self._header = ring.header
        self._free = [place for place in range(MARKS) if self._length(place) == 0]

    def __iter__(self) -> Iterator[tuple[int, bytes, int, int]]:
        """Yield place, client, `written` and `acted`, the client that acted last at the end."""
        taken = [place for place in range(MARKS) if self._length(place)]
        for place in sorted(taken, key=lambda taken_place: self._words[_word(taken_place) + 1]):
            first = _at(place) + _LENGTH_AT + 1
            client = bytes(self._header[first : first + self._length(place)])
            yield place, client, self._words[_word(place)], self._words[_word(place) + 1]

    def take(self, client: bytes) -> int | None:
        """Return a place for a client that has typed nothing yet, or None if there is none left."""
        if not self._free or not 0 < len(client) <= MAX_CLIENT_BYTES:
            return None
        place = self._free.pop(0)
        # The length comes last: without it the mark is none.
        struct.pack_into(f"=QQx{len(client)}s", self._header, _at(place), 0, 0, client)
        self._header[_at(place) + _LENGTH_AT] = len(client)
        return place

    def give_back(self, place: int) -> None:
        """Forget a client."""
        self._header[_at(place) + _LENGTH_AT] = 0
        self._free.append(place)

    def write(self, place: int, written: int) -> None:
        """Note that the client's input before `written` reached the program."""
        self._words[_word(place)] = written

    def hand_over(self, place: int, written: int, terminal: int, data: memoryview) -> int:
        """Write the client's input from `written` on to the terminal; return how much it took, and note that.

        Raises OSError, as writing does.
        """
        if self.pipe is None:
            count_bytes = os.write(terminal, data)
            self.write(place, written + count_bytes)
            return count_bytes
        words, (source, sink) = self._words, self.pipe
        size_bytes = min(len(data), HANDED_BYTES)
        words[HANDED_IS_PUT_WORD] = 0
        words[HANDED_FROM_WORD], words[HANDED_BYTES_WORD] = written, size_bytes
        words[HANDED_PLACE_WORD] = 1 + place
        os.write(sink, data[:size_bytes])
        words[HANDED_IS_PUT_WORD] = 1
        count_bytes = 0
        try:
            count_bytes = os.splice(source, terminal, size_bytes, flags=os.SPLICE_F_NONBLOCK)
        finally:
            self.write(place, written + count_bytes)
            words[HANDED_PLACE_WORD] = 0
            if count_bytes < size_bytes:
                os.read(source, size_bytes)
        return count_bytes

    def act(self, place: int, acted: int) -> None:
        """Note when the client acted."""
        self._words[_word(place) + 1] = acted

    def _length(self, place: int) -> int:
        length = self._header[_at(place) + _LENGTH_AT]
        return length if length <= MAX_CLIENT_BYTES else 0


def settle(ring: Ring, left_bytes: int) -> None:
    """Count what a daemon that was killed had handed over, where so many bytes were left in the pipe."""
    words = ring.words
    if words[HANDED_PLACE_WORD]:
        # Nothing was taken from the pipe before all was put into it.
        taken_bytes = words[HANDED_BYTES_WORD] - left_bytes if words[HANDED_IS_PUT_WORD] else 0
        words[_word(words[HANDED_PLACE_WORD] - 1)] = words[HANDED_FROM_WORD] + taken_bytes
        words[HANDED_PLACE_WORD] = 0


def _at(place: int) -> int:
    return INPUT_MARKS_AT + place * MARK_BYTES


def _word(place: int) -> int:
    return INPUT_MARKS_AT // 8 + place * _WORDS_PER_MARK
