"""Requests of peers that are answered now: those of a peer that is paired no more are cut."""

import asyncio
from collections.abc import Awaitable
from typing import Final

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.lan.peers import Peer, PeerStore

# Commands change the file of peers; while nothing is under way, nobody looks at it.
LOOK_SECONDS: Final = 0.5


class UnderWay:
    """Does the work for peers, and looks after it as long as there is some."""

    def __init__(self, peers: PeerStore) -> None:
        self._peers = peers
        self._working: dict[asyncio.Task[object], Peer] = {}
        self._cut: set[asyncio.Task[object]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def do(self, peer: Peer, work: Awaitable[None]) -> bool:
        """Do the work in the task that asks; return whether it was done, and not cut."""
        task = asyncio.current_task()
        assert task is not None
        self._working[task] = peer
        self._look_later()
        try:
            await work
        except asyncio.CancelledError:
            if task not in self._cut:
                raise
            task.uncancel()
            return False
        finally:
            del self._working[task]
            self._cut.discard(task)
        return True

    def _look_later(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        self._timer = None
        for task, peer in self._working.items():
            if task not in self._cut and not self._is_paired(peer):
                self._cut.add(task)
                task.cancel()
        if self._working:
            self._look_later()

    def _is_paired(self, peer: Peer) -> bool:
        try:
            known = self._peers.get(peer.node_id)
        except LoopsyError:  # who asks next is told
            return True
        return known is not None and known.key_hash == peer.key_hash
