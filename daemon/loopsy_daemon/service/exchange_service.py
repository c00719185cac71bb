"""The daemon's part about shared values, messages and tasks: the exchange, and what carries messages to peers."""

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from loopsy_daemon import config as configuration
from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.exchange import context_requests, outbox
from loopsy_daemon.exchange.exchange import Exchange, Part
from loopsy_daemon.exchange.operations import Actor
from loopsy_daemon.lan.peers import PeerStore
from loopsy_daemon.paths import Paths
from loopsy_daemon.service.events import Events
from loopsy_daemon.service.own_exchange import OwnExchange
from loopsy_daemon.wire.messages import Event

if TYPE_CHECKING:
    from loopsy_daemon.lan.courier import Courier
    from loopsy_daemon.lan.peer_keys import PeerKeys

# However much changes, who watches and the log are told a few times a second.
_TELL_SECONDS: Final = 0.2
_log = logging.getLogger(__name__)


class ExchangeService:
    """Has the exchange from the beginning, and a courier from the first message on."""

    def __init__(self, paths: Paths, name: str, events: Events) -> None:
        self._paths = paths
        self._peers = PeerStore(paths.peers)
        self._courier: Courier | None = None
        self._events = events
        self._changed_parts: set[Part] = set()
        self._telling: asyncio.TimerHandle | None = None
        self.exchange = Exchange(paths.exchange, self._find_peer)
        self.exchange.queued = self._queued
        self.exchange.acknowledged = self._acknowledged
        self.exchange.changed = self._changed
        self.exchange.offer(context_requests.BROADCAST, self._broadcast)
        self.own = OwnExchange(self.exchange, name)
        self._end_events = events.subscribe(self._happened)

    async def start(self) -> None:
        """Go on with the messages that are on their way; that the file is damaged costs nobody the sessions."""
        if not self._paths.exchange.exists():
            return
        try:
            for node_id in await self.exchange.database.run(partial(outbox.recipients, now=self.exchange.now())):
                self._queued(node_id)
        except LoopsyError as error:
            _log.error("messages are not carried: %s", error)

    async def stop(self) -> None:
        """Stop; what is on its way goes on with the next daemon."""
        self._end_events()
        if self._telling:
            self._telling.cancel()
        if self._courier:
            await self._courier.close()
        await self.exchange.close()

    def _find_peer(self, text: str) -> Actor:
        peer = self._peers.find(text)
        return Actor(peer.name, peer.node_id)

    def _queued(self, node_id: str) -> None:
        self._carrying().wake(node_id)

    def _acknowledged(self, found: list[tuple[str, str]]) -> None:
        self._carrying().tell_acknowledged(found)

    def _changed(self, part: Part) -> None:
        self._changed_parts.add(part)
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(_TELL_SECONDS, self._tell_changed)

    def _tell_changed(self) -> None:
        parts, self._changed_parts, self._telling = sorted(self._changed_parts), set(), None
        for part in parts:
            self._events.happened("exchange.changed", {"part": part})

    def _happened(self, event: Event) -> None:
        node_id = event.details.get("peer")
        is_back = event.name == "peer.state" and event.details.get("state") == "online"
        if self._courier and isinstance(node_id, str) and (is_back or event.name == "peer.paired"):
            self._courier.wake(node_id, is_back=True)

    async def _broadcast(self, actor: Actor, wanted: context_requests.Broadcast) -> context_requests.BroadcastResult:
        from loopsy_daemon.lan.broadcast import set_everywhere

        entry = context_requests.SetEntry(key=wanted.key, value=wanted.value, ttl_seconds=wanted.ttl_seconds)
        await self.exchange.set(actor, entry)  # what is refused here would be refused there, too
        everywhere = await set_everywhere(self._peers.all(), self._keys(), entry)
        here = context_requests.BroadcastTo(name=actor.name, outcome="ok")
        return context_requests.BroadcastResult(key=wanted.key, machines=[here, *everywhere])

    def _carrying(self) -> "Courier":
        if self._courier is None:
            from loopsy_daemon.lan.courier import Courier  # HTTPS: not for who sends nothing

            self._courier = Courier(self.exchange, self._peers, self._keys)
        return self._courier

    def _keys(self) -> "PeerKeys":
        from loopsy_daemon.lan.peer_keys import PeerKeys

        return PeerKeys.of(self._paths, configuration.load(self._paths.config))
