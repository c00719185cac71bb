"""Whole directories to a peer and from it: one file after the other, each as if it were sent or fetched alone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from loopsy_daemon.lan.directory_plan import MAX_ENTRIES, LeftOut, List, Plan, leave_out, made_plan
from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.lan.files import listing
from loopsy_daemon.lan.remote_files import Moved, RemoteFiles
from loopsy_daemon.lan.transfer_api import MAX_PAGE_ENTRIES, Entry
from loopsy_daemon.lan.transfer_flow import Progress, in_thread
from loopsy_daemon.transfer.errors import BadPath, FileExists, TransferError
from loopsy_daemon.transfer.new_directory import make_directory

_Move = Callable[[str, Progress], Awaitable[Moved]]


@dataclass(frozen=True, slots=True)
class MovedDirectory:
    """A directory that was moved: `files` are those that were moved now, by their paths in it."""

    path: str
    files: tuple[tuple[str, Moved], ...]
    unchanged: int
    left_out: tuple[LeftOut, ...]


class Watcher(Protocol):
    """Is told how far it is."""

    def __call__(self, done_bytes: int, size_bytes: int) -> None:
        """So many bytes of so many of all are there."""

    def begin(self, name: str) -> None:
        """This file is next."""


async def push_directory(
    there: RemoteFiles, source: Path, destination: str, watcher: Watcher, *, overwrite: bool = False
) -> MovedDirectory:
    """Send a directory into the one at a path there. Raises PeerError, TransferError."""
    top = await in_thread(source.resolve)
    name = source.name if source.name not in {"", ".."} else top.name
    if not name:
        raise BadPath(f"{str(top)!r} has no name.", "Send what is in it.")
    await _here(top)("")  # what cannot be read is not begun
    root = await there.make_directory(destination, name, _mode(top))
    plan = await made_plan(_here(top), _at(there, root), overwrite=overwrite)
    _require_free(plan, overwrite=overwrite)
    for path, mode in plan.directories:
        above, _, last = path.rpartition("/")
        try:
            await there.make_directory(_joined(root, above), last, mode)
        except (PeerRefused, TransferError) as error:
            leave_out(plan, path, error)

    async def push(path: str, progress: Progress) -> Moved:
        return await there.push(top / path, _joined(root, path), overwrite=overwrite, progress=progress)

    return MovedDirectory(root, await _move_all(plan, push, watcher), plan.unchanged, tuple(plan.left_out))


async def pull_directory(
    there: RemoteFiles, path: str, destination: Path, watcher: Watcher, *, overwrite: bool = False
) -> MovedDirectory:
    """Fetch a directory into one here. Raises PeerError, TransferError."""
    name = PurePosixPath(path).name
    if name in {"", "..", "~"}:
        raise BadPath(f"{path!r} does not say how it is to be called here.", "Name a directory below it.")
    facts = await there.facts(path)
    root = await in_thread(destination.resolve) / name
    await in_thread(make_directory, root, facts.mode)
    plan = await made_plan(_at(there, facts.path), _here(root), overwrite=overwrite)
    _require_free(plan, overwrite=overwrite)
    for below, mode in plan.directories:
        try:
            await in_thread(make_directory, root / below, mode)
        except TransferError as error:
            leave_out(plan, below, error)

    async def pull(below: str, progress: Progress) -> Moved:
        return await there.pull(_joined(facts.path, below), root / below, overwrite=overwrite, progress=progress)

    return MovedDirectory(str(root), await _move_all(plan, pull, watcher), plan.unchanged, tuple(plan.left_out))


async def _move_all(plan: Plan, move: _Move, watcher: Watcher) -> tuple[tuple[str, Moved], ...]:
    """Move the files one after the other; what is wrong with one alone is noted, and the next one follows."""
    size_bytes, done_bytes = plan.size_bytes, 0
    moved: list[tuple[str, Moved]] = []
    for path, entry in plan.files:
        watcher.begin(path)
        before_bytes = done_bytes

        def progress(file_bytes: int, _: int, before_bytes: int = before_bytes) -> None:
            watcher(before_bytes + file_bytes, max(size_bytes, before_bytes + file_bytes))

        try:
            moved.append((path, await move(path, progress)))
        except (PeerRefused, TransferError) as error:
            leave_out(plan, path, error)
        done_bytes += entry.size_bytes
        watcher(done_bytes, size_bytes)
    return tuple(moved)


def _require_free(plan: Plan, *, overwrite: bool) -> None:
    """Raise FileExists before anything is moved if a name is taken."""
    if not plan.taken:
        return
    others = f" and {len(plan.taken) - 1:,} others are" if len(plan.taken) > 1 else " is"
    if overwrite:
        raise FileExists(f"{plan.taken[0]!r}{others} there already as something else.", "Remove it there first.")
    raise FileExists(f"{plan.taken[0]!r}{others} there already, with another content.", "To overwrite, say so: --force")


def _here(top: Path) -> List:
    async def entries(below: str) -> list[Entry]:
        return await in_thread(_listed, top / below)

    return entries


def _listed(directory: Path) -> list[Entry]:
    entries: list[Entry] = []
    after: str | None = ""
    while after is not None:
        page = listing(directory, after, MAX_PAGE_ENTRIES)
        entries += page.entries
        after = page.next
    return entries


def _at(there: RemoteFiles, root: str) -> List:
    async def entries(below: str) -> list[Entry]:
        return await there.entries(_joined(root, below), MAX_ENTRIES)

    return entries


def _joined(root: str, below: str) -> str:
    return f"{root.rstrip('/')}/{below}" if below else root


def _mode(directory: Path) -> int:
    return directory.stat().st_mode & 0o777
