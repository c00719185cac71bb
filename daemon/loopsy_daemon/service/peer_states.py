"""How the paired machines are: as the daemon knows it, or asked for where it does not."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from loopsy_daemon.errors import DaemonNotRunning
from loopsy_daemon.lan.peers import Peer
from loopsy_daemon.lan.presence import presence_of
from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.service.machines import Machines
from loopsy_daemon.wire import messages


@dataclass(frozen=True, slots=True)
class PeerState:
    """One peer; `permitted` is what this machine may do there, as far as that is known."""

    peer: Peer
    state: str
    address: str | None
    version: str | None
    permitted: tuple[str, ...]
    seen_at: float | None


async def peer_states(machines: Machines) -> tuple[list[PeerState], list[messages.LanMachine]]:
    """Return the peers by name, and the machines on the network that are not paired. Raises LoopsyError."""
    peers = machines.peers.all()
    told = await _told_by_daemon(machines)
    known = {peer.node_id: peer for peer in told.peers if peer.state != "unknown"} if told else {}
    states = await asyncio.gather(*(_state(machines, peer, known.get(peer.node_id)) for peer in peers))
    paired = {peer.node_id for peer in peers}
    return list(states), [other for other in told.machines if other.node_id not in paired] if told else []


async def _told_by_daemon(machines: Machines) -> messages.LanState | None:
    with suppress(DaemonNotRunning):
        async with await DaemonClient.connect(machines.paths.socket) as client:
            told = await client.request(messages.LanShow(id=client.next_id()))
        return told if isinstance(told, messages.LanState) else None
    return None


async def _state(machines: Machines, peer: Peer, known: messages.LanPeer | None) -> PeerState:
    if known is not None:
        return PeerState(peer, known.state, known.address, known.version, tuple(known.permissions), known.seen_at)
    found = await presence_of(peer, machines.keys)
    address = found.address or next(iter(peer.addresses), None)
    return PeerState(peer, found.state, address, found.version, tuple(found.permissions), found.seen_at)
