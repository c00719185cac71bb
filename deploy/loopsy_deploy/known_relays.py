"""`relay.json`: the relays that were deployed from this home, without their secrets."""

from pathlib import Path

import msgspec
from msgspec import Struct

from loopsy_daemon import files
from loopsy_daemon.errors import ConfigError


class KnownRelay(Struct, frozen=True, kw_only=True):
    """A relay as it was deployed last. `deployed_at` is in seconds since 1970."""

    name: str
    url: str
    account_id: str
    domain: str | None = None
    engine: str = "wrangler"
    state_url: str | None = None
    """Where Pulumi keeps its state, if not in this home."""
    bundle_hash: str = ""
    deployed_at: float = 0.0
    secrets_file: str | None = None
    """The file that its secrets are kept in, if they are not in the keyring."""
    rotating: bool = False
    """Whether a rotation has begun and not ended: the kept secrets may not be the deployed ones."""


class _File(Struct, frozen=True, kw_only=True):
    version: int = 1
    relays: list[KnownRelay] = []


class KnownRelays:
    """The file in a home; the relay that was deployed last comes last."""

    def __init__(self, home: Path) -> None:
        self._path = home / "relay.json"

    def all(self) -> list[KnownRelay]:
        """Return every relay. Raises ConfigError if the file is damaged."""
        data = files.read_private(self._path)
        if data is None:
            return []
        try:
            return msgspec.json.decode(data, type=_File).relays
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise ConfigError(
                f"{self._path} is damaged.", f"name the relay again after: mv {self._path} {self._path}.old"
            ) from None

    def find(self, name: str | None, account_id: str | None = None) -> KnownRelay | None:
        """Return the relay with this name (on this account), or without a name the one that was deployed last."""
        matching = [
            relay for relay in self.all() if name in {None, relay.name} and account_id in {None, relay.account_id}
        ]
        return matching[-1] if matching else None

    def remember(self, relay: KnownRelay) -> None:
        """Put the relay last, in place of what was known of it."""
        files.private_directory(self._path.parent)
        with files.locked(self._path):
            self._write([*self._others(relay.account_id, relay.name), relay])

    def forget(self, account_id: str, name: str) -> None:
        """Remove the relay; it need not be known."""
        if self._path.exists():
            with files.locked(self._path):
                self._write(self._others(account_id, name))

    def _others(self, account_id: str, name: str) -> list[KnownRelay]:
        return [relay for relay in self.all() if (relay.account_id, relay.name) != (account_id, name)]

    def _write(self, relays: list[KnownRelay]) -> None:
        encoded = msgspec.json.encode(_File(relays=relays))
        files.write_atomically(self._path, msgspec.json.format(encoded) + b"\n")
