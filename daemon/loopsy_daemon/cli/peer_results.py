"""What commands about other machines report, as values; `peer_rendering` makes text of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PeerRow:
    """A paired machine. `state` is `online`, `offline`, `refused`, `impostor` or `unknown`.

    `permits` is what it may do here, `permitted` what this machine may do there, as far as that is known.
    """

    node_id: str
    name: str
    state: str
    address: str | None
    version: str | None
    permits: tuple[str, ...]
    permitted: tuple[str, ...]
    paired_at: float
    seen_at: float | None


@dataclass(frozen=True, slots=True)
class MachineRow:
    """A machine that announces itself and is not paired; nobody vouches for what it says."""

    node_id: str
    name: str
    addresses: tuple[str, ...]
    platform: str
    version: str


@dataclass(frozen=True, slots=True)
class PeerList:
    """The peers, and who else is on the network."""

    peers: tuple[PeerRow, ...]
    machines: tuple[MachineRow, ...]


@dataclass(frozen=True, slots=True)
class LanPairing:
    """A pairing is open at these addresses."""

    name: str
    addresses: tuple[str, ...]
    expires_at: float


@dataclass(frozen=True, slots=True)
class LanPaired:
    """How a pairing ended: `paired`, `refused`, `expired`, `cancelled`, `not_stored`."""

    outcome: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PeerRemoved:
    """A peer is out; `told` says whether it knows."""

    name: str
    told: bool


@dataclass(frozen=True, slots=True)
class PeerPermitted:
    """What a peer may do here from now on."""

    name: str
    permits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeerAddress:
    """Where else a peer may be."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class LanShown:
    """Where this machine listens for others: `off`, `loopback`, `lan`; `active` if the daemon does so now."""

    listen: str
    active: bool
    addresses: tuple[str, ...]
    discovery: bool


@dataclass(frozen=True, slots=True)
class Execution:
    """A command that ran on a peer; `reason` is `exited`, `timeout` or `cancelled`."""

    peer: str
    code: int | None
    signal: str | None
    reason: str
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class MovedFile:
    """A file that was moved: `source` as it was named, `path` where it is now, absolute."""

    source: str
    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class NotMoved:
    """A path below a directory that was left out, and why; `is_failure` unless it is a link or no plain file."""

    path: str
    reason: str
    is_failure: bool


@dataclass(frozen=True, slots=True)
class DirectoryMoved:
    """A directory that was moved: `files` now, `unchanged` ones were there already."""

    source: str
    path: str
    files: tuple[MovedFile, ...]
    unchanged: int
    left_out: tuple[NotMoved, ...]


@dataclass(frozen=True, slots=True)
class FilesMoved:
    """Files and directories that were sent to a peer, or fetched from it."""

    peer: str
    files: tuple[MovedFile, ...]
    directories: tuple[DirectoryMoved, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a peer. `type` is `file`, `directory`, `link` or `other`; `modified_at` in seconds since 1970."""

    name: str
    type: str
    size_bytes: int
    modified_at: float
    mode: int


@dataclass(frozen=True, slots=True)
class RemoteListing:
    """What is at a path of a peer; `is_whole` is false if there is more."""

    peer: str
    path: str
    entries: tuple[FileRow, ...]
    is_whole: bool


PeerResult = (
    PeerList
    | LanPairing
    | LanPaired
    | PeerRemoved
    | PeerPermitted
    | PeerAddress
    | LanShown
    | Execution
    | FilesMoved
    | RemoteListing
)
