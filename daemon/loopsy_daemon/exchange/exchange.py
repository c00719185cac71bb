"""The exchange of a home: answers what people, agents and peers ask about shared values, messages and tasks."""

import sqlite3
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from loopsy_daemon.exchange import (
    context_requests,
    entries,
    inbox,
    limits,
    message_requests,
    outbox,
    task_requests,
    tasks,
)
from loopsy_daemon.exchange.arrivals import Arrivals
from loopsy_daemon.exchange.database import Database
from loopsy_daemon.exchange.errors import Refused
from loopsy_daemon.exchange.operations import A, Actor, Done, Operation, Q
from loopsy_daemon.invalid_values import what_is_wrong

Handler = Callable[[Actor, Q], Awaitable[A]]
Work = Callable[[sqlite3.Connection, Actor, Q, float], A]
Part = Literal["inbox", "tasks", "values"]
# A lease that runs out is no event, so who waits for a task looks from time to time.
_RECHECK_TASKS_SECONDS: Final = 2.0


class Exchange:
    """Offers operations on one file. `find_peer` returns whom a person means, or raises UsageError.

    `queued` is told to whom a message was sent, `acknowledged` the senders and ids that somebody here acknowledged,
    `changed` which part is another one now; what comes with time alone (an expiry, a lease that runs out) is not told.
    """

    def __init__(self, path: Path, find_peer: Callable[[str], Actor], clock: Callable[[], float] = time.time) -> None:
        self.database = Database(path)
        self.queued: Callable[[str], None] = lambda _recipient_id: None
        self.acknowledged: Callable[[list[tuple[str, str]]], None] = lambda _found: None
        self.changed: Callable[[Part], None] = lambda _part: None
        self._find_peer = find_peer
        self._clock = clock
        self._offered: dict[str, tuple[Operation[Any, Any], Handler[Any, Any]]] = {}
        self._messages = Arrivals()
        self._tasks = Arrivals(_RECHECK_TASKS_SECONDS)
        self._offer_context()
        self._offer_messages()
        self._offer_tasks()

    def offer(self, operation: Operation[Q, A], handler: Handler[Q, A]) -> None:
        """Answer an operation from now on."""
        self._offered[operation.name] = (operation, handler)

    def operations(self) -> list[Operation[Any, Any]]:
        """Return what is offered."""
        return [operation for operation, _ in self._offered.values()]

    async def answer(self, name: str, actor: Actor, question: bytes) -> bytes:
        """Answer a question in JSON. Raises Refused, StoreFailed."""
        operation, handler = self._offered.get(name, (None, None))
        if operation is None or handler is None or operation.asked_by == ("here" if actor.node_id else "peers"):
            raise Refused("bad_request", f"There is no operation {name!r}.", "update both machines")
        try:
            wanted = msgspec.json.decode(question, type=operation.question)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Refused("bad_request", what_is_wrong(error)) from None
        return msgspec.json.encode(await handler(actor, wanted))

    async def set(self, actor: Actor, wanted: context_requests.SetEntry) -> context_requests.Entry:
        """Set a shared value. Raises Refused, StoreFailed."""
        found = await self._do(entries.put, actor, wanted)
        self.changed("values")
        return found

    async def close(self) -> None:
        """Close the file."""
        await self.database.close()

    def now(self) -> float:
        """Return the time, in seconds since 1970."""
        return self._clock()

    def _offer_work(
        self, operation: Operation[Q, A], work: Work[Q, A], part: Part | None = None, *, wakes: Arrivals | None = None
    ) -> None:
        async def handle(actor: Actor, wanted: Q) -> A:
            found = await self._do(work, actor, wanted)
            if wakes:
                wakes.notify()
            if part:
                self.changed(part)
            return found

        self.offer(operation, handle)

    async def _do(self, work: Work[Q, A], actor: Actor, wanted: Q) -> A:
        return await self.database.run(lambda connection: work(connection, actor, wanted, self._clock()))

    def _offer_context(self) -> None:
        self.offer(context_requests.SET, self.set)
        self._offer_work(context_requests.GET, entries.get)
        self._offer_work(context_requests.LIST, entries.page)
        self._offer_work(context_requests.DELETE, entries.delete, "values")

    def _offer_messages(self) -> None:
        self._offer_work(message_requests.INBOX, inbox.page)
        self._offer_work(message_requests.READ, inbox.read)
        self._offer_work(message_requests.OUTBOX, outbox.page)
        self._offer_work(message_requests.SENT, outbox.get)
        self._offer_work(message_requests.DELIVER, inbox.deliver, "inbox", wakes=self._messages)
        self._offer_work(message_requests.STATES, inbox.states)
        self.offer(message_requests.SEND, self._send)
        self.offer(message_requests.ACKNOWLEDGE, self._acknowledge)
        self.offer(message_requests.ACKNOWLEDGED, self._was_acknowledged)
        self.offer(message_requests.WAIT, self._wait)

    def _offer_tasks(self) -> None:
        self._offer_work(task_requests.ADD, tasks.add, "tasks", wakes=self._tasks)
        self._offer_work(task_requests.LIST, tasks.page)
        self._offer_work(task_requests.SHOW, tasks.show)
        self._offer_work(task_requests.HEARTBEAT, tasks.heartbeat, "tasks")
        self._offer_work(task_requests.DONE, tasks.done, "tasks")
        self._offer_work(task_requests.FAIL, tasks.fail, "tasks", wakes=self._tasks)
        self._offer_work(task_requests.CANCEL, tasks.cancel, "tasks")
        self.offer(task_requests.CLAIM, self._claim)

    async def _send(self, _actor: Actor, wanted: message_requests.Send) -> message_requests.Sent:
        recipient = self._find_peer(wanted.to)
        sent = await self.database.run(lambda connection: outbox.queue(connection, wanted, recipient, self._clock()))
        self.queued(sent.recipient_id)
        return sent

    async def _acknowledge(self, _actor: Actor, wanted: message_requests.Acknowledge) -> Done:
        found = await self.database.run(lambda connection: inbox.acknowledge(connection, wanted, self._clock()))
        self.acknowledged(found)
        self.changed("inbox")
        return Done()

    async def _was_acknowledged(self, actor: Actor, wanted: message_requests.TellAcknowledged) -> Done:
        assert actor.node_id is not None
        told = partial(outbox.acknowledged, recipient_id=actor.node_id, ids=wanted.ids, now=self._clock())
        await self.database.run(told)
        return Done()

    async def _wait(self, actor: Actor, wanted: message_requests.Wait) -> message_requests.Waited:
        async def take() -> message_requests.Received | None:
            return await self.database.run(lambda connection: inbox.take_unread(connection, wanted, self._clock()))

        return message_requests.Waited(message=await self._messages.first(actor, take, wanted.timeout_seconds))

    async def _claim(self, actor: Actor, wanted: task_requests.ClaimTask) -> task_requests.Claimed:
        async def take() -> task_requests.Claimed | None:
            claimed = await self._do(tasks.claim, actor, wanted)
            return claimed if claimed.task else None

        most = limits.MAX_PEER_WAIT_SECONDS if actor.node_id else limits.MAX_WAIT_SECONDS
        found = await self._tasks.first(actor, take, min(wanted.wait_seconds, most))
        if found:
            self.changed("tasks")
        return found or task_requests.Claimed()
