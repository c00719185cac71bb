"""A directory that is made for files that arrive."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from loopsy_daemon.transfer.errors import NotAFile
from loopsy_daemon.transfer.part_file import trouble
from loopsy_daemon.transfer.places import open_directory

# Who made a directory must be able to put files into it.
_OWNER_MAY: Final = 0o700


def make_directory(path: Path, mode: int) -> None:
    """Make a directory with these permissions unless it is there; its path has no links. Raises TransferError."""
    parent = open_directory(path.parent)
    try:
        os.mkdir(path.name, _OWNER_MAY, dir_fd=parent)
        made = _opened(path.name, parent)
        try:
            os.fchmod(made, mode & 0o777 | _OWNER_MAY)  # whatever the umask is
        finally:
            os.close(made)
    except FileExistsError:
        with suppress(OSError):
            os.close(_opened(path.name, parent))
            return
        raise NotAFile(f"{path.name!r} is there already, and is no directory.", "Remove it, or go elsewhere.") from None
    except OSError as error:
        raise trouble(error) from None
    finally:
        os.close(parent)


def _opened(name: str, parent: int) -> int:
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
