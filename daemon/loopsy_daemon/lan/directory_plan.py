"""What moving a directory means: what is to be made, moved and left out, given what is at both ends."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.lan.parts import is_part
from loopsy_daemon.lan.transfer_api import Entry
from loopsy_daemon.transfer.errors import TooLarge, TransferError
from loopsy_daemon.transfer.names import is_name
from loopsy_daemon.transfer.rules import MAX_PATH_CHARACTERS

MAX_ENTRIES: Final = 100_000
# File systems keep times more coarsely than others; two contents of one size and time are taken as the same.
_SAME_TIME_SECONDS: Final = 0.01
# What goes wrong with one file, and not with the next one.
_ABOUT_ONE_FILE: Final = frozenset(
    {
        "denied_path",
        "bad_path",
        "no_such_file",
        "not_a_file",
        "file_unreadable",
        "file_exists",
        "file_changed",
        "too_large",
    }
)
List = Callable[[str], Awaitable[list[Entry]]]
"""Tells what is in a directory below the one that is moved, which is called with an empty path itself."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A path below the directory that is not moved, and why; links and devices are no failure."""

    path: str
    reason: str
    is_failure: bool


@dataclass(slots=True)
class Plan:
    """Paths below the directory, with `/` between names; directories come before what is in them."""

    directories: list[tuple[str, int]] = field(default_factory=list)
    """Those that are not at the destination, with their permissions."""
    files: list[tuple[str, Entry]] = field(default_factory=list)
    unchanged: int = 0
    """How many files are there already, with the same size and time."""
    taken: list[str] = field(default_factory=list)
    """What has the name of something else that may not be overwritten."""
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def size_bytes(self) -> int:
        """How much there is to move."""
        return sum(entry.size_bytes for _, entry in self.files)


async def made_plan(source: List, destination: List, *, overwrite: bool) -> Plan:
    """Return the plan. Raises PeerError, TransferError; TooLarge if there are too many names."""
    plan = Plan()
    pending = [("", True)]
    count = 0
    while pending:
        below, is_there = pending.pop()
        try:
            found = await source(below)
            present = {entry.name: entry for entry in await destination(below)} if is_there else {}
        except (PeerRefused, TransferError) as error:
            if not below:
                raise
            leave_out(plan, below, error)
            plan.directories = [directory for directory in plan.directories if directory[0] != below]
            continue
        count += len(found)
        if count > MAX_ENTRIES:
            raise TooLarge(f"There are more than {MAX_ENTRIES:,} names in it.", "Move its parts, or an archive of it.")
        pending += reversed(_sort(plan, below, found, present, overwrite=overwrite))
    return plan


def leave_out(plan: Plan, path: str, error: PeerRefused | TransferError) -> None:
    """Note what went wrong with one file; raise what would go wrong with the next one, too."""
    if error.code not in _ABOUT_ONE_FILE:
        raise error
    plan.left_out.append(LeftOut(path, error.message, is_failure=True))


def _sort(
    plan: Plan, below: str, found: list[Entry], present: Mapping[str, Entry], *, overwrite: bool
) -> list[tuple[str, bool]]:
    """Put what is in a directory where it belongs; return the directories in it, and whether they are there."""
    directories: list[tuple[str, bool]] = []
    for entry in found:
        path = f"{below}/{entry.name}" if below else entry.name
        there = present.get(entry.name)
        if not is_name(entry.name) or len(path) > MAX_PATH_CHARACTERS:
            plan.left_out.append(LeftOut(path, "That is not the name of a file.", is_failure=True))
        elif entry.type == "link":
            plan.left_out.append(LeftOut(path, "It is a link.", is_failure=False))
        elif entry.type == "other" or is_part(entry.name):
            kind = "It is no plain file." if entry.type == "other" else "It is a transfer that is not whole."
            plan.left_out.append(LeftOut(path, kind, is_failure=False))
        elif there is not None and there.type != entry.type:
            plan.taken.append(path)
        elif entry.type == "directory":
            directories.append((path, there is not None))
            if there is None:
                plan.directories.append((path, entry.mode))
        elif there is not None and _is_same(entry, there):
            plan.unchanged += 1
        elif there is None or overwrite:
            plan.files.append((path, entry))
        else:
            plan.taken.append(path)
    return directories


def _is_same(one: Entry, other: Entry) -> bool:
    return (
        one.size_bytes == other.size_bytes
        and abs(max(0.0, one.modified_at) - max(0.0, other.modified_at)) < _SAME_TIME_SECONDS
    )
