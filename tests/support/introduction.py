"""Two homes that know each other as after a pairing, without the people who compare codes."""

import secrets
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from loopsy_daemon import config, files
from loopsy_daemon.config import LanConfig, TransferConfig
from loopsy_daemon.lan import identity
from loopsy_daemon.lan.peer_keys import PeerKeys
from loopsy_daemon.lan.peers import PERMISSIONS, Peer, PeerStore, key_hash
from loopsy_daemon.paths import Paths


@dataclass(frozen=True, slots=True)
class PeerHome:
    """A home whose daemon, once it runs, listens for peers on loopback."""

    paths: Paths
    name: str
    port: int
    identity: identity.Identity

    @property
    def keys(self) -> PeerKeys:
        """The keys for its peers."""
        return PeerKeys.of(self.paths, config.load(self.paths.config))

    def permits(self, other: "PeerHome", key: str) -> None:
        """Store the other one as a peer that presents this key, and may do everything."""
        peer = Peer(
            node_id=other.identity.node_id,
            name=other.name,
            certificate=other.identity.certificate,
            key_hash=key_hash(key),
            paired_at=time.time(),
            permissions=PERMISSIONS,
            addresses=(f"127.0.0.1:{other.port}",),
        )
        PeerStore(self.paths.peers).put(peer)


def peer_home(home: Path, name: str, allowed: Path) -> PeerHome:
    """Make a home; its files may be transferred in and out of one directory."""
    paths = Paths.of(home)
    files.private_directory(paths.home)
    port = free_port()
    config.update(
        paths.config,
        lambda former: msgspec.structs.replace(
            former,
            name=name,
            secrets="file",
            lan=LanConfig(listen="loopback", port=port),
            transfer=TransferConfig(allow=[str(allowed)]),
        ),
    )
    return PeerHome(paths, name, port, identity.load_or_create(paths.lan_identity))


def introduce(first: PeerHome, second: PeerHome) -> None:
    """Store at both what a pairing stores."""
    for one, other in ((first, second), (second, first)):
        key = secrets.token_urlsafe(32)
        one.permits(other, key)
        other.keys.put(one.identity.node_id, key)


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
