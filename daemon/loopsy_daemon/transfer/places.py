"""Opening what the rules have permitted, so that nobody can put a link in its place meanwhile."""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loopsy_daemon.transfer.errors import FileUnreadable, NoSuchFile, NotAFile, TransferError

# Linux can hold a directory that it may only pass through.
_PASS: Final = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A plain file that is open for reading; whoever opened it closes it."""

    descriptor: int
    size_bytes: int
    modified_at: float
    mode: int
    version: str
    """Differs when the file was changed or replaced."""

    def close(self) -> None:
        """Close it."""
        os.close(self.descriptor)


def open_file(path: Path) -> SourceFile:
    """Open a plain file for reading; no part of the absolute path may be a link. Raises TransferError."""
    try:
        descriptor = _open_beneath(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe would keep us waiting
    except OSError as error:
        raise trouble(error, path.name) from None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        kind = "a directory" if stat.S_ISDIR(found.st_mode) else "not a plain file"
        raise NotAFile(f"{path.name!r} is {kind}.", "Choose a file.")
    return SourceFile(descriptor, found.st_size, found.st_mtime, stat.S_IMODE(found.st_mode) & 0o777, version_of(found))


def open_directory(path: Path) -> int:
    """Open a directory, for names in it; no part of the absolute path may be a link. Raises TransferError."""
    try:
        return _open_beneath(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        if error.errno == errno.ENOTDIR:
            raise NotAFile(f"{path.name!r} is not a directory.", "Choose a directory.") from None
        raise trouble(error, path.name) from None


def version_of(found: os.stat_result) -> str:
    """Return a short text that differs when a file was changed or replaced."""
    facts = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def trouble(error: OSError, name: str) -> TransferError:
    """Return what to tell whoever wanted to open this."""
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR | errno.ENAMETOOLONG:
            return NoSuchFile(f"There is no {name!r}.", "Check the path.")
        case errno.ELOOP:
            return NoSuchFile(f"{name!r} leads nowhere.", "Check the path: a link in it was just changed.")
        case errno.ENXIO | errno.ENODEV:
            return NotAFile(f"{name!r} is not a plain file.", "Choose a file.")
        case _:
            reason = error.strerror or str(error)
            return FileUnreadable(f"{name!r} cannot be opened: {reason}.", "Check it on the machine: ls -l")


def _open_beneath(path: Path, flags: int) -> int:
    directory = os.open(path.anchor, _PASS)
    try:
        for part in path.parts[1:-1]:
            below = os.open(part, _PASS, dir_fd=directory)
            os.close(directory)
            directory = below
        name = path.parts[-1] if len(path.parts) > 1 else "."
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=directory)
    finally:
        os.close(directory)
