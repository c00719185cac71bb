"""Setting a shared value on every peer at once, and telling what came of it at each."""

import asyncio
from collections.abc import Iterable

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.exchange import context_requests as requests
from loopsy_daemon.lan.errors import PeerRefused, PeerUnreachable
from loopsy_daemon.lan.peer_keys import PeerKeys
from loopsy_daemon.lan.peers import Peer
from loopsy_daemon.lan.remote import Remote


async def set_everywhere(
    peers: Iterable[Peer], keys: PeerKeys, wanted: requests.SetEntry
) -> list[requests.BroadcastTo]:
    """Return what came of it at each peer; none of them holds the others up."""
    return await asyncio.gather(*(_set_at(peer, keys, wanted) for peer in peers))


async def _set_at(peer: Peer, keys: PeerKeys, wanted: requests.SetEntry) -> requests.BroadcastTo:
    try:
        async with Remote(peer.name, peer.certificate, peer.addresses, keys.get(peer.node_id)) as remote:
            await remote.ask("POST", requests.SET.path, requests.Entry, wanted)
    except PeerUnreachable as error:
        return requests.BroadcastTo(name=peer.name, node_id=peer.node_id, outcome="offline", reason=error.message)
    except PeerRefused as error:
        return requests.BroadcastTo(name=peer.name, node_id=peer.node_id, outcome="refused", reason=error.message)
    except LoopsyError as error:
        return requests.BroadcastTo(name=peer.name, node_id=peer.node_id, outcome="refused", reason=error.message)
    return requests.BroadcastTo(name=peer.name, node_id=peer.node_id, outcome="ok")
