"""The keys that this machine presents to its peers, kept with its other secrets; read again only when they change."""

from collections.abc import Callable
from typing import Self

import msgspec

from loopsy_daemon import files
from loopsy_daemon.config import Config
from loopsy_daemon.errors import SecretsUnavailable
from loopsy_daemon.keys import PEER_KEYS, SecretStore, open_store
from loopsy_daemon.paths import Paths


class PeerKeys:
    """One secret that maps node ids to keys: a keyring cannot list what it has, and is slow to ask.

    Whoever writes leaves a new stamp behind, so that other processes know that what they have read is old.
    """

    def __init__(self, paths: Paths, store: SecretStore) -> None:
        self._guard = paths.peers
        self._stamp = paths.peers.with_name("peer-keys.stamp")
        self._store = store
        self._seen: tuple[tuple[int, int] | None, dict[str, str]] | None = None

    @classmethod
    def of(cls, paths: Paths, config: Config) -> Self:
        """Return the keys of a home. Raises SecretsUnavailable without a place that we trust."""
        return cls(paths, open_store(paths, config))

    def get(self, node_id: str) -> str | None:
        """Return the key for this peer, or None if there is none. Raises SecretsUnavailable."""
        now = self._stamped()  # before reading: a change in between is noticed the next time
        if self._seen is None or self._seen[0] != now:
            self._seen = now, self._read()
        return self._seen[1].get(node_id)

    def put(self, node_id: str, key: str) -> None:
        """Keep the key for this peer."""
        self._write(lambda keys: {**keys, node_id: key})

    def remove(self, node_id: str) -> None:
        """Forget the key for this peer; it need not exist."""
        self._write(lambda keys: {other: key for other, key in keys.items() if other != node_id})

    def _read(self) -> dict[str, str]:
        text = self._store.get(PEER_KEYS)
        if text is None:
            return {}
        try:
            return msgspec.json.decode(text, type=dict[str, str])
        except msgspec.DecodeError:  # no cause: it could quote the content
            raise SecretsUnavailable("The stored keys of the peers are damaged.", "pair the peers anew") from None

    def _write(self, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
        files.private_directory(self._guard.parent)
        with files.locked(self._guard.with_name("peer-keys")):
            self._store.put(PEER_KEYS, msgspec.json.encode(change(self._read())).decode())
            files.write_atomically(self._stamp, b"")

    def _stamped(self) -> tuple[int, int] | None:
        try:
            found = self._stamp.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns
