"""Messages between two daemons that are killed at any point: nothing is lost, nothing comes twice, order stays."""

import asyncio
import random
from pathlib import Path

import pytest

from loopsy_daemon.errors import ConnectionLost, DaemonNotRunning
from loopsy_daemon.exchange.message_requests import (
    ACKNOWLEDGE,
    INBOX,
    OUTBOX,
    SEND,
    Acknowledge,
    ListReceived,
    ListSent,
    Send,
)
from loopsy_daemon.exchange.operations import A, Operation, Q
from loopsy_daemon.service.exchange_on import LocalExchange
from tests.support.paired_daemons import PairedDaemon, paired_daemons

DEADLINE_SECONDS = 90.0
PAUSE_SECONDS = 0.02


async def ask(one: PairedDaemon, operation: Operation[Q, A], question: Q) -> A:
    """Ask until there is an answer: a program that is told nothing asks again."""
    while True:
        try:
            async with await one.daemon.client() as client:
                return await LocalExchange(client).ask(operation, question)
        except (DaemonNotRunning, ConnectionLost):
            await asyncio.sleep(PAUSE_SECONDS)


async def send_all(laptop: PairedDaemon, ids: list[str]) -> None:
    for message_id in ids:
        await ask(laptop, SEND, Send(to="studio", body=f"body of {message_id}", id=message_id))


async def take_all(studio: PairedDaemon, ids: list[str]) -> list[str]:
    """Work on what is in the inbox, one after the other, and acknowledge it; return what was worked on."""
    taken: list[str] = []
    while len(taken) < len(ids):
        found = (await ask(studio, INBOX, ListReceived())).messages
        assert not {message.id for message in found} & set(taken), "delivered again"
        assert len({message.id for message in found}) == len(found), "delivered twice"
        for message in found:
            assert message.body == f"body of {message.id}"
            await ask(studio, ACKNOWLEDGE, Acknowledge(ids=[message.id]))
            taken.append(message.id)
        await asyncio.sleep(0 if found else PAUSE_SECONDS)
    return taken


async def kill_often(pair: tuple[PairedDaemon, PairedDaemon], kills: int, chance: random.Random) -> None:
    for number in range(kills):
        victim, other = pair if number % 2 else pair[::-1]
        await asyncio.sleep(chance.random() * 0.4)
        await victim.daemon.kill()
        await victim.start(other)


async def all_acknowledged(laptop: PairedDaemon, ids: list[str]) -> None:
    """Wait until the sender knows that all were acknowledged."""
    states: dict[str, str] = {}
    while states != dict.fromkeys(ids, "acknowledged"):
        await asyncio.sleep(PAUSE_SECONDS)
        page = await ask(laptop, OUTBOX, ListSent())
        states = {message.id: message.state for message in page.messages}
        while page.next is not None:
            page = await ask(laptop, OUTBOX, ListSent(before=page.next))
            states |= {message.id: message.state for message in page.messages}


async def survive(home: Path, messages: int, kills: int, chance: random.Random) -> None:
    """Send and take messages while both daemons are killed in turn."""
    ids = [f"message-{number:05}" for number in range(messages)]
    async with paired_daemons(home) as pair, asyncio.timeout(DEADLINE_SECONDS + kills * 10):
        studio, laptop = pair
        async with asyncio.TaskGroup() as group:
            taking = group.create_task(take_all(studio, ids))
            group.create_task(send_all(laptop, ids))
            group.create_task(kill_often(pair, kills, chance))
        assert taking.result() == ids
        await all_acknowledged(laptop, ids)


@pytest.mark.timeout(240)
async def test_messages_survive_a_kill_of_either_daemon(home: Path) -> None:
    await survive(home, messages=30, kills=2, chance=random.Random())


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(2))
async def test_messages_survive_many_kills(home: Path, seed: int) -> None:
    await survive(home, messages=600, kills=20, chance=random.Random(seed))
