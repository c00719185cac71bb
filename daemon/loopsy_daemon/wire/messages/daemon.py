"""What the daemon says to a client (layer 3)."""

from loopsy_daemon.wire.messages.values import AgentInfo, ChannelLimits, DaemonInfo, Message, PhoneInfo, SessionInfo


class Welcome(Message, frozen=True, kw_only=True, tag="welcome"):
    """The answer to `hello`."""

    version: int
    daemon: DaemonInfo
    agents: list[AgentInfo]
    sessions: list[SessionInfo]
    limits: ChannelLimits
    phone: PhoneInfo | None = None


class Sessions(Message, frozen=True, kw_only=True, tag="sessions"):
    """The sessions: an answer with `id`, or pushed without."""

    sessions: list[SessionInfo]
    id: int | None = None


class Opened(Message, frozen=True, kw_only=True, tag="opened"):
    """The session that `open` started."""

    id: int
    session: SessionInfo


class Attached(Message, frozen=True, kw_only=True, tag="attached"):
    """Where a stream begins. `snapshot` is the size in bytes of the kind-4 messages that follow, or None."""

    id: int
    stream: int
    session: SessionInfo
    base: int
    snapshot: int | None
    input_seen: int
    cols: int
    rows: int
    leader: bool


class Snapshot(Message, frozen=True, kw_only=True, tag="snapshot"):
    """The stream skips forward to `base`; `bytes` of kind-4 messages follow."""

    stream: int
    base: int
    bytes: int
    cols: int
    rows: int


class InputAck(Message, frozen=True, kw_only=True, tag="input_ack"):
    """Input before `offset` was handed to the program's terminal."""

    stream: int
    offset: int


class Resized(Message, frozen=True, kw_only=True, tag="resized"):
    """Output from `offset` on was made at this size."""

    stream: int
    offset: int
    cols: int
    rows: int
    leader: bool


class Scrollback(Message, frozen=True, kw_only=True, tag="scrollback"):
    """The answer to `history`: rows that belong right above what the client has; `oldest` if there are none above."""

    id: int
    data: bytes
    oldest: bool


class Exit(Message, frozen=True, kw_only=True, tag="exit"):
    """The program ended; `offset` is the end of its output."""

    stream: int
    session: str
    offset: int
    code: int | None
    signal: str | None


class Error(Message, frozen=True, kw_only=True, tag="error"):
    """A request failed."""

    code: str
    message: str
    id: int | None = None
    hint: str | None = None


class Ok(Message, frozen=True, kw_only=True, tag="ok"):
    """A request without a result succeeded."""

    id: int


class Pong(Message, frozen=True, kw_only=True, tag="pong"):
    """The answer to `ping`."""

    id: int
