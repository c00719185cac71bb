"""The routes that tell what files there are: facts about a path, and a directory page by page."""

import heapq
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from loopsy_daemon.lan.admission import answer, permitted
from loopsy_daemon.lan.application import Handler
from loopsy_daemon.lan.transfer_api import Entry, Facts, FileType, Listing, ListQuery, PathQuery, query
from loopsy_daemon.lan.transfer_flow import in_thread
from loopsy_daemon.transfer.errors import FileUnreadable
from loopsy_daemon.transfer.places import open_directory, trouble, version_of
from loopsy_daemon.transfer.rules import Rules


class Files:
    """Tells peers what the rules let them see."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """Return what peers may ask."""
        return (("GET", "/v1/files", self._list), ("GET", "/v1/files/facts", self._facts))

    async def _list(self, request: Request) -> Response:
        permitted(request, "transfer")
        wanted = query(request, ListQuery)
        request.state.file = wanted.path
        path = await in_thread(self._rules.path, wanted.path, self._rules.home)
        return answer(await in_thread(listing, path, wanted.after, wanted.limit))

    async def _facts(self, request: Request) -> Response:
        permitted(request, "transfer")
        wanted = query(request, PathQuery)
        request.state.file = wanted.path
        path = await in_thread(self._rules.path, wanted.path, self._rules.home)
        return answer(await in_thread(facts_about, path))


def facts_about(path: Path) -> Facts:
    """Return what is at a path without links. Raises TransferError."""
    parent = open_directory(path.parent)
    try:
        found = os.stat(path.name or ".", dir_fd=parent, follow_symlinks=False)
    except OSError as error:
        raise trouble(error, path.name) from None
    finally:
        os.close(parent)
    kind = _type(found)
    return Facts(
        path=_shown(os.fsencode(path)),
        type=kind,
        size_bytes=found.st_size,
        modified_at=found.st_mtime,
        mode=found.st_mode & 0o777,
        version=version_of(found) if kind == "file" else None,
    )


def listing(path: Path, after: str, limit: int) -> Listing:
    """Return a page of a directory, in the order of the names' bytes; its memory does not grow with the directory.

    Raises TransferError.
    """
    directory = open_directory(path)
    try:
        last = bytes.fromhex(after)
        with os.scandir(directory) as found:
            names = (name for entry in found if (name := os.fsencode(entry.name)) > last)
            page = heapq.nsmallest(limit + 1, names)
        entries = [entry for name in page[:limit] if (entry := _entry(directory, name))]
    except OSError as error:
        raise FileUnreadable(f"{path.name!r} cannot be read: {error.strerror}.", "Check it: ls -ld") from None
    finally:
        os.close(directory)
    more = page[limit - 1].hex() if len(page) > limit else None
    return Listing(path=_shown(os.fsencode(path)), entries=entries, next=more)


def _entry(directory: int, name: bytes) -> Entry | None:
    try:
        found = os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:  # it has gone meanwhile
        return None
    return Entry(
        name=_shown(name),
        type=_type(found),
        size_bytes=found.st_size,
        modified_at=found.st_mtime,
        mode=found.st_mode & 0o777,
    )


def _type(found: os.stat_result) -> FileType:
    if stat.S_ISREG(found.st_mode):
        return "file"
    if stat.S_ISDIR(found.st_mode):
        return "directory"
    return "link" if stat.S_ISLNK(found.st_mode) else "other"


def _shown(name: bytes) -> str:
    """A name that is no UTF-8 is shown as well as it can be, and cannot be asked for."""
    return name.decode(errors="replace")
