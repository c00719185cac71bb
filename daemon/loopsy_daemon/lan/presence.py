"""Which peers can be reached now: asked regularly, and at once when the network says that something has changed."""

import asyncio
import dataclasses
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.lan.errors import PeerError, PeerRefused, WrongCertificate
from loopsy_daemon.lan.peer_keys import PeerKeys
from loopsy_daemon.lan.peers import Peer, PeerStore
from loopsy_daemon.lan.remote import Remote

if TYPE_CHECKING:
    from loopsy_daemon.lan.discovery import Announcement

CHECK_SECONDS: Final = 15.0
# One lost answer does not make a peer offline.
MISSES_UNTIL_OFFLINE: Final = 2
RETRY_SECONDS: Final = 1.0
# However much changes on the network, which anybody can bring about.
PAUSE_SECONDS: Final = 0.5
State = Literal["unknown", "online", "offline", "refused", "impostor"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Presence:
    """How a peer is; `permissions` is what this machine may do there."""

    state: State = "unknown"
    address: str | None = None
    version: str | None = None
    permissions: tuple[str, ...] = ()
    seen_at: float | None = None
    misses: int = 0


class HealthChecks:
    """Asks every peer, for ever; `announced` tells who is on the network, `changed` is told the peer and its state."""

    def __init__(
        self,
        peers: PeerStore,
        keys: PeerKeys,
        announced: "Callable[[], dict[str, Announcement]]",
        changed: Callable[[Peer, State], None],
    ) -> None:
        self._peers = peers
        self._keys = keys
        self._announced = announced
        self._changed = changed
        self._presences: dict[str, Presence] = {}
        self._look = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def of(self, node_id: str) -> Presence:
        """Return how a peer is."""
        return self._presences.get(node_id) or Presence()

    def look_now(self) -> None:
        """Ask all peers soon."""
        self._look.set()

    async def close(self) -> None:
        """Ask no more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._look.clear()
            try:
                peers = self._peers.all()
            except LoopsyError as error:
                _log.error("%s", error)
                peers = []
            for failure in await asyncio.gather(*(self._check(peer) for peer in peers), return_exceptions=True):
                if isinstance(failure, Exception):  # one peer's defect must not cost us the others
                    _log.error("a peer cannot be asked: %r", failure)
            known = {peer.node_id for peer in peers}
            self._presences = {node_id: found for node_id, found in self._presences.items() if node_id in known}
            await asyncio.sleep(PAUSE_SECONDS)
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    await self._look.wait()
            except TimeoutError:
                pass

    async def _check(self, peer: Peer) -> None:
        before = self.of(peer.node_id)
        announced = self._announced().get(peer.node_id)
        found = await presence_of(peer, self._keys, announced.addresses if announced else ())
        if found.state == "offline" and before.state == "online" and before.misses + 1 < MISSES_UNTIL_OFFLINE:
            self._presences[peer.node_id] = dataclasses.replace(before, misses=before.misses + 1)
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self.look_now)
            return
        if found.address:
            self._peers.found_at(peer.node_id, found.address)
        if found.seen_at is None:
            found = dataclasses.replace(found, seen_at=before.seen_at)
        self._presences[peer.node_id] = found
        if found.state != before.state:
            self._changed(peer, found.state)


async def presence_of(peer: Peer, keys: PeerKeys, announced: Sequence[str] = ()) -> Presence:
    """Ask a peer how it is, where it is announced and where it was."""
    addresses = tuple(dict.fromkeys((*announced, *peer.addresses)))
    try:
        key = await asyncio.to_thread(keys.get, peer.node_id)  # a keyring may take its time
        async with Remote(peer.name, peer.certificate, addresses, key) as remote:
            health = await remote.health()
            return Presence("online", remote.address, health.version, tuple(health.permissions), time.time())
    except WrongCertificate:
        return Presence("impostor")
    except PeerRefused:
        return Presence("refused")
    except PeerError:
        return Presence("offline")
    except LoopsyError as error:
        _log.error("%s", error)
        return Presence()
