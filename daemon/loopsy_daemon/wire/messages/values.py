"""Values that control messages carry, and what all messages have."""

from typing import Annotated

from msgspec import Meta, Struct

from loopsy_daemon.wire import limits

Cols = Annotated[int, Meta(ge=limits.MIN_COLS, le=limits.MAX_COLS)]
Rows = Annotated[int, Meta(ge=limits.MIN_ROWS, le=limits.MAX_ROWS)]
U32 = Annotated[int, Meta(ge=0, le=0xFFFF_FFFF)]
Offset = Annotated[int, Meta(ge=0, lt=1 << 53)]
ClientId = Annotated[bytes, Meta(min_length=16, max_length=16)]
Colours = Annotated[bytes, Meta(min_length=limits.COLOURS_BYTES, max_length=limits.COLOURS_BYTES)]
Text = Annotated[str, Meta(max_length=4_096)]
ShortText = Annotated[str, Meta(max_length=256)]


class SessionInfo(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One session as the lists show it; times in seconds since 1970."""

    id: str
    agent: str
    name: str
    title: str
    cwd: str
    cols: int
    rows: int
    created_at: float
    active_at: float
    alive: bool
    clients: int
    preview: str
    output: int = 0
    bell: int | None = None
    code: int | None = None
    signal: str | None = None
    started_by: str | None = None


class AgentInfo(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A program that a client may open by its id; `install` is the command line that makes it available."""

    id: str
    label: str
    available: bool
    install: str | None = None


class DaemonInfo(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The daemon that answered."""

    version: str
    name: str
    platform: str
    device_id: str | None = None


class ChannelLimits(Struct, frozen=True, kw_only=True):
    """Windows of this daemon, in bytes."""

    window: int = limits.OUTPUT_WINDOW_BYTES
    input_window: int = limits.INPUT_WINDOW_BYTES


class PhoneInfo(Struct, frozen=True, kw_only=True):
    """The phone at the other end, as the daemon knows it."""

    phone_id: str
    label: str


class Message(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """What every control message has: a string `type` that names it."""
