"""The memory that daemon and keeper share for one session: how it is made, and where what lies in it (format 1).

A file without a name, whose descriptor goes from process to process. Numbers are u64 in the machine's own order.

    0        header: magic, capacity, guard, end, processed, newest record, input under way (the `…_WORD` numbers)
    256      64 input marks of 64 bytes (`input_marks`)
    8,192    the ring: capacity + guard bytes, rounded up to whole pages (`ring`)
    then     two records, two checkpoints (`notes`); what was never written takes no memory

A later format that an older keeper or daemon could misread has another magic; new words and areas do not matter to it.
"""

import mmap
import os
from typing import Final

MAGIC: Final = int.from_bytes(b"LoopsyR1", "big")
PAGE_BYTES: Final = 4_096
# A read takes at most this much, and what lies ahead of `end` is filled as far.
GUARD_BYTES: Final = 32_768
INPUT_MARKS_AT: Final = 256
RING_AT: Final = 8_192
RECORD_AREA_BYTES: Final = 1 << 18
CHECKPOINT_AREA_BYTES: Final = 1 << 26
AREAS: Final = 2
MAGIC_WORD: Final = 0
CAPACITY_WORD: Final = 1
GUARD_WORD: Final = 2
END_WORD: Final = 3
PROCESSED_WORD: Final = 4
NEWEST_RECORD_WORD: Final = 5
# Input that is being handed over: 1 + the place of its client's mark (0: none), where it begins, how much it is, and
# whether it lies in the pipe.
HANDED_PLACE_WORD: Final = 6
HANDED_FROM_WORD: Final = 7
HANDED_BYTES_WORD: Final = 8
HANDED_IS_PUT_WORD: Final = 9
MAX_CAPACITY_BYTES: Final = 1 << 32


class Damaged(Exception):
    """The memory is not what this version of the format says."""


def ring_bytes(capacity_bytes: int, guard_bytes: int = GUARD_BYTES) -> int:
    """Return the size of the ring that keeps `capacity_bytes`."""
    return -(-(capacity_bytes + guard_bytes) // PAGE_BYTES) * PAGE_BYTES


def records_at(ring_size_bytes: int) -> int:
    """Return where the first record lies."""
    return RING_AT + ring_size_bytes


def checkpoints_at(ring_size_bytes: int) -> int:
    """Return where the first checkpoint lies."""
    return records_at(ring_size_bytes) + AREAS * RECORD_AREA_BYTES


def new_file(size_bytes: int) -> int:
    """Return a descriptor of a new file without a name, which nobody else can open and which ends with its users."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("loopsy-session", os.MFD_CLOEXEC)
    else:  # the file is 0600, and its name is gone before it is used
        import tempfile  # not for the keeper, which makes none

        with tempfile.TemporaryFile(prefix="loopsy-") as file:
            descriptor = os.dup(file.fileno())
    os.truncate(descriptor, size_bytes)
    return descriptor


def map_file(descriptor: int, size_bytes: int) -> mmap.mmap:
    """Map the beginning of the file, for reading and writing. Raises Damaged if it is shorter."""
    if os.fstat(descriptor).st_size < size_bytes:
        raise Damaged("the shared memory is too short")
    return mmap.mmap(descriptor, size_bytes)
