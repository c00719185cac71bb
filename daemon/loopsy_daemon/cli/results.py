"""What commands report, as values; `render` makes text or JSON of them."""

from dataclasses import dataclass

from loopsy_daemon.cli.dashboard_results import DashboardResult
from loopsy_daemon.cli.mcp_results import AgentRows
from loopsy_daemon.cli.peer_results import PeerResult
from loopsy_daemon.cli.session_results import FleetResult


@dataclass(frozen=True, slots=True)
class Initialised:
    """A home is ready: its configuration and the device's key exist."""

    home: str
    name: str
    secrets: str
    public_key: str
    created: bool


@dataclass(frozen=True, slots=True)
class Started:
    """The daemon runs."""

    pid: int
    already_running: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """The daemon does not run any more, and so many programs ended with it."""

    was_running: bool
    forced: bool = False
    programs: int = 0


@dataclass(frozen=True, slots=True)
class RelayState:
    """The relay that this device is registered at, and the link to it where the daemon runs."""

    url: str
    device_id: str
    state: str | None = None
    since: float | None = None
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class StatusResult:
    """How this machine's daemon is; what only a running daemon knows is None without one."""

    running: bool
    home: str
    name: str
    version: str
    pid: int | None = None
    started_at: float | None = None
    sessions: int | None = None
    phones: int | None = None
    phones_online: int | None = None
    relay: RelayState | None = None
    unknown_config_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RelayConfigured:
    """This device is registered at a relay now."""

    url: str
    device_id: str
    daemon_running: bool


@dataclass(frozen=True, slots=True)
class RelayShown:
    """The relay, or that there is none."""

    relay: RelayState | None


@dataclass(frozen=True, slots=True)
class RelayUnset:
    """This device uses no relay any more; `forgotten_there` tells whether the relay was told so."""

    url: str
    forgotten_there: bool


@dataclass(frozen=True, slots=True)
class PairOpened:
    """A pairing is open."""

    url: str
    code: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class PairEnded:
    """A pairing has ended: `paired`, `expired`, `refused` (wrong codes), `cancelled`."""

    outcome: str
    phone_id: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """A paired phone; times in seconds since 1970."""

    phone_id: str
    label: str
    paired_at: float
    last_seen_at: float | None
    online: bool


@dataclass(frozen=True, slots=True)
class PhoneList:
    """The paired phones."""

    phones: tuple[PhoneRow, ...]


@dataclass(frozen=True, slots=True)
class PhoneRevoked:
    """A phone is out."""

    phone: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session; times in seconds since 1970."""

    id: str
    name: str
    agent: str
    title: str
    cwd: str
    alive: bool
    code: int | None
    signal: str | None
    clients: int
    created_at: float
    active_at: float
    preview: str


@dataclass(frozen=True, slots=True)
class SessionList:
    """The sessions, those that have ended too."""

    sessions: tuple[SessionRow, ...]


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A session was started and nobody is attached."""

    id: str
    name: str
    recording: str | None


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A session was told to end, or forgotten if it had ended before."""

    id: str
    name: str
    was_alive: bool


@dataclass(frozen=True, slots=True)
class SessionOutput:
    """What a session has printed, line by line."""

    id: str
    name: str
    alive: bool
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A saved command."""

    id: str
    label: str
    arguments: tuple[str, ...]
    directory: str | None


@dataclass(frozen=True, slots=True)
class CommandList:
    """The saved commands in their order."""

    commands: tuple[CommandRow, ...]


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """A recording; times in seconds, `started_at` since 1970. `state` is `recording`, `ended` or `cut`."""

    name: str
    session: str
    title: str
    state: str
    cols: int
    rows: int
    started_at: float
    seconds: float
    size_bytes: int
    path: str


@dataclass(frozen=True, slots=True)
class RecordingList:
    """The recordings, oldest first."""

    recordings: tuple[RecordingRow, ...]


@dataclass(frozen=True, slots=True)
class RecordingState:
    """The recording of a session was started or ended."""

    name: str
    session: str
    is_running: bool


@dataclass(frozen=True, slots=True)
class RecordingRemoved:
    """A recording was deleted."""

    name: str


OwnResult = (
    Initialised
    | Started
    | Stopped
    | StatusResult
    | RelayConfigured
    | RelayShown
    | RelayUnset
    | PairOpened
    | PairEnded
    | PhoneList
    | PhoneRevoked
    | SessionList
    | SessionOpened
    | SessionEnded
    | SessionOutput
    | CommandList
    | RecordingList
    | RecordingState
    | RecordingRemoved
)
Result = OwnResult | PeerResult | FleetResult | AgentRows | DashboardResult
