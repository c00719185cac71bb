"""Two real daemons that are paired and listen on loopback, each of which can be killed and started again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from loopsy_daemon import config, files
from loopsy_daemon.config import LanConfig, TransferConfig
from loopsy_daemon.lan import identity
from loopsy_daemon.lan.addresses import format_address
from loopsy_daemon.lan.peer_keys import PeerKeys
from loopsy_daemon.lan.peers import PERMISSIONS, Peer, PeerStore, key_hash
from loopsy_daemon.wire import messages
from tests.support.daemon import Daemon
from tests.support.eager_daemon import eager_daemon_main


class PairedDaemon:
    """One of the two; the other one is told where it listens after each start."""

    def __init__(self, home: Path, name: str) -> None:
        self.name = name
        self.daemon = Daemon(home, main=eager_daemon_main)
        self.paths = self.daemon.paths
        files.private_directory(self.paths.home)
        config.update(
            self.paths.config,
            lambda former: msgspec.structs.replace(
                former,
                name=name,
                secrets="file",
                lan=LanConfig(listen="loopback", port=0),
                transfer=TransferConfig(allow=[str(home.resolve().parent)]),
            ),
        )
        self.identity = identity.load_or_create(self.paths.lan_identity)
        self.peers = PeerStore(self.paths.peers)
        self.keys = PeerKeys.of(self.paths, config.load(self.paths.config))

    def trust(self, other: "PairedDaemon") -> None:
        """Pair with the other one, as if the people at both had said yes."""
        key = f"key of {other.name} for {self.name}"
        other.keys.put(self.identity.node_id, key)
        self.peers.put(
            Peer(
                node_id=other.identity.node_id,
                name=other.name,
                certificate=other.identity.certificate,
                key_hash=key_hash(key),
                paired_at=0.0,
                permissions=PERMISSIONS,
            )
        )

    async def start(self, other: "PairedDaemon") -> None:
        """Start, and tell the other one where."""
        await self.daemon.start()
        async with await self.daemon.client() as client:
            state = await client.request(messages.LanShow(id=client.next_id()))
        assert isinstance(state, messages.LanState)
        assert state.port, self.daemon.log()
        other.peers.found_at(self.identity.node_id, format_address("127.0.0.1", state.port))


@asynccontextmanager
async def paired_daemons(directory: Path) -> AsyncIterator[tuple[PairedDaemon, PairedDaemon]]:
    """Give a studio and a laptop that run; they end at the end."""
    studio, laptop = PairedDaemon(directory / "studio", "studio"), PairedDaemon(directory / "laptop", "laptop")
    studio.trust(laptop)
    laptop.trust(studio)
    try:
        await studio.start(laptop)
        await laptop.start(studio)
        yield studio, laptop
    finally:
        for one in (studio, laptop):
            await one.daemon.end()
