"""A stack's state as Pulumi keeps it below a `file://` address: one JSON file, what is secret in it encrypted."""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
_ITERATIONS = 10_000
_PROBE = "pulumi"


class CommandFailed(Exception):
    """What the program prints after `error: `."""


class Cipher:
    """Encrypts with the passphrase of the environment and a salt, which also proves the passphrase."""

    def __init__(self, salt: str | None, environment: Mapping[str, str]) -> None:
        # Most runs read no secret: they start faster without it.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        passphrase = environment.get("PULUMI_CONFIG_PASSPHRASE")
        if not passphrase:
            raise CommandFailed(
                "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment "
                "variables"
            )
        seed, _, probe = (salt or base64.b64encode(os.urandom(8)).decode()).partition(":")
        self._key = AESGCM(hashlib.pbkdf2_hmac("sha256", passphrase.encode(), seed.encode(), _ITERATIONS))
        if probe and self.decrypt(probe) != _PROBE:
            raise CommandFailed("incorrect passphrase")
        self.salt = salt or f"{seed}:{self.encrypt(_PROBE)}"

    def encrypt(self, text: str) -> str:
        """Return the text, encrypted."""
        nonce = os.urandom(12)
        return base64.b64encode(nonce + self._key.encrypt(nonce, text.encode(), None)).decode()

    def decrypt(self, text: str) -> str:
        """Return what was encrypted."""
        from cryptography.exceptions import InvalidTag

        raw = base64.b64decode(text)
        try:
            return self._key.decrypt(raw[:12], raw[12:], None).decode()
        except InvalidTag:
            raise CommandFailed("incorrect passphrase") from None


class StackFile:
    """The file of one stack; `resources` are in the order of their creation, by URN."""

    def __init__(self, backend_url: str, project: str, stack: str, environment: Mapping[str, str]) -> None:
        parts = urlsplit(backend_url)
        if parts.scheme != "file" or not Path(unquote(parts.path)).is_dir():
            raise CommandFailed(f"unable to open bucket {backend_url}")
        self.path = Path(unquote(parts.path), ".pulumi", "stacks", project, f"{stack}.json")
        self._environment = environment
        self.resources: dict[str, dict[str, Any]] = {}
        self._cipher: Cipher | None = None

    @property
    def exists(self) -> bool:
        """Whether somebody has made the stack."""
        return self.path.is_file()

    def make(self) -> str:
        """Make an empty stack and return its salt."""
        self._cipher = Cipher(None, self._environment)
        self.save()
        return self._cipher.salt

    def load(self) -> None:
        """Read the state; the passphrase must be the stack's."""
        latest = json.loads(self.path.read_text(encoding="utf-8"))["checkpoint"]["latest"]
        self._cipher = cipher = Cipher(latest["secrets_providers"]["state"]["salt"], self._environment)
        self.resources = {resource["urn"]: _decrypted(resource, cipher) for resource in latest["resources"]}

    def save(self) -> None:
        """Write the state."""
        assert self._cipher is not None
        providers = {"type": "passphrase", "state": {"salt": self._cipher.salt}}
        resources = [_encrypted(resource, self._cipher) for resource in self.resources.values()]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        latest = {"secrets_providers": providers, "resources": resources}
        self.path.write_text(json.dumps({"version": 3, "checkpoint": {"latest": latest}}, indent=4), encoding="utf-8")

    def remove(self) -> None:
        """Remove the stack, which must be empty."""
        self.load()
        if self.resources:
            raise CommandFailed("the stack still has resources; removal rejected")
        self.path.unlink()


def is_secret(value: Any) -> bool:
    """Say whether the value is marked as secret."""
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def plain(value: Any) -> Any:
    """Return the value without marks of secrecy."""
    if is_secret(value):
        return plain(value["value"])
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    return [plain(entry) for entry in value] if isinstance(value, list) else value


def _encrypted(value: Any, cipher: Cipher) -> Any:
    if is_secret(value):
        return {SIGNATURE: SECRET, "ciphertext": cipher.encrypt(json.dumps(value["value"]))}
    if isinstance(value, dict):
        return {key: _encrypted(entry, cipher) for key, entry in value.items()}
    return [_encrypted(entry, cipher) for entry in value] if isinstance(value, list) else value


def _decrypted(value: Any, cipher: Cipher) -> Any:
    if is_secret(value):
        return {SIGNATURE: SECRET, "value": json.loads(cipher.decrypt(value["ciphertext"]))}
    if isinstance(value, dict):
        return {key: _decrypted(entry, cipher) for key, entry in value.items()}
    return [_decrypted(entry, cipher) for entry in value] if isinstance(value, list) else value
