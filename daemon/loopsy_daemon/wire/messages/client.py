"""What a client says to the daemon (layer 3)."""

from typing import Annotated

from msgspec import Meta

from loopsy_daemon.wire.messages.values import U32, ClientId, Colours, Cols, Message, Offset, Rows, ShortText, Text


class Hello(Message, frozen=True, kw_only=True, tag="hello"):
    """The first message of a client."""

    versions: Annotated[list[int], Meta(max_length=16)]
    client: ClientId
    kind: ShortText
    app: ShortText = ""


class Open(Message, frozen=True, kw_only=True, tag="open"):
    """Start a session. `command` is for local clients only."""

    id: U32
    agent: ShortText
    cols: Cols
    rows: Rows
    name: ShortText | None = None
    cwd: Text | None = None
    command: Annotated[list[Text], Meta(min_length=1, max_length=256)] | None = None


class Attach(Message, frozen=True, kw_only=True, tag="attach"):
    """Follow a session from `have` on, or from a snapshot."""

    id: U32
    session: ShortText
    cols: Cols
    rows: Rows
    have: Offset | None = None
    lossless: bool = False
    visible: bool = True
    colours: Colours | None = None


class Detach(Message, frozen=True, kw_only=True, tag="detach"):
    """Stop following."""

    id: U32
    stream: U32


class Ack(Message, frozen=True, kw_only=True, tag="ack"):
    """The client's terminal has parsed the output before `offset`."""

    stream: U32
    offset: Offset


class Resize(Message, frozen=True, kw_only=True, tag="resize"):
    """The client's size; it becomes the program's if the client leads."""

    stream: U32
    cols: Cols
    rows: Rows


class Claim(Message, frozen=True, kw_only=True, tag="claim"):
    """Take the lead, with this size."""

    stream: U32
    cols: Cols
    rows: Rows


class Visible(Message, frozen=True, kw_only=True, tag="visible"):
    """The client is looked at, or it is not: a hidden one does not lead."""

    stream: U32
    visible: bool


class Wear(Message, frozen=True, kw_only=True, tag="colours"):
    """The client's colours changed."""

    stream: U32
    colours: Colours


class History(Message, frozen=True, kw_only=True, tag="history"):
    """Ask for the newest scrollback above what the client's terminal has."""

    id: U32
    stream: U32


class List(Message, frozen=True, kw_only=True, tag="list"):
    """Ask for the sessions."""

    id: U32


class Rename(Message, frozen=True, kw_only=True, tag="rename"):
    """Give a session another name."""

    id: U32
    session: ShortText
    name: ShortText


class Signal(Message, frozen=True, kw_only=True, tag="signal"):
    """Send a signal to a session's foreground program."""

    id: U32
    session: ShortText
    signal: ShortText


class Kill(Message, frozen=True, kw_only=True, tag="kill"):
    """End a session."""

    id: U32
    session: ShortText


class Dismiss(Message, frozen=True, kw_only=True, tag="dismiss"):
    """Forget an exited session."""

    id: U32
    session: ShortText


class Forget(Message, frozen=True, kw_only=True, tag="forget"):
    """A phone ends its own pairing."""

    id: U32


class Ping(Message, frozen=True, kw_only=True, tag="ping"):
    """Measure the round trip."""

    id: U32
