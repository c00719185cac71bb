"""The paired peers of a home: `lan/peers.json`, shared by the daemon and the command line."""

import hashlib
import hmac
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from loopsy_daemon import files
from loopsy_daemon.errors import LoopsyError, UsageError

Permission = Literal["execute", "transfer", "context", "message", "session", "every-session"]
PERMISSIONS: Final[tuple[Permission, ...]] = ("execute", "transfer", "context", "message", "session")
"""What `all` permits; sessions that a peer did not start are permitted by name alone."""
MAX_ADDRESSES: Final = 8


class Peer(Struct, frozen=True, kw_only=True):
    """A paired machine: who it is, where it was, what it may do here.

    `key_hash` is the SHA-256 (hex) of the key that it presents; `addresses` are `host:port`, the best first.
    """

    node_id: Annotated[str, Meta(pattern=r"^[a-z2-7]{26}$")]
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    certificate: bytes
    key_hash: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    paired_at: float
    permissions: tuple[Permission, ...] = ()
    addresses: tuple[str, ...] = ()


class _PeersFile(Struct, frozen=True, kw_only=True):
    peers: list[Peer] = []
    version: Literal[1] = 1


class PeerStore:
    """The peers as the file has them now: what another process changes holds at the next look, without a restart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._peers: dict[str, Peer] = {}

    def all(self) -> list[Peer]:
        """Return the peers by name. Raises LoopsyError if the file is damaged."""
        return sorted(self._current().values(), key=lambda peer: (peer.name.casefold(), peer.node_id))

    def get(self, node_id: str) -> Peer | None:
        """Return the peer, or None if it is not paired. Raises LoopsyError."""
        return self._current().get(node_id)

    def find(self, text: str) -> Peer:
        """Return the peer that a person means: by id, by name, or by the beginning of the id. Raises UsageError."""
        peers = self.all()
        found = (
            [peer for peer in peers if peer.node_id == text]
            or [peer for peer in peers if peer.name.casefold() == text.casefold()]
            or [peer for peer in peers if len(text) >= 4 and peer.node_id.startswith(text)]
        )
        if not found:
            raise UsageError(f"No peer is called {text!r}.", "see who is paired: loopsy peers")
        if len(found) > 1:
            raise UsageError(f"{len(found)} peers are called {text!r}.", "name one by its id: loopsy peers")
        return found[0]

    def with_key(self, key: str) -> Peer | None:
        """Return the peer that presents this key. Every peer is compared, in constant time."""
        wanted = key_hash(key)
        found = None
        for peer in self._current().values():
            if hmac.compare_digest(peer.key_hash, wanted):
                found = peer
        return found

    def put(self, peer: Peer) -> None:
        """Pair a peer, or pair it anew. Raises LoopsyError if it cannot be stored."""
        self._update(lambda peers: {**peers, peer.node_id: peer})

    def remove(self, node_id: str) -> None:
        """Forget a peer; it need not exist. Raises LoopsyError if it cannot be stored."""
        self._update(lambda peers: {other: peer for other, peer in peers.items() if other != node_id})

    def permit(self, node_id: str, permissions: tuple[Permission, ...]) -> None:
        """Set what a peer may do here; nothing happens if it is not paired any more."""
        self._change(node_id, lambda peer: msgspec.structs.replace(peer, permissions=permissions))

    def found_at(self, node_id: str, address: str) -> None:
        """Remember an address as the best one; nothing is written if it is that already."""
        peer = self.get(node_id)
        if peer is None or peer.addresses[:1] == (address,):
            return

        def moved(peer: Peer) -> Peer:
            others = (other for other in peer.addresses if other != address)
            return msgspec.structs.replace(peer, addresses=(address, *others)[:MAX_ADDRESSES])

        self._change(node_id, moved)

    def _change(self, node_id: str, change: Callable[[Peer], Peer]) -> None:
        self._update(lambda peers: {**peers, node_id: change(peers[node_id])} if node_id in peers else peers)

    def _update(self, change: Callable[[dict[str, Peer]], dict[str, Peer]]) -> None:
        files.private_directory(self._path.parent)
        with files.locked(self._path):
            content = _PeersFile(peers=list(change(self._current()).values()))
            try:
                files.write_atomically(self._path, msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")
            except OSError as error:
                raise LoopsyError(
                    f"{self._path} cannot be written: {error.strerror}.", f"make room for it: df {self._path.parent}"
                ) from error

    def _current(self) -> dict[str, Peer]:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._seen, self._peers = None, {}
            return self._peers
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen != self._seen:
            data = files.read_private(self._path)
            try:
                content = msgspec.json.decode(data or b"{}", type=_PeersFile)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise LoopsyError(
                    f"{self._path} is damaged: {error}.",
                    f"restore it, or forget all peers: mv {self._path} {self._path}.old",
                ) from error
            self._peers = {peer.node_id: peer for peer in content.peers}
            self._seen = seen
        return self._peers


def key_hash(key: str) -> str:
    """Return what is stored of a key where it is checked; a key is 32 random bytes, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def checked_permissions(names: Iterable[str]) -> tuple[Permission, ...]:
    """Return the permissions with these names; `all` and `none` stand alone. Raises UsageError."""
    wanted = set(names)
    if wanted == {"all"}:
        return PERMISSIONS
    if wanted == {"none"}:
        return ()
    every: tuple[Permission, ...] = get_args(Permission)
    unknown = sorted(wanted - set(every))
    if unknown:
        raise UsageError(f"There is no permission {unknown[0]!r}.", f"choose of: {', '.join(every)}; or all; or none")
    return tuple(permission for permission in every if permission in wanted)
