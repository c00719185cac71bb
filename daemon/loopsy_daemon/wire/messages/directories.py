"""Where a new session can begin: the places of former ones, and the laptop's directories."""

from msgspec import Struct

from loopsy_daemon.wire.messages.values import U32, Message, Text


class Place(Struct, frozen=True, kw_only=True):
    """A directory in which a session was opened; `there` tells whether it still is one."""

    path: str
    there: bool


class DirectoryEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A subdirectory; `link` is where it leads if it is a symbolic link."""

    name: str
    link: str | None = None


class PlacesList(Message, frozen=True, kw_only=True, tag="places.list"):
    """Ask where sessions were opened."""

    id: U32


class DirectoriesList(Message, frozen=True, kw_only=True, tag="directories.list"):
    """Ask for the subdirectories of `path`, or of home; with `hidden` also for those that begin with a dot."""

    id: U32
    path: Text | None = None
    hidden: bool = False


class Places(Message, frozen=True, kw_only=True, tag="places"):
    """Where sessions were opened, most recent first."""

    id: int
    home: str
    places: list[Place]


class Directories(Message, frozen=True, kw_only=True, tag="directories"):
    """The subdirectories of `path`, sorted: `hidden` of them begin with a dot, `left_out` are not in the list."""

    id: int
    path: str
    parent: str | None
    entries: list[DirectoryEntry]
    hidden: int
    left_out: int
