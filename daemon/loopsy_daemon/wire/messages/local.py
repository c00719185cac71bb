"""Requests and answers of the local socket alone; a phone that sends one is answered `not_permitted`."""

from typing import Annotated

from msgspec import Meta, Struct, field

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.messages.values import U32, Message, Offset, ShortText


class Status(Message, frozen=True, kw_only=True, tag="status"):
    """Local: ask how the daemon is."""

    id: U32


class Shutdown(Message, frozen=True, kw_only=True, tag="shutdown"):
    """Local: end the daemon."""

    id: U32


class PairStart(Message, frozen=True, kw_only=True, tag="pair.start"):
    """Local: open a pairing."""

    id: U32
    ttl: Annotated[int, Meta(ge=limits.PAIR_TTL_MIN_SECONDS, le=limits.PAIR_TTL_MAX_SECONDS)] = (
        limits.PAIR_TTL_DEFAULT_SECONDS
    )
    digits: Annotated[int, Meta(ge=limits.CODE_DIGITS_MIN, le=limits.CODE_DIGITS_MAX)] = limits.CODE_DIGITS_MIN


class PairCancel(Message, frozen=True, kw_only=True, tag="pair.cancel"):
    """Local: end the open pairing."""

    id: U32


class PhonesList(Message, frozen=True, kw_only=True, tag="phones.list"):
    """Local: ask for the paired phones."""

    id: U32


class PhonesRevoke(Message, frozen=True, kw_only=True, tag="phones.revoke"):
    """Local: revoke a phone, by id or unique label."""

    id: U32
    phone: ShortText


class RelayReload(Message, frozen=True, kw_only=True, tag="relay.reload"):
    """Local: the relay's configuration has changed; read it again."""

    id: U32


class Watch(Message, frozen=True, kw_only=True, tag="watch"):
    """Local: follow what happens (`event`)."""

    id: U32


class OutputRead(Message, frozen=True, kw_only=True, tag="output.read"):
    """Local: ask for the text of a session's scrollback and screen; it is taken at `position` 0 and read from there."""

    id: U32
    session: ShortText
    styled: bool = False
    position: Offset = 0


class RecordStart(Message, frozen=True, kw_only=True, tag="record.start"):
    """Local: record what a session prints from now on."""

    id: U32
    session: ShortText


class RecordStop(Message, frozen=True, kw_only=True, tag="record.stop"):
    """Local: end the recording of a session."""

    id: U32
    session: ShortText


class RelayStatus(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The link to the relay; `state` is `connected`, `connecting` or `refused`."""

    url: str
    state: str
    since: float
    device_id: str
    last_error: str | None = None


class StatusReport(Message, frozen=True, kw_only=True, tag="status.report"):
    """Local: how the daemon is."""

    id: int
    version: str
    pid: int
    started_at: float
    home: str
    sessions: int
    phones: int
    phones_online: int
    relay: RelayStatus | None = None


class PairStarted(Message, frozen=True, kw_only=True, tag="pair.started"):
    """Local: a pairing is open; `event` messages follow until it ends."""

    id: int
    url: str
    code: str
    expires_at: float

    def __repr__(self) -> str:
        return f"PairStarted(id={self.id!r}, expires_at={self.expires_at!r})"  # link and code are secrets


class PhoneListing(Struct, frozen=True, kw_only=True):
    """A paired phone as the lists show it."""

    phone_id: str
    label: str
    paired_at: float
    last_seen_at: float | None
    online: bool


class Phones(Message, frozen=True, kw_only=True, tag="phones"):
    """Local: the paired phones."""

    id: int
    phones: list[PhoneListing]


class OutputPart(Message, frozen=True, kw_only=True, tag="output.part"):
    """Local: a part of a session's text in UTF-8, at `position` of `total` bytes."""

    id: int
    position: int
    total: int
    data: bytes


class Recording(Message, frozen=True, kw_only=True, tag="recording"):
    """Local: the name of a recording that was started or ended."""

    id: int
    recording: str


class Event(Message, frozen=True, kw_only=True, tag="event"):
    """Local: something happened. `name` is e.g. `phone.paired`, `session.opened`, `pair.wrong_code`."""

    name: str
    at: float
    details: dict[str, str | int | float | bool | None] = field(default_factory=dict)
