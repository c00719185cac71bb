"""The audit log, read: what is in it, and what is written to it meanwhile."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from loopsy_daemon.lan.audit import AuditLine

_MAX_LINE_BYTES: Final = 65_536
_SHORT_ID_CHARACTERS: Final = 4


class AuditReader:
    """Reads the log, with the one before it, from the oldest line on; a context, in which it can be followed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._former = path.with_name(f"{path.name}.1")
        self._open = ExitStack()
        self._file: BinaryIO | None = None
        self._rest = b""

    def __enter__(self) -> "AuditReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def lines(self) -> Iterator[AuditLine]:
        """Yield what was written since the last time, at first everything. Raises OSError."""
        if self._file is None:
            self._file = self._opened(self._former) or self._opened(self._path)
        while self._file is not None:
            # Asked before the last look: what is written until the log is renamed is in the file that is open here.
            later = self._later_than(self._file)
            yield from self._whole_lines(self._file)
            if later is None:
                return
            self._file = self._opened(later)

    def _opened(self, path: Path) -> BinaryIO | None:
        self._open.close()
        self._rest = b""
        try:
            return self._open.enter_context(path.open("rb"))
        except FileNotFoundError:
            return None  # nobody has asked for anything yet, or the log has not been full

    def _later_than(self, file: BinaryIO) -> Path | None:
        """Return what was begun after this file, if anything was."""
        ours, log, former = os.fstat(file.fileno()), _stat(self._path), _stat(self._former)
        if log is not None and os.path.samestat(ours, log):
            return None
        if former is not None and not os.path.samestat(ours, former):
            return self._former  # full, and full again
        return None if log is None else self._path

    def _whole_lines(self, file: BinaryIO) -> Iterator[AuditLine]:
        while data := file.readline(_MAX_LINE_BYTES):
            self._rest += data
            if data.endswith(b"\n"):
                line, self._rest = self._rest, b""
                try:
                    yield msgspec.json.decode(line, type=AuditLine)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    continue  # a disk was full


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def is_of(peer: str) -> Callable[[AuditLine], bool]:
    """Return what tells whether a line is of a peer, by its name, its id, or the beginning of the id.

    Who is paired no more is found, too: the log knows what the peer was called.
    """
    name = peer.casefold()

    def matches(line: AuditLine) -> bool:
        is_called_so = line.name is not None and line.name.casefold() == name
        return is_called_so or (len(name) >= _SHORT_ID_CHARACTERS and (line.peer or "").startswith(name))

    return matches
