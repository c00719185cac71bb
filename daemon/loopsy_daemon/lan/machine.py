"""This machine among others: server, pairing desk, discovery and health checks, put together for a configuration."""

import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Literal

from loopsy_daemon import __version__
from loopsy_daemon.config import Config, LanConfig
from loopsy_daemon.exchange.exchange import Exchange
from loopsy_daemon.lan import identity
from loopsy_daemon.lan.addresses import format_address
from loopsy_daemon.lan.application import PeerRoutes
from loopsy_daemon.lan.audit import AuditLog
from loopsy_daemon.lan.directories import Directories
from loopsy_daemon.lan.discovery import Announcement, Discovery, own_addresses
from loopsy_daemon.lan.exchange_routes import PeerExchange
from loopsy_daemon.lan.execution import Executions
from loopsy_daemon.lan.files import Files
from loopsy_daemon.lan.openapi import OpenApi
from loopsy_daemon.lan.pairing_desk import PairingDesk, Partner
from loopsy_daemon.lan.peer_keys import PeerKeys
from loopsy_daemon.lan.peer_sessions import PeerSessions
from loopsy_daemon.lan.peers import PERMISSIONS, Peer, PeerStore, Permission, key_hash
from loopsy_daemon.lan.presence import HealthChecks, State
from loopsy_daemon.lan.server import PeerServer
from loopsy_daemon.lan.session_desk import SessionDesk
from loopsy_daemon.lan.transfer import Transfers
from loopsy_daemon.paths import Paths
from loopsy_daemon.sessions.registry import Registry
from loopsy_daemon.transfer.depot import rules_of

Happening = Callable[[str, dict[str, str]], None]


class Machine:
    """Listens from `start` to `close`."""

    def __init__(
        self, paths: Paths, config: Config, happened: Happening, registry: Registry, exchange: Exchange
    ) -> None:
        assert config.lan.listen != "off"
        self.identity = identity.load_or_create(paths.lan_identity)
        self.peers = PeerStore(paths.peers)
        self.permissions_of_partner: tuple[Permission, ...] = PERMISSIONS
        """What the partner of the next pairing may do here."""
        self.listen: Literal["loopback", "lan"] = config.lan.listen
        self._config: LanConfig = config.lan
        self._keys = PeerKeys.of(paths, config)
        self._happened = happened
        self._executions = Executions(config.lan)
        self.desk = PairingDesk(self.identity, config.name, self._store)
        rules = rules_of(paths, config.transfer, Path.home())
        routes = PeerRoutes(
            identity=self.identity,
            name=config.name,
            peers=self.peers,
            desk=self.desk,
            executions=self._executions,
            capabilities=[
                Files(rules),
                Directories(rules),
                Transfers(rules),
                PeerSessions(SessionDesk(registry, happened), config.lan),
                PeerExchange(exchange),
                OpenApi(),
            ],
            forgotten=self._forgotten,
        )
        self._server = PeerServer(routes.behind_admission(AuditLog(paths.audit_log)), self.identity)
        self._name = config.name
        self.health: HealthChecks | None = None
        self._discovery: Discovery | None = None
        self._parts = AsyncExitStack()

    @property
    def port(self) -> int:
        """The port that peers connect to."""
        return self._server.port

    @property
    def addresses(self) -> list[str]:
        """Where this machine can be reached."""
        hosts = own_addresses() if self.listen == "lan" else ("127.0.0.1", "::1")
        return [format_address(host, self.port) for host in hosts]

    def announced(self) -> dict[str, Announcement]:
        """Return the machines that announce themselves, by node id."""
        return self._discovery.others() if self._discovery else {}

    async def start(self) -> None:
        """Listen and look around. Raises LoopsyError if that is not possible."""
        await self._server.start(self.listen, self._config.port)
        # Last: who hears the goodbye looks at once, and must find that nobody answers.
        self._parts.push_async_callback(self._end_discovery)
        self._parts.push_async_callback(self._server.close)
        self._parts.push_async_callback(self._executions.close)
        self._parts.callback(self.desk.cancel)
        self.desk.port = self.port
        self.health = HealthChecks(self.peers, self._keys, self.announced, self._peer_changed)
        self._parts.push_async_callback(self.health.close)
        if self.listen == "lan" and self._config.discovery:
            own = Announcement(self.identity.node_id, self._name, __version__, sys.platform, PERMISSIONS, self.port)
            self._discovery = Discovery(own, self.health.look_now)
            self._discovery.start()

    async def close(self) -> None:
        """End everything, commands of peers too."""
        await self._parts.aclose()

    async def _end_discovery(self) -> None:
        if self._discovery:
            await self._discovery.close()

    def _store(self, partner: Partner) -> None:
        port = partner.hello.port
        self._keys.put(partner.node_id, partner.given)
        self.peers.put(
            Peer(
                node_id=partner.node_id,
                name=partner.hello.name,
                certificate=partner.hello.certificate,
                key_hash=key_hash(partner.taken),
                paired_at=time.time(),
                permissions=self.permissions_of_partner,
                addresses=(format_address(partner.address, port),) if port else (),
            )
        )
        self._happened("peer.paired", {"peer": partner.node_id, "name": partner.hello.name})
        if self.health:
            self.health.look_now()

    def _forgotten(self, peer: Peer) -> None:
        self._keys.remove(peer.node_id)
        self._happened("peer.unpaired", {"peer": peer.node_id, "name": peer.name})

    def _peer_changed(self, peer: Peer, state: State) -> None:
        self._happened("peer.state", {"peer": peer.node_id, "name": peer.name, "state": state})
