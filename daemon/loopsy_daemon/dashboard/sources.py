"""What the dashboard shows beside sessions, and where it comes from."""

from typing import Annotated, Protocol

from msgspec import Meta, Struct

from loopsy_daemon.wire.messages import LanMachine, PhoneListing


class PeerRow(Struct, frozen=True, kw_only=True):
    """A paired machine; `permits` is what it may do here, `permitted` what this one may do there."""

    node_id: str
    name: str
    state: str
    address: str | None
    version: str | None
    permits: tuple[str, ...]
    permitted: tuple[str, ...]
    paired_at: float
    seen_at: float | None


class Peers(Struct, frozen=True, kw_only=True):
    """The paired machines, those on the network that are not, and where this one listens (`off`, …)."""

    peers: list[PeerRow]
    machines: list[LanMachine]
    listen: str
    addresses: list[str]


class Phones(Struct, frozen=True, kw_only=True):
    """The paired phones; `relay` is the state of the link through which they come."""

    phones: list[PhoneListing]
    relay: str


class Login(Struct, frozen=True, kw_only=True):
    """What a login link is redeemed with."""

    token: Annotated[str, Meta(max_length=128)]


class LoggedIn(Struct, frozen=True, kw_only=True):
    """What a page gets for it: a key, and which machine this is."""

    key: str
    name: str
    version: str


class Revoke(Struct, frozen=True, kw_only=True):
    """Revoke this phone."""

    phone_id: Annotated[str, Meta(max_length=128)]


class Sources(Protocol):
    """The daemon, as the dashboard asks it; each raises LoopsyError."""

    async def peers(self) -> Peers:
        """Return how the other machines are."""

    async def phones(self) -> Phones:
        """Return the phones."""

    async def revoke(self, phone_id: str) -> None:
        """Revoke a phone."""

    async def exchange(self, operation: str, question: bytes) -> bytes:
        """Ask about shared values, messages and tasks, in JSON."""
