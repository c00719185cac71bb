"""Machines on loopback, within the test's process: real servers, real TLS, a home each."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from loopsy_daemon import config, files
from loopsy_daemon.config import Config, LanConfig, TransferConfig
from loopsy_daemon.lan import identity
from loopsy_daemon.lan.addresses import format_address
from loopsy_daemon.lan.joining import Joiner
from loopsy_daemon.lan.machine import Machine
from loopsy_daemon.lan.pairing_desk import Outcome, Screen
from loopsy_daemon.lan.peer_keys import PeerKeys
from loopsy_daemon.lan.peers import PERMISSIONS, Peer, PeerStore
from loopsy_daemon.lan.remote import Remote
from loopsy_daemon.paths import Paths
from loopsy_daemon.service.events import Events
from loopsy_daemon.service.exchange_service import ExchangeService
from loopsy_daemon.sessions.registry import Registry

DEADLINE_SECONDS = 20.0


@dataclass(slots=True)
class Person:
    """Who looks at a screen: sees codes and ends, says yes unless told otherwise."""

    machine: Machine
    says: bool | None = True
    codes: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def look(self) -> Screen:
        """Open a pairing, and look at it."""
        screen = Screen(self._code, self.outcomes.append)
        self._screen = screen
        self.machine.desk.open(screen)
        return screen

    _screen: Screen | None = None

    def _code(self, code: str, name: str) -> None:
        self.codes.append(code)
        self.names.append(name)
        if self.says is not None:
            assert self._screen
            self.machine.desk.answer(self._screen, matches=self.says)


class Home:
    """A machine's files, whether it listens or not."""

    def __init__(
        self, directory: Path, name: str, lan: LanConfig | None = None, transfer: TransferConfig | None = None
    ) -> None:
        self.paths = Paths.of(directory)
        files.private_directory(self.paths.home)
        lan = lan or LanConfig()
        self.config = Config(
            name=name,
            secrets="file",
            lan=msgspec.structs.replace(lan, listen="loopback", port=0),
            transfer=transfer or TransferConfig(),
        )
        config.update(self.paths.config, lambda _: self.config)
        self.peers = PeerStore(self.paths.peers)
        self.keys = PeerKeys.of(self.paths, self.config)
        self.exchange: ExchangeService | None = None
        """While the machine listens."""

    def joiner(self, port: int = 0) -> Joiner:
        """Return what pairs this machine with another one."""
        return Joiner(identity.load_or_create(self.paths.lan_identity), self.config.name, port, self.peers, self.keys)

    async def join(self, machine: Machine, *, says: bool = True, port: int = 0) -> tuple[Peer, str]:
        """Pair with a machine that waits; return the peer and the code that was shown."""
        codes: list[str] = []

        async def compare(code: str, _name: str) -> bool:
            codes.append(code)
            return says

        peer = await self.joiner(port).pair(address_of(machine), PERMISSIONS, compare)
        return peer, codes[0]

    def remote(self, machine: Machine, *, key: str | None = None) -> Remote:
        """Return the machine as this home reaches it."""
        peer = self.peers.get(machine.identity.node_id)
        assert peer
        return Remote(
            peer.name, peer.certificate, [address_of(machine)], key or self.keys.get(machine.identity.node_id)
        )


def address_of(machine: Machine) -> str:
    """Return where a machine listens."""
    return format_address("127.0.0.1", machine.port)


@asynccontextmanager
async def listening(home: Home) -> AsyncIterator[Machine]:
    """Give the machine of a home, which listens on loopback."""
    registry = Registry(os.environ)
    events = Events()
    home.exchange = ExchangeService(home.paths, home.config.name, events)
    machine = Machine(home.paths, home.config, events.happened, registry, home.exchange.exchange)
    await machine.start()
    await home.exchange.start()
    try:
        yield machine
    finally:
        await machine.close()
        await home.exchange.stop()
        registry.close_all()


@asynccontextmanager
async def paired(
    directory: Path, lan: LanConfig | None = None, transfer: TransferConfig | None = None
) -> AsyncIterator[tuple[Machine, Home]]:
    """Give a machine that listens, and the home of another one that is paired with it."""
    studio, laptop = Home(directory / "studio", "studio", lan, transfer), Home(directory / "laptop", "laptop")
    async with listening(studio) as machine:
        Person(machine).look()
        await laptop.join(machine)
        yield machine, laptop
