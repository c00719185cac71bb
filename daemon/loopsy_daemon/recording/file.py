"""One recording on disk: whole lines are appended, up to a size, by whoever holds its lock."""

import fcntl
import os
from pathlib import Path
from typing import Final, Self

from loopsy_daemon import files
from loopsy_daemon.recording import asciicast

_TAIL_BYTES: Final = 65_536
_RESERVED_BYTES: Final = 256  # for the last line


class RecordingFile:
    """A file that is open and locked, so that everybody can see that it is being written."""

    def __init__(self, descriptor: int, now: float, max_bytes: int) -> None:
        self._descriptor = descriptor
        self._writer = asciicast.Writer(now)
        self._max_bytes = max_bytes
        self._size_bytes = os.fstat(descriptor).st_size

    @classmethod
    def create(cls, path: Path, header: asciicast.Header, now: float, max_bytes: int) -> Self:
        """Begin a recording. Raises FileExistsError."""
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        file = cls(_locked(os.open(path, flags, files.PRIVATE_FILE_MODE)), now, max_bytes)
        file._append(file._writer.header(header))
        return file

    @classmethod
    def resume(cls, path: Path, now: float, max_bytes: int) -> Self:
        """Go on with a recording; what a crash left of its last line is removed. Raises BlockingIOError if locked."""
        descriptor = _locked(os.open(path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC))
        os.ftruncate(descriptor, _end_of_whole_lines(descriptor))
        return cls(descriptor, now, max_bytes)

    def write(self, events: list[tuple[float, str, bytes]]) -> bool:
        """Append events (time, code, data) and return whether there is room for more; else the recording has ended."""
        lines = bytearray()
        room_bytes = self._max_bytes - _RESERVED_BYTES - self._size_bytes
        for now, code, data in events:
            line = self._writer.output(now, data) if code == asciicast.OUTPUT else self._event(now, code, data)
            if len(lines) + len(line) > room_bytes:
                reason = f"{asciicast.END}: it may not be larger than {self._max_bytes} bytes"
                self._append(bytes(lines) + self._writer.event(now, asciicast.MARK, reason))
                return False
            lines += line
        self._append(bytes(lines))
        return True

    def close(self) -> None:
        """Let go of the file and its lock."""
        os.close(self._descriptor)

    def _event(self, now: float, code: str, data: bytes) -> bytes:
        return self._writer.event(now, code, data.decode(errors="replace"))

    def _append(self, lines: bytes) -> None:
        view = memoryview(lines)
        while view:
            count_bytes = os.write(self._descriptor, view)
            self._size_bytes += count_bytes
            view = view[count_bytes:]


def is_being_written(path: Path) -> bool:
    """Return whether somebody records into the file now."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _end_of_whole_lines(descriptor: int) -> int:
    end = os.fstat(descriptor).st_size
    while end > 0:
        start = max(0, end - _TAIL_BYTES)
        newline = os.pread(descriptor, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0


def _locked(descriptor: int) -> int:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor
