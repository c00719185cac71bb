"""Which part of an exchange is another one after what was asked of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from loopsy_daemon.exchange import context_requests as context
from loopsy_daemon.exchange import message_requests as message
from loopsy_daemon.exchange import task_requests as task
from loopsy_daemon.exchange.exchange import Exchange, Part
from loopsy_daemon.exchange.operations import A, Actor, Operation, Q
from tests.daemon.exchange.stores import HERE, LAPTOP


class Told:
    """An exchange, and which of its parts have changed."""

    def __init__(self, directory: Path) -> None:
        self.parts: list[Part] = []
        self.exchange = Exchange(directory / "exchange.db", lambda _text: LAPTOP)
        self.exchange.changed = self.parts.append

    async def ask(self, operation: Operation[Q, A], question: Q, actor: Actor = HERE) -> A:
        answer = await self.exchange.answer(operation.name, actor, msgspec.json.encode(question))
        return msgspec.json.decode(answer, type=operation.answer)

    def taken(self) -> list[Part]:
        """Return what was told since the last look."""
        parts, self.parts[:] = list(self.parts), []
        return parts


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    found = Told(tmp_path)
    yield found
    await found.exchange.close()


async def test_of_values_what_is_set_and_deleted_is_told(told: Told) -> None:
    await told.ask(context.SET, context.SetEntry(key="a", value="1"), LAPTOP)
    assert told.taken() == ["values"]
    await told.exchange.set(HERE, context.SetEntry(key="a", value="2"))
    assert told.taken() == ["values"]
    await told.ask(context.GET, context.GetEntry(key="a"))
    await told.ask(context.LIST, context.ListEntries())
    assert told.taken() == []
    await told.ask(context.DELETE, context.DeleteEntry(key="a"))
    assert told.taken() == ["values"]


async def test_of_the_inbox_what_comes_and_what_is_done_with_is_told(told: Told) -> None:
    envelope = message.Envelope(
        id="message1", type="chat", body="hello", created_at=1.0, ttl_seconds=60.0, remaining_seconds=60.0
    )
    await told.ask(message.DELIVER, message.Deliver(messages=[envelope]), LAPTOP)
    assert told.taken() == ["inbox"]
    await told.ask(message.INBOX, message.ListReceived())
    await told.ask(message.WAIT, message.Wait(timeout_seconds=0))
    await told.ask(message.SEND, message.Send(to="laptop", body="hello"))
    assert told.taken() == []
    await told.ask(message.ACKNOWLEDGE, message.Acknowledge(ids=["message1"]))
    assert told.taken() == ["inbox"]


async def test_of_tasks_every_step_is_told(told: Told) -> None:
    added = await told.ask(task.ADD, task.AddTask(title="build"))
    assert told.taken() == ["tasks"]
    await told.ask(task.CLAIM, task.ClaimTask(worker="me"), LAPTOP)
    assert told.taken() == ["tasks"]
    assert (await told.ask(task.CLAIM, task.ClaimTask(worker="you"))).task is None
    await told.ask(task.SHOW, task.ShowTask(id=added.id))
    assert told.taken() == []
    await told.ask(task.HEARTBEAT, task.Heartbeat(id=added.id, worker="me", progress="half"), LAPTOP)
    await told.ask(task.FAIL, task.FailTask(id=added.id, worker="me", error="no"), LAPTOP)
    assert told.taken() == ["tasks", "tasks"]
    await told.ask(task.CANCEL, task.CancelTask(id=added.id))
    assert told.taken() == ["tasks"]
