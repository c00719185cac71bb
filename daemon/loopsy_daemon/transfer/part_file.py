"""A file that grows beside its destination, and takes its name only when it is whole."""

import errno
import fcntl
import os
import stat
from contextlib import suppress
from typing import Final, Self

from loopsy_daemon.files import PRIVATE_FILE_MODE
from loopsy_daemon.transfer.errors import DiskFull, FileExists, TransferError, WriteFailed

SUFFIX: Final = ".part"
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_HARD_LINKS: Final = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
# What the disk keeps beside a transfer, for everybody else.
SPARE_BYTES: Final = 64 * 1_048_576


class PartFile:
    """One file `.KEY.part` in a directory that stays open; nobody else writes it meanwhile."""

    def __init__(self, directory: int, descriptor: int, part_name: str) -> None:
        self._directory = directory
        self._descriptor = descriptor
        self._part_name = part_name
        self._is_closed = False

    @classmethod
    def open(cls, directory: int, key: str) -> Self:
        """Make the part of this key, or go on with the one that is there. The directory's descriptor becomes ours.

        The key is ours, not a stranger's: 1 to 64 letters, digits, `_` and `-`. Raises TransferError.
        """
        part_name = part_name_of(key)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            descriptor = os.open(part_name, flags, PRIVATE_FILE_MODE, dir_fd=directory)
        except OSError as error:
            os.close(directory)
            raise trouble(error) from None
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FileExists(f"{part_name} is not a plain file.", "Remove it.")
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            os.close(directory)
            raise FileExists("This file is being transferred already.", "Wait for it, or cancel it.") from None
        except TransferError:
            os.close(descriptor)
            os.close(directory)
            raise
        return cls(directory, descriptor, part_name)

    @property
    def size_bytes(self) -> int:
        """How much of the file is there."""
        return os.fstat(self._descriptor).st_size

    @property
    def descriptor(self) -> int:
        """The open file, for whoever reads what was written."""
        return self._descriptor

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """Write all of the data at an offset. Raises DiskFull, WriteFailed; what was there before stays."""
        view = memoryview(data)
        try:
            while view:
                count_bytes = os.pwrite(self._descriptor, view, offset)
                offset, view = offset + count_bytes, view[count_bytes:]
        except OSError as error:
            raise trouble(error) from None

    def truncate(self, size_bytes: int) -> None:
        """Drop what lies behind. Raises TransferError."""
        try:
            os.ftruncate(self._descriptor, size_bytes)
        except OSError as error:
            raise trouble(error) from None

    def require_room(self, count_bytes: int) -> None:
        """Raise DiskFull unless the disk has room for so many bytes more, and some to spare."""
        found = os.fstatvfs(self._directory)
        if found.f_bavail * found.f_frsize < count_bytes + SPARE_BYTES:
            raise DiskFull("The disk has no room for this file.", "Make room there, then try again.")

    def place(
        self,
        name: str,
        *,
        overwrite: bool = False,
        mode: int = PRIVATE_FILE_MODE,
        modified_at: float | None = None,
    ) -> None:
        """Give the whole file its name in the directory, durably, and close. A crash leaves the part or the file.

        The name has no slash: the caller has checked it. Raises FileExists (the part stays), TransferError.
        """
        try:
            os.fchmod(self._descriptor, mode & 0o777)
            if modified_at is not None:
                os.utime(self._descriptor, (modified_at, modified_at))
            os.fsync(self._descriptor)
            if overwrite:
                os.rename(self._part_name, name, src_dir_fd=self._directory, dst_dir_fd=self._directory)
            else:
                self._take_free_name(name)
            os.fsync(self._directory)
        except FileExistsError:
            raise FileExists(f"{name!r} is there already.", "Choose another name.") from None
        except OSError as error:
            raise trouble(error) from None
        self.close()

    def _take_free_name(self, name: str) -> None:
        """Rename without overwriting, which no portable call does in one step: a second link does."""
        try:
            os.link(self._part_name, name, src_dir_fd=self._directory, dst_dir_fd=self._directory)
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:
                raise
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            os.close(os.open(name, flags, PRIVATE_FILE_MODE, dir_fd=self._directory))
            os.rename(self._part_name, name, src_dir_fd=self._directory, dst_dir_fd=self._directory)
        else:
            os.unlink(self._part_name, dir_fd=self._directory)

    def discard(self) -> None:
        """Remove the part, and close."""
        if not self._is_closed:
            with suppress(FileNotFoundError):
                os.unlink(self._part_name, dir_fd=self._directory)
            self.close()

    def close(self) -> None:
        """Leave the part where it is, for somebody who goes on with it."""
        if not self._is_closed:
            self._is_closed = True
            os.close(self._descriptor)
            os.close(self._directory)


def part_name_of(key: str) -> str:
    """Return the name of the part with this key; it begins with a dot, so that lists do not show it."""
    if not (1 <= len(key) <= 64 and key.isascii() and key.replace("_", "a").replace("-", "a").isalnum()):
        raise ValueError("a key has 1 to 64 letters, digits, underscores and hyphens")
    return f".{key}{SUFFIX}"


def trouble(error: OSError) -> TransferError:
    """Return what to tell whoever wanted to write this."""
    if error.errno in _NO_ROOM:
        return DiskFull("The disk is full.", "Make room there, then try again.")
    reason = error.strerror or str(error)
    return WriteFailed(f"The file cannot be written: {reason}.", "Check the directory on the machine: ls -ld")
