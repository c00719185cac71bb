"""The daemon's part about other machines: off until the configuration says otherwise, and loaded only then."""

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from loopsy_daemon import config as configuration
from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.exchange.exchange import Exchange
from loopsy_daemon.paths import Paths
from loopsy_daemon.service.events import Events
from loopsy_daemon.service.served_client import ServedClient
from loopsy_daemon.sessions.registry import Registry
from loopsy_daemon.wire import messages

if TYPE_CHECKING:
    from loopsy_daemon.lan.machine import Machine
    from loopsy_daemon.lan.pairing_desk import Outcome, Screen

_log = logging.getLogger(__name__)


class LanService:
    """Answers local requests about other machines."""

    def __init__(self, paths: Paths, events: Events, registry: Registry, exchange: Exchange) -> None:
        self._paths = paths
        self._registry = registry
        self._exchange = exchange
        self._events = events
        self._machine: Machine | None = None
        self._screens: dict[ServedClient, Screen] = {}
        self._changing = asyncio.Lock()

    async def start(self) -> None:
        """Listen if the configuration says so; that it cannot is no reason to keep a person from the sessions."""
        try:
            await self.reload()
        except LoopsyError as error:
            _log.error("other machines cannot reach this one: %s", error)

    async def reload(self) -> None:
        """Do what the configuration says now. Raises LoopsyError if it cannot."""
        async with self._changing:
            config = configuration.load(self._paths.config)
            await self._close()
            if config.lan.listen == "off":
                return
            from loopsy_daemon.lan.machine import Machine  # a web server, TLS and DNS-SD: not for who never uses them

            machine = Machine(self._paths, config, self._events.happened, self._registry, self._exchange)
            await machine.start()
            self._machine = machine
            _log.info("other machines reach this one (%s) at port %d", config.lan.listen, machine.port)

    async def stop(self) -> None:
        """Listen no more."""
        async with self._changing:
            await self._close()

    async def answer(self, client: ServedClient, message: messages.LanRequest) -> messages.Message:
        """Answer a local request. Raises LoopsyError."""
        match message:
            case messages.LanReload(id=request_id):
                await self.reload()
                return messages.Ok(id=request_id)
            case messages.LanShow(id=request_id):
                return self._state(request_id)
            case messages.LanPairOpen():
                return self._open(client, message)
            case messages.LanPairAnswer(id=request_id, matches=matches):
                screen = self._screens.get(client)
                if screen is None:
                    raise LoopsyError("No pairing is shown here.", "loopsy pair")
                self._listening().desk.answer(screen, matches=matches)
                return messages.Ok(id=request_id)

    async def _close(self) -> None:
        machine, self._machine = self._machine, None
        if machine:
            await machine.close()

    def _listening(self) -> "Machine":
        if self._machine is None:
            raise LoopsyError("Other machines cannot reach this one: it does not listen.", "loopsy lan enable")
        return self._machine

    def _state(self, request_id: int) -> messages.LanState:
        machine = self._machine
        if machine is None or machine.health is None:
            return messages.LanState(
                id=request_id, listen="off", port=0, node_id=None, addresses=[], peers=[], machines=[]
            )
        peers: list[messages.LanPeer] = []
        for peer in machine.peers.all():
            found = machine.health.of(peer.node_id)
            peers.append(
                messages.LanPeer(
                    node_id=peer.node_id,
                    state=found.state,
                    address=found.address,
                    version=found.version,
                    permissions=list(found.permissions),
                    seen_at=found.seen_at,
                )
            )
        return messages.LanState(
            id=request_id,
            listen=machine.listen,
            port=machine.port,
            node_id=machine.identity.node_id,
            addresses=machine.addresses,
            peers=peers,
            machines=[
                messages.LanMachine(
                    node_id=other.node_id,
                    name=other.name,
                    version=other.version,
                    platform=other.platform,
                    addresses=list(other.addresses),
                )
                for other in machine.announced().values()
            ],
        )

    def _open(self, client: ServedClient, request: messages.LanPairOpen) -> messages.LanPairOpened:
        from loopsy_daemon.lan.pairing_desk import Screen
        from loopsy_daemon.lan.peers import checked_permissions

        machine = self._listening()
        permissions = checked_permissions(request.permissions)

        def code(code: str, name: str) -> None:
            # To this client alone, and not to the log.
            client.send(messages.Event(name="lan.pair.code", at=time.time(), details={"code": code, "name": name}))

        def ended(outcome: "Outcome") -> None:
            self._screens.pop(client, None)
            client.send(messages.Event(name="lan.pair.ended", at=time.time(), details={"outcome": outcome}))

        screen = Screen(code, ended)
        expires_at = machine.desk.open(screen)
        machine.permissions_of_partner = permissions
        self._screens[client] = screen
        client.at_end(lambda: machine.desk.cancel(screen))
        return messages.LanPairOpened(id=request.id, addresses=machine.addresses, expires_at=expires_at)
