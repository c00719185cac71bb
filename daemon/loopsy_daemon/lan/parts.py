"""The part of a file that arrives from another machine: found again after a cut, given up when the file has changed."""

import hashlib
import os
import re
import stat
import time
from contextlib import suppress
from typing import Final

from loopsy_daemon.transfer.errors import DiskFull, FileExists, NotAFile, TooManyTransfers, TransferError
from loopsy_daemon.transfer.part_file import PartFile
from loopsy_daemon.transfer.places import trouble

ABANDONED_SECONDS: Final = 24 * 3_600.0
_PART: Final = re.compile(r"\.(lan-([0-9a-f]{16})-[0-9a-f]{16})\.part")


def open_part(directory: int, name: str, *, peer: str, version: str, size_bytes: int, overwrite: bool) -> PartFile:
    """Make the part of a file that will be `name`, or go on with the one that is there.

    The directory's descriptor becomes the part's. Parts of other versions of this file are removed, and those that
    nobody went on with for a day. Raises TransferError; TooManyTransfers if another transfer writes it now.
    """
    place = _short(peer, name)
    key = f"lan-{place}-{_short(version, str(size_bytes))}"
    try:
        require_free(directory, name, overwrite=overwrite)
        _remove_stale(directory, place, key)
    except OSError as error:
        os.close(directory)
        raise trouble(error, name) from None
    except TransferError:
        os.close(directory)
        raise
    try:
        part = PartFile.open(directory, key)
    except FileExists as error:
        raise TooManyTransfers(error.message, error.hint) from None
    try:
        if part.size_bytes > size_bytes:
            part.truncate(0)
        part.require_room(size_bytes - part.size_bytes)
    except DiskFull:
        part.discard()
        raise
    except TransferError:
        part.close()
        raise
    return part


def is_part(name: str) -> bool:
    """Tell whether this is the name of a file that has not arrived yet."""
    return _PART.fullmatch(name) is not None


def require_free(directory: int, name: str, *, overwrite: bool) -> None:
    """Raise FileExists if the name is taken and not to be overwritten, NotAFile if a directory has it."""
    try:
        found = os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return
    if stat.S_ISDIR(found.st_mode):
        raise NotAFile(f"{name!r} is a directory.", "Name the file, too.")
    if not overwrite:
        raise FileExists(f"{name!r} is there already.", "Choose another name, or overwrite it: --force")


def _remove_stale(directory: int, place: str, key: str) -> None:
    """Remove parts that no transfer will go on with; one that is being written is left alone."""
    oldest = time.time() - ABANDONED_SECONDS
    with os.scandir(directory) as entries:
        found = [match for entry in entries if (match := _PART.fullmatch(entry.name))]
    for match in found:
        if match[1] == key:
            continue
        with suppress(OSError, TransferError):  # another transfer has it, or has removed it
            changed_at = os.stat(match[0], dir_fd=directory, follow_symlinks=False).st_mtime
            if match[2] == place or changed_at < oldest:
                PartFile.open(os.dup(directory), match[1]).discard()


def _short(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode(errors="surrogateescape")).hexdigest()[:16]
