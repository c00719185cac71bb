"""Machines that listen, are paired in both directions, and ask each other's exchange and their own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from loopsy_daemon.exchange import message_requests
from loopsy_daemon.exchange.operations import A, Actor, Operation, Q
from loopsy_daemon.lan.machine import Machine
from loopsy_daemon.service.exchange_on import RemoteExchange
from tests.daemon.lan.rig import DEADLINE_SECONDS, Home, Person, address_of, listening


@dataclass(slots=True)
class Friends:
    """Two paired homes and their machines."""

    studio: Home
    laptop: Home
    studio_machine: Machine
    laptop_machine: Machine

    async def ask_studio(self, operation: Operation[Q, A], question: Q, wait_seconds: float = 0.0) -> A:
        """Ask the studio's exchange from the laptop."""
        async with self.laptop.remote(self.studio_machine) as remote:
            return await RemoteExchange(remote).ask(operation, question, wait_seconds)


@asynccontextmanager
async def friends(directory: Path) -> AsyncIterator[Friends]:
    """Give two machines that listen and are paired."""
    studio, laptop = Home(directory / "studio", "studio"), Home(directory / "laptop", "laptop")
    async with listening(studio) as studio_machine, listening(laptop) as laptop_machine:
        Person(studio_machine).look()
        await laptop.join(studio_machine, port=laptop_machine.port)
        yield Friends(studio, laptop, studio_machine, laptop_machine)


async def ask_own(home: Home, operation: Operation[Q, A], question: Q) -> A:
    """Ask a home's own exchange, as its programs do."""
    assert home.exchange
    answer = await home.exchange.exchange.answer(operation.name, Actor(home.config.name), msgspec.json.encode(question))
    return msgspec.json.decode(answer, type=operation.answer)


async def sent_until(home: Home, message_id: str, state: str, problem: str | None = None) -> message_requests.Sent:
    """Wait until a message of the outbox has a state, and perhaps a problem; return it."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            sent = await ask_own(home, message_requests.SENT, message_requests.GetSent(id=message_id))
            if sent.state == state and (problem is None or problem in (sent.problem or "")):
                return sent
            await asyncio.sleep(0.02)


def moved(home: Home, machine: Machine) -> None:
    """Tell a home where a machine listens now."""
    home.peers.found_at(machine.identity.node_id, address_of(machine))
