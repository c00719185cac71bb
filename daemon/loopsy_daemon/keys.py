"""The device's secrets, per home: its static key and its secret at the relay, in the keyring or in a private file."""

import base64
import binascii
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from loopsy_daemon import files
from loopsy_daemon.config import Config
from loopsy_daemon.errors import ConfigError, SecretsUnavailable
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SecretName = str
"""Chosen by whoever keeps the secret; the device's own are below."""
DEVICE_KEY: Final = "device-key"
DEVICE_SECRET: Final = "device-secret"
PEER_KEYS: Final = "peer-keys"
SECRET_NAMES: Final[tuple[SecretName, ...]] = (DEVICE_KEY, DEVICE_SECRET, PEER_KEYS)
DEVICE_KEY_BYTES: Final = 32
ENVIRONMENT_VARIABLE: Final = "LOOPSY_SECRETS"
TRUSTED_BACKENDS: Final = frozenset(
    {
        "keyring.backends.SecretService",
        "keyring.backends.macOS",
        "keyring.backends.Windows",
        "keyring.backends.kwallet",
    }
)
"""Modules of backends that encrypt and that keep what they are given; others may write plain text, or nothing."""
_OPT_IN_HINT: Final = "keep the secrets in a private file instead: loopsy init --secrets-file"


class SecretStore(Protocol):
    """A place that keeps texts by name and gives back exactly what it got."""

    def get(self, name: SecretName) -> str | None:
        """Return the secret, or None if there is none. Raises SecretsUnavailable."""

    def put(self, name: SecretName, value: str) -> None:
        """Keep the secret. Raises SecretsUnavailable if it cannot be read back."""

    def remove(self, name: SecretName) -> None:
        """Forget the secret; it need not exist."""


class KeyringStore:
    """The operating system's keyring, if it is one that we trust."""

    def __init__(self, home: Path) -> None:
        self._service = f"loopsy {hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
        self._backend = _trusted_backend()

    def get(self, name: SecretName) -> str | None:
        """Return the secret, or None if there is none."""
        from keyring.errors import KeyringError

        try:
            return self._backend.get_password(self._service, name)
        except KeyringError as error:
            raise SecretsUnavailable(f"The keyring cannot be read: {error}.", _OPT_IN_HINT) from error

    def put(self, name: SecretName, value: str) -> None:
        """Keep the secret and read it back: a backend that drops writes must not cost the user the key."""
        from keyring.errors import KeyringError

        try:
            self._backend.set_password(self._service, name, value)
        except KeyringError as error:
            raise SecretsUnavailable(f"The keyring cannot be written: {error}.", _OPT_IN_HINT) from error
        if self.get(name) != value:
            raise SecretsUnavailable("The keyring does not keep what it is given.", _OPT_IN_HINT)

    def remove(self, name: SecretName) -> None:
        """Forget the secret; it need not exist."""
        from keyring.errors import KeyringError, PasswordDeleteError

        try:
            self._backend.delete_password(self._service, name)
        except PasswordDeleteError:
            return
        except KeyringError as error:
            raise SecretsUnavailable(f"The keyring cannot be written: {error}.", _OPT_IN_HINT) from error


class FileStore:
    """A JSON file with mode 0600, for machines without a keyring."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, name: SecretName) -> str | None:
        """Return the secret, or None if there is none."""
        return self._read().get(name)

    def put(self, name: SecretName, value: str) -> None:
        """Keep the secret."""
        with files.locked(self._path):
            self._write({**self._read(), name: value})

    def remove(self, name: SecretName) -> None:
        """Forget the secret; it need not exist."""
        with files.locked(self._path):
            self._write({key: value for key, value in self._read().items() if key != name})

    def _read(self) -> dict[str, str]:
        data = files.read_private(self._path)
        if data is None:
            return {}
        try:
            return msgspec.json.decode(data, type=dict[str, str])
        except (msgspec.DecodeError, UnicodeDecodeError):  # no cause: it could quote the content
            raise SecretsUnavailable(
                f"{self._path} is damaged.", f"restore it from a backup, or pair anew: mv {self._path} {self._path}.old"
            ) from None

    def _write(self, secrets: dict[str, str]) -> None:
        files.write_atomically(self._path, msgspec.json.format(msgspec.json.encode(secrets)) + b"\n")


def store_kind(config: Config, environment: Mapping[str, str] | None = None) -> Literal["keyring", "file"]:
    """Return where secrets are kept: as the configuration says, unless `LOOPSY_SECRETS` overrides it."""
    choice = (os.environ if environment is None else environment).get(ENVIRONMENT_VARIABLE) or config.secrets
    if choice == "keyring":
        return "keyring"
    if choice == "file":
        return "file"
    raise ConfigError(f"{ENVIRONMENT_VARIABLE} is neither `keyring` nor `file`.", f"unset {ENVIRONMENT_VARIABLE}")


def open_store(paths: Paths, config: Config, environment: Mapping[str, str] | None = None) -> SecretStore:
    """Return the store that `store_kind` names. Raises SecretsUnavailable without a keyring that we trust."""
    return FileStore(paths.secrets) if store_kind(config, environment) == "file" else KeyringStore(paths.home)


def move_secrets(source: SecretStore, target: SecretStore) -> None:
    """Bring every secret from one store to another; each is removed only once the other has it."""
    for name in SECRET_NAMES:
        value = source.get(name)
        if value is not None:
            target.put(name, value)
            source.remove(name)


def load_or_create_device_key(paths: Paths, store: SecretStore) -> X25519PrivateKey:
    """Return the device's static key; the first call makes it."""
    with files.locked(paths.device_key_guard):
        text = store.get(DEVICE_KEY)
        if text is not None:
            return _parse_device_key(text)
        key = X25519PrivateKey.generate()
        store.put(DEVICE_KEY, base64.urlsafe_b64encode(key.private_bytes_raw()).decode().rstrip("="))
        return key


def _parse_device_key(text: str) -> X25519PrivateKey:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != DEVICE_KEY_BYTES:
        raise SecretsUnavailable("The stored device key is damaged.", "restore it from a backup, or pair anew")
    return X25519PrivateKey.from_private_bytes(raw)


def _trusted_backend() -> "KeyringBackend":
    import keyring
    from keyring.backends.chainer import ChainerBackend

    chosen = keyring.get_keyring()
    candidates = list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]
    for backend in candidates:
        if type(backend).__module__ in TRUSTED_BACKENDS:
            return backend
    raise SecretsUnavailable("This machine has no keyring that Loopsy trusts.", _OPT_IN_HINT)
