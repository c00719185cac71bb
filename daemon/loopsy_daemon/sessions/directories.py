"""The subdirectories of a directory, for a person who looks for where to begin."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loopsy_daemon.sessions.errors import BadDirectory
from loopsy_daemon.wire import limits
from loopsy_daemon.wire.messages import DirectoryEntry


@dataclass(frozen=True, slots=True)
class Listing:
    """Subdirectories, sorted; `hidden` counts those that begin with a dot, `left_out` what is not in the list."""

    path: str
    parent: str | None
    entries: list[DirectoryEntry]
    hidden: int
    left_out: int


def absolute_directory(path: str | None, home: str) -> str:
    """Return the path that a person means: `~`, nothing and what is not absolute begin at home."""
    wanted = home if not path or path == "~" else path.removeprefix("~/")
    return os.path.normpath(Path(home, wanted))


def list_directories(path: str | None, home: str, *, hidden: bool) -> Listing:
    """Return the subdirectories of a path; it may take as long as a disk does. Raises BadDirectory."""
    if path is not None and "\x00" in path:
        raise BadDirectory("No directory has such a name.", "Choose another directory.")
    directory = absolute_directory(path, home)
    try:
        found = sorted(_subdirectories(directory), key=lambda entry: entry.name.casefold())
    except OSError as error:
        raise BadDirectory(f"{_sendable(directory)} {_reason(error)}.", "Choose another directory.") from error
    shown = [entry for entry in found if hidden or not entry.name.startswith(".")]
    fitting = list(_that_fit(shown))
    return Listing(
        path=_sendable(directory),
        parent=None if directory == "/" else _sendable(str(Path(directory).parent)),
        entries=fitting,
        hidden=sum(1 for entry in found if entry.name.startswith(".")),
        left_out=len(shown) - len(fitting),
    )


def _subdirectories(directory: str) -> Iterator[DirectoryEntry]:
    with os.scandir(directory) as entries:
        for entry in entries:
            try:
                if entry.is_dir():
                    yield DirectoryEntry(name=entry.name, link=_target(entry) if entry.is_symlink() else None)
            except OSError:  # it went meanwhile, or is behind something that cannot be entered
                continue


def _target(entry: os.DirEntry[str]) -> str:
    return _sendable(str(Path(entry.path).readlink()))[: limits.MAX_LINK_CHARACTERS]


def _that_fit(entries: list[DirectoryEntry]) -> Iterator[DirectoryEntry]:
    """Yield what has room in a message; a name that is not UTF-8 could not be asked for."""
    room_bytes = limits.MAX_DIRECTORY_NAMES_BYTES
    count = 0
    for entry in entries:
        try:
            size_bytes = len(entry.name.encode()) + len((entry.link or "").encode())
        except UnicodeEncodeError:
            continue
        if size_bytes <= room_bytes and count < limits.MAX_DIRECTORY_ENTRIES:
            room_bytes -= size_bytes
            count += 1
            yield entry


def _sendable(path: str) -> str:
    return path.encode(errors="replace").decode()


def _reason(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "is not there"
        case PermissionError():
            return "may not be read"
        case NotADirectoryError():
            return "is not a directory"
        case _:
            return f"cannot be read: {error.strerror}"
