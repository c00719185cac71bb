"""Files that are ours alone: private directories, atomic writes, checked reads, a lock around updates."""

import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from loopsy_daemon.errors import LockTimeout, UnsafeFile

PRIVATE_FILE_MODE: Final = 0o600
PRIVATE_DIRECTORY_MODE: Final = 0o700
LOCK_TIMEOUT_SECONDS: Final = 10.0


def private_directory(path: Path) -> Path:
    """Make the directory (mode 0700) with its parents, check that it is ours alone, and return it.

    A directory of ours that others may enter is closed to them. Raises UnsafeFile if it is a link, no directory,
    or another user's.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.mkdir(mode=PRIVATE_DIRECTORY_MODE)
    check_private_directory(path)
    if stat.S_IMODE(path.stat().st_mode) != PRIVATE_DIRECTORY_MODE:
        path.chmod(PRIVATE_DIRECTORY_MODE)
    return path


def check_private_directory(path: Path) -> None:
    """Raise UnsafeFile unless the path is a directory of ours and no link."""
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode) or not stat.S_ISDIR(found.st_mode):
        raise UnsafeFile(f"{path} is not a directory.", f"move it away: mv {path} {path}.old")
    if found.st_uid != os.geteuid():
        raise UnsafeFile(f"{path} belongs to another user.", "set LOOPSY_HOME to a directory of your own")


def write_atomically(path: Path, data: bytes, *, mode: int = PRIVATE_FILE_MODE) -> None:
    """Replace the file's content so that a crash leaves the old one or the new one, never a part.

    The directory must exist. A link in the file's place is replaced, not followed.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)  # the umask may have taken bits that the caller wants
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


def read_private(path: Path) -> bytes | None:
    """Return the content of a secret file, or None if there is none.

    Raises UnsafeFile if it is a link, no plain file, another user's, or open to others.
    """
    try:
        # Without O_NONBLOCK a FIFO in the file's place would block us for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise UnsafeFile(f"{path} is a symbolic link.", "put the file itself in its place") from None
        if error.errno == errno.EACCES:
            raise UnsafeFile(f"{path} cannot be read.", f"check who owns it: ls -l {path}") from None
        raise
    try:
        _check_private_file(path, os.fstat(descriptor))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, *, timeout_seconds: float = LOCK_TIMEOUT_SECONDS) -> Iterator[None]:
    """Hold the lock that guards updates of the file (`<path>.lock`); not reentrant. Raises LockTimeout."""
    lock_path = path.with_name(f"{path.name}.lock")
    try:
        with FileLock(lock_path, timeout=timeout_seconds, mode=PRIVATE_FILE_MODE):
            yield
    except Timeout:
        raise LockTimeout(f"Another program keeps {path} locked.", "wait for it, or end it; then try again") from None


def is_held(lock: Path) -> bool:
    """Tell whether a process holds this lock file, which need not exist."""
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        # Shared: two commands that look at the same time do not see each other.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _check_private_file(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise UnsafeFile(f"{path} is not a plain file.", f"move it away: mv {path} {path}.old")
    if found.st_uid != os.geteuid():
        raise UnsafeFile(f"{path} belongs to another user.", f"check who owns it: ls -l {path}")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise UnsafeFile(f"{path} can be opened by other users.", f"chmod 600 {path}")


def _sync_directory(path: Path) -> None:
    # The rename itself is durable only once the directory is.
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
