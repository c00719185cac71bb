"""What is asked about shared values, and the answers."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from loopsy_daemon.exchange import limits
from loopsy_daemon.exchange.operations import Limit, Name, Operation, Text

Ttl = Annotated[float, Meta(gt=0, le=limits.MAX_CONTEXT_TTL_SECONDS)]
Version = Annotated[int, Meta(ge=0, lt=1 << 53)]


class SetEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Set a value; with `if_version` only if that is the entry's version now, 0 if there must be none."""

    key: Name
    value: Text
    ttl_seconds: Ttl | None = None
    if_version: Version | None = None


class GetEntry(Struct, frozen=True, kw_only=True):
    """Ask for a value."""

    key: Name


class DeleteEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Delete an entry; with `if_version` only if that is its version now."""

    key: Name
    if_version: Version | None = None


class ListEntries(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ask for the entries whose keys begin with `prefix`, in order, behind the key `after`."""

    prefix: Name = ""
    after: Name = ""
    limit: Limit = limits.PAGE_ENTRIES


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry; `version` grows with every change of any entry, `author_id` is None for the machine itself.

    Lists leave the value out. Times are in seconds since 1970.
    """

    key: str
    version: int
    size_bytes: int
    author: str
    updated_at: float
    author_id: str | None = None
    expires_at: float | None = None
    value: str | None = None


class EntryPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a list; `next` is what to ask `after` for the rest, if there is more."""

    entries: list[Entry]
    next: str | None = None


class Broadcast(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Set a value here and on every peer."""

    key: Name
    value: Text
    ttl_seconds: Ttl | None = None


class BroadcastTo(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of it at one machine; `node_id` is None for this one."""

    name: str
    outcome: Literal["ok", "offline", "refused"]
    node_id: str | None = None
    reason: str | None = None


class BroadcastResult(Struct, frozen=True, kw_only=True):
    """What came of it everywhere."""

    key: str
    machines: list[BroadcastTo]


SET: Final = Operation("context.set", SetEntry, Entry, "context")
GET: Final = Operation("context.get", GetEntry, Entry, "context")
LIST: Final = Operation("context.list", ListEntries, EntryPage, "context")
DELETE: Final = Operation("context.delete", DeleteEntry, Entry, "context")
BROADCAST: Final = Operation("context.broadcast", Broadcast, BroadcastResult, "context", "here")
