"""Requests and answers of the local socket about other machines: who they are, pairing with one."""

from msgspec import Struct

from loopsy_daemon.wire.messages.values import U32, Message, ShortText


class LanReload(Message, frozen=True, kw_only=True, tag="lan.reload"):
    """Local: the configuration of `lan` has changed; read it again."""

    id: U32


class LanShow(Message, frozen=True, kw_only=True, tag="lan.show"):
    """Local: ask where this machine listens, and how the others are."""

    id: U32


class LanPairOpen(Message, frozen=True, kw_only=True, tag="lan.pair.open"):
    """Local: wait for another machine that wants to pair; it ends with the connection that asks for it."""

    id: U32
    permissions: list[ShortText]


class LanPairAnswer(Message, frozen=True, kw_only=True, tag="lan.pair.answer"):
    """Local: what the person says of the codes."""

    id: U32
    matches: bool


class SessionsAsk(Message, frozen=True, kw_only=True, tag="sessions.ask"):
    """Local: do with a session what a peer may ask for, too; `verb` and `body` are those of docs/lan.md."""

    id: U32
    verb: ShortText
    body: bytes


class SessionsAnswer(Message, frozen=True, kw_only=True, tag="sessions.answer"):
    """Local: what came of it, as docs/lan.md says it."""

    id: int
    body: bytes


class LanPeer(Struct, frozen=True, kw_only=True):
    """How a paired peer is; `permissions` is what this machine may do there."""

    node_id: str
    state: str
    address: str | None
    version: str | None
    permissions: list[str]
    seen_at: float | None


class LanMachine(Struct, frozen=True, kw_only=True):
    """A machine that announces itself; nobody vouches for what it says."""

    node_id: str
    name: str
    version: str
    platform: str
    addresses: list[str]


class LanState(Message, frozen=True, kw_only=True, tag="lan.state"):
    """Local: where this machine listens (`off`, `loopback`, `lan`), its peers, and who is announced."""

    id: int
    listen: str
    port: int
    node_id: str | None
    addresses: list[str]
    peers: list[LanPeer]
    machines: list[LanMachine]


class LanPairOpened(Message, frozen=True, kw_only=True, tag="lan.pair.opened"):
    """Local: another machine may pair now, at one of these addresses; `event` messages follow until it ends."""

    id: int
    addresses: list[str]
    expires_at: float
