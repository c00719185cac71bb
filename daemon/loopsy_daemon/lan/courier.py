"""Carries messages to peers, again and again while they sleep, and learns what was acknowledged."""

import asyncio
import logging
import random
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Literal

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.exchange import message_requests as requests
from loopsy_daemon.exchange import outbox
from loopsy_daemon.exchange.exchange import Exchange
from loopsy_daemon.exchange.operations import Done
from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.lan.peer_keys import PeerKeys
from loopsy_daemon.lan.peers import Peer, PeerStore
from loopsy_daemon.lan.remote import Remote
from loopsy_daemon.wire.backoff import Backoff

# Who acknowledges tells the sender at once; asking is for what was lost, and for senders that do not listen.
ASK_SECONDS: Final = 15.0
MAX_ASK_SECONDS: Final = 300.0
# Refusals of a whole request that do not pass with time.
_FINAL_CODES: Final = frozenset({"not_permitted", "unauthorised", "bad_request", "too_large"})
_FINAL_OUTCOMES: Final = frozenset({"bad_request", "too_large"})
_MAX_PROBLEM_CHARACTERS: Final = 500
_END_SECONDS: Final = 1.0
Result = Literal["moved", "waiting", "failed"]
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Round:
    """What the task for one peer is told."""

    woken: asyncio.Event = field(default_factory=asyncio.Event)
    is_time_to_ask: bool = True


class Courier:
    """Has a task for each peer at which something is to do, and none for the others."""

    def __init__(self, exchange: Exchange, peers: PeerStore, keys: Callable[[], PeerKeys]) -> None:
        self._exchange = exchange
        self._database = exchange.database
        self._peers = peers
        self._keys = keys
        self._rounds: dict[str, _Round] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closing = False

    def wake(self, node_id: str, *, is_back: bool = False) -> None:
        """See now what is to do at a peer: there is a new message, or it is back, and may have acknowledged some."""
        if node_id not in self._rounds:
            self._rounds[node_id] = _Round()
            self._start(self._tend(node_id, self._rounds[node_id]))
        elif is_back:
            self._rounds[node_id].is_time_to_ask = True
        self._rounds[node_id].woken.set()

    def tell_acknowledged(self, found: list[tuple[str, str]]) -> None:
        """Tell senders what was acknowledged here, once: whoever does not hear it asks."""
        ids: defaultdict[str, list[str]] = defaultdict(list)
        for sender_id, message_id in found:
            ids[sender_id].append(message_id)
        for sender_id, of_sender in ids.items():
            self._start(self._tell(sender_id, of_sender))

    async def close(self) -> None:
        """Stop; what is under way comes to its end if that is near, or is done again by the next one."""
        self._is_closing = True
        for state in self._rounds.values():
            state.woken.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_END_SECONDS)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tend(self, node_id: str, state: _Round) -> None:
        """Do what is to do at a peer until nothing is left."""
        backoff, ask_seconds = Backoff(random.random), ASK_SECONDS
        while not self._is_closing:
            state.woken.clear()
            result: Result = "waiting"
            try:
                work = await self._database.run(partial(outbox.work, recipient_id=node_id, now=self._exchange.now()))
                if not work.queued and not work.delivered and not state.woken.is_set():
                    del self._rounds[node_id]
                    return
                if work.queued or state.is_time_to_ask:
                    result = await self._visit(node_id, work)
                    # After news there may be more of it: one question has room for so many messages.
                    state.is_time_to_ask = result == "failed" or (result == "moved" and not work.queued)
            except LoopsyError as error:
                _log.error("messages are not carried: %s", error)
                result = "failed"
            except Exception:  # noqa: BLE001 - the outermost loop: a defect must not end the messages to this peer
                _log.exception("messages are not carried")
                result = "failed"
            if result == "moved":
                backoff.attempt, ask_seconds = 0, ASK_SECONDS
                continue
            delay_seconds = backoff.next_delay_seconds() if result == "failed" else ask_seconds
            try:
                async with asyncio.timeout(delay_seconds):
                    await state.woken.wait()
            except TimeoutError:
                state.is_time_to_ask = True
                ask_seconds = min(2 * ask_seconds, MAX_ASK_SECONDS)
            else:
                backoff.attempt, ask_seconds = 0, ASK_SECONDS

    async def _visit(self, node_id: str, work: outbox.Work) -> Result:
        """Deliver what is queued, or else ask for what is delivered. Raises LoopsyError."""
        queued = [envelope.id for envelope in work.queued]
        now = self._exchange.now()
        peer = self._peers.get(node_id)
        if peer is None:
            refused = partial(outbox.refused, ids=[*queued, *work.delivered], now=now)
            await self._database.run(partial(refused, problem="the pairing has ended"))
            return "moved"
        try:
            async with self._remote(peer) as remote:
                if queued:
                    return await self._deliver(remote, work.queued)
                return await self._ask(remote, node_id, work.delivered)
        except LoopsyError as error:
            if isinstance(error, PeerRefused) and error.code in _FINAL_CODES and queued:
                await self._database.run(partial(outbox.refused, ids=queued, problem=error.message, now=now))
                return "moved"
            await self._database.run(partial(outbox.postponed, ids=queued, problem=error.message))
            return "failed"

    async def _deliver(self, remote: Remote, envelopes: list[requests.Envelope]) -> Result:
        said = await remote.ask("POST", requests.DELIVER.path, requests.Delivered, requests.Deliver(messages=envelopes))
        outcomes = {outcome.id: outcome for outcome in said.outcomes}
        now = self._exchange.now()

        def note(connection: sqlite3.Connection) -> Result:
            result: Result = "failed"
            for envelope in envelopes:
                outcome = outcomes.get(envelope.id, requests.Outcome(id=envelope.id, code="unknown"))
                problem = (outcome.message or f"{remote.name} did not say why")[:_MAX_PROBLEM_CHARACTERS]
                if outcome.code is None:
                    outbox.delivered(connection, [envelope.id], now)
                    result = "moved"
                elif outcome.code in _FINAL_OUTCOMES:
                    outbox.refused(connection, [envelope.id], problem, now)
                    result = "moved"
                else:
                    outbox.postponed(connection, [envelope.id], problem)
            return result

        return await self._database.run(note)

    async def _ask(self, remote: Remote, node_id: str, ids: list[str]) -> Result:
        said = await remote.ask("POST", requests.STATES.path, requests.States, requests.AskStates(ids=ids))
        heard = partial(outbox.heard, recipient_id=node_id, asked=ids, found=said.states, now=self._exchange.now())
        await self._database.run(heard)
        is_news = any(said.states.get(message_id) in {None, "acknowledged"} for message_id in ids)
        return "moved" if is_news else "waiting"  # what is not known there is queued again

    async def _tell(self, node_id: str, ids: list[str]) -> None:
        try:
            peer = self._peers.get(node_id)
            if peer is None:
                return
            async with self._remote(peer) as remote:
                said = requests.TellAcknowledged(ids=ids)
                await remote.ask("POST", requests.ACKNOWLEDGED.path, Done, said)
        except LoopsyError as error:
            _log.info("%s was not told of %d acknowledgements, and will ask: %s", node_id, len(ids), error)

    def _remote(self, peer: Peer) -> Remote:
        return Remote(peer.name, peer.certificate, peer.addresses, self._keys().get(peer.node_id))
