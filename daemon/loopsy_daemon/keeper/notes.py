"""What a daemon writes down of a session for the one after it: a record, and checkpoints of the screen.

Both are written so that a kill at any instruction leaves a whole one. A record is written beside the newest and
becomes the newest by one word. Of two checkpoints the older is replaced, and is none while it is written.

    record      length u32 ‖ JSON
    checkpoint  base u64 ‖ length u64 ‖ cols u16 ‖ rows u16 ‖ whole u32 ‖ sequences; length 0: none
"""

import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from loopsy_daemon.keeper.ring import Ring
from loopsy_daemon.keeper.shared_memory import (
    AREAS,
    CHECKPOINT_AREA_BYTES,
    NEWEST_RECORD_WORD,
    RECORD_AREA_BYTES,
    checkpoints_at,
    records_at,
)

_RECORD: Final = struct.Struct("=I")
_CHECKPOINT: Final = struct.Struct("=QQHHI")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Sequences that bring a terminal of this size that was just reset to where it was at the offset `base`.

    `is_whole` if they bring all of its scrollback.
    """

    base: int
    cols: int
    rows: int
    data: bytes
    is_whole: bool = False


class Notes:
    """The notes of one session, in the memory of its ring."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._records_at = records_at(ring.size_bytes)
        self._checkpoints_at = checkpoints_at(ring.size_bytes)

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Replace the record, which JSON can express."""
        data = json.dumps(record).encode()
        if _RECORD.size + len(data) > RECORD_AREA_BYTES:
            raise ValueError("the record is too long")
        area = 1 - self._ring.words[NEWEST_RECORD_WORD] % AREAS
        os.pwrite(self._ring.descriptor, _RECORD.pack(len(data)) + data, self._records_at + area * RECORD_AREA_BYTES)
        self._ring.words[NEWEST_RECORD_WORD] = area

    def read_record(self) -> dict[str, Any]:
        """Return the record; an empty one if none was written. Raises ValueError if it cannot be read."""
        area = self._ring.words[NEWEST_RECORD_WORD] % AREAS
        data = os.pread(self._ring.descriptor, RECORD_AREA_BYTES, self._records_at + area * RECORD_AREA_BYTES)
        if len(data) < _RECORD.size:
            return {}
        (length,) = _RECORD.unpack_from(data)
        record = json.loads(data[_RECORD.size : _RECORD.size + length] or b"{}")
        if not isinstance(record, dict):
            raise TypeError("a record is a map")
        return record

    def write_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Replace the older checkpoint. One that is too long for its place is left out."""
        size_bytes = _CHECKPOINT.size + len(checkpoint.data)
        if size_bytes > CHECKPOINT_AREA_BYTES or not checkpoint.data:
            return
        descriptor = self._ring.descriptor
        area = min(range(AREAS), key=lambda place: self._head(place)[:2])
        at = self._checkpoints_at + area * CHECKPOINT_AREA_BYTES
        os.pwrite(descriptor, bytes(_CHECKPOINT.size), at)
        if area == AREAS - 1:  # the end of the file: a long former one takes no memory any more
            os.truncate(descriptor, at + size_bytes)
        os.pwrite(descriptor, checkpoint.data, at + _CHECKPOINT.size)
        head = _CHECKPOINT.pack(
            checkpoint.base, len(checkpoint.data), checkpoint.cols, checkpoint.rows, checkpoint.is_whole
        )
        os.pwrite(descriptor, head, at)

    def checkpoints(self) -> list[Checkpoint]:
        """Return the checkpoints, the older one first."""
        found: list[Checkpoint] = []
        for area in range(AREAS):
            base, length, cols, rows, is_whole = self._head(area)
            at = self._checkpoints_at + area * CHECKPOINT_AREA_BYTES + _CHECKPOINT.size
            if 0 < length <= CHECKPOINT_AREA_BYTES:
                data = os.pread(self._ring.descriptor, length, at)
                if len(data) == length:
                    found.append(Checkpoint(base, cols, rows, data, is_whole))
        return sorted(found, key=lambda checkpoint: checkpoint.base)

    def _head(self, area: int) -> tuple[int, int, int, int, bool]:
        at = self._checkpoints_at + area * CHECKPOINT_AREA_BYTES
        head = os.pread(self._ring.descriptor, _CHECKPOINT.size, at)
        if len(head) < _CHECKPOINT.size:
            return 0, 0, 0, 0, False
        base, length, cols, rows, whole = _CHECKPOINT.unpack(head)
        return base, length, cols, rows, bool(whole)
