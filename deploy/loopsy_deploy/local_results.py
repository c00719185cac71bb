"""What commands about the relay of this machine found or did; `local_render` shows each as text or as JSON."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CertificateShown:
    """The certificate of a relay on this machine; `fingerprint` is its SHA-256 as browsers show it."""

    fingerprint: str
    expires_at: str
    names: tuple[str, ...]
    file: str


@dataclass(frozen=True, slots=True)
class LocalShown:
    """The relay of this machine as it is; most is there only once it serves, `health` only if it answers."""

    running: bool
    state: str
    autostart: bool
    url: str | None = None
    other_urls: tuple[str, ...] = ()
    pid: int | None = None
    uptime_seconds: int | None = None
    health: str | None = None
    version: str | None = None
    certificate: CertificateShown | None = None
    register: str | None = None


@dataclass(frozen=True, slots=True)
class LocalStopped:
    """The relay of this machine does not run; `ran` says whether it did."""

    ran: bool


@dataclass(frozen=True, slots=True)
class LocalAutostart:
    """Whether the relay of this machine starts at login, by which file."""

    changed: bool
    enabled: bool
    file: str


LocalResult = LocalShown | LocalStopped | LocalAutostart
