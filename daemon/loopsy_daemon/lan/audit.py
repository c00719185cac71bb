"""The audit log: a line for each request of another machine, with who asked and what came of it."""

import logging
import os
import time
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from loopsy_daemon import files

MAX_LOG_BYTES: Final = 4 * 1_048_576
_log = logging.getLogger(__name__)


class AuditLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request: `peer` and `name` are None for somebody who is not paired.

    `program` is a command's first word, `file` the path that was asked for.
    """

    at: float
    address: str
    method: str
    path: str
    status: int
    peer: str | None = None
    name: str | None = None
    program: str | None = None
    job: str | None = None
    file: str | None = None


class AuditLog:
    """Appends JSON lines to a 0600 file; a full one becomes `<name>.1`, so that it never fills the disk."""

    def __init__(self, path: Path, max_bytes: int = MAX_LOG_BYTES) -> None:
        self._path = path
        self._max_bytes = max_bytes

    def write(self, line: AuditLine) -> None:
        """Append a line; that a disk is full is told to the daemon's log, and costs nobody the answer."""
        try:
            files.private_directory(self._path.parent)
            descriptor = os.open(
                self._path,
                os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC,
                files.PRIVATE_FILE_MODE,
            )
            try:
                os.write(descriptor, msgspec.json.encode(line) + b"\n")
                is_full = os.fstat(descriptor).st_size >= self._max_bytes
            finally:
                os.close(descriptor)
            if is_full:
                self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        except OSError as error:
            _log.error("the audit log cannot be written: %s", error)


def now() -> float:
    """Return the time of a line, in seconds since 1970."""
    return round(time.time(), 3)
