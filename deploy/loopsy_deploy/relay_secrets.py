"""A deployed relay's secrets on this machine: made once per relay, kept together in one place that we trust."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from loopsy_daemon import keys
from loopsy_daemon.errors import SecretsUnavailable, UsageError
from loopsy_daemon.paths import Paths
from loopsy_deploy.wanted import PREVIOUS_SUFFIX, SECRET_NAMES

SECRET_BYTES: Final = 32
MINIMUM_CHARACTERS: Final = 32
ROTATED: Final = ("PAIR_TOKEN_SECRET", "REGISTRATION_SECRET")
"""`DEVICE_ID_KEY` is never rotated: every device's id carries a tag that was made with it."""
_PREFIX: Final = "LOOPSY_"
PREVIOUS_UNTIL_VARIABLE: Final = "PREVIOUS_SECRETS_UNTIL"
"""A plain variable of the Worker: until when (seconds since 1970) it accepts the former secrets."""
ENVIRONMENT_VARIABLES: Final = frozenset(f"{_PREFIX}{name}" for name in SECRET_NAMES)
_CI_VARIABLE: Final = "CI"  # GitHub, GitLab and most others set it
_HINT: Final = "keep them in a private file instead: --secrets-file PATH"


class RelaySecretStore(Protocol):
    """Where the secrets of one relay are, by the names that the Worker knows them by."""

    def load(self) -> dict[str, str]:
        """Return the secrets that are there."""

    def save(self, values: Mapping[str, str]) -> None:
        """Keep the secrets, in place of what was there. Raises SecretsUnavailable."""

    def forget(self) -> None:
        """Remove the secrets, if there are any."""


class KeptSecrets:
    """Secrets in the keyring or in a private file, as one entry: all of them are there, or none."""

    def __init__(self, store: keys.SecretStore, account_id: str, name: str) -> None:
        self._store = store
        self._entry = f"relay {account_id}/{name}"

    def load(self) -> dict[str, str]:
        """Return the secrets that are there."""
        text = self._store.get(self._entry)
        if text is None:
            return {}
        try:
            loaded = json.loads(text)
        except ValueError:
            loaded = None
        if not isinstance(loaded, dict) or not all(isinstance(value, str) for value in loaded.values()):
            raise SecretsUnavailable("The relay's stored secrets are damaged.", "restore them from a backup")
        return loaded

    def save(self, values: Mapping[str, str]) -> None:
        """Keep the secrets, in place of what was there."""
        self._store.put(self._entry, json.dumps(dict(values)))

    def forget(self) -> None:
        """Remove the secrets, if there are any."""
        self._store.remove(self._entry)


class EnvironmentSecrets:
    """Secrets that whoever runs us has put into the environment; we cannot keep others there."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._values = {name: environment[f"{_PREFIX}{name}"] for name in SECRET_NAMES}
        for name, value in self._values.items():
            if len(value) < MINIMUM_CHARACTERS or not value.isascii():
                raise UsageError(
                    f"{_PREFIX}{name} must have at least {MINIMUM_CHARACTERS} characters.", "openssl rand -base64 32"
                )

    def load(self) -> dict[str, str]:
        """Return the three secrets."""
        return dict(self._values)

    def save(self, values: Mapping[str, str]) -> None:
        """Raise SecretsUnavailable unless these are the ones that the environment has."""
        if dict(values) != self._values:
            raise SecretsUnavailable(
                "Secrets that come from the environment are changed where they are kept.",
                "rotate on a machine with a keyring, or with --secrets-file PATH",
            )

    def forget(self) -> None:
        """Do nothing: the environment is not ours."""


def open_secret_store(
    paths: Paths,
    account_id: str,
    name: str,
    secrets_file: Path | None,
    environment: Mapping[str, str] | None = None,
) -> RelaySecretStore:
    """Return the environment's secrets if it has all three, else the file, else the keyring.

    Raises SecretsUnavailable without a keyring that we trust, and in a pipeline, whose machine nobody comes back to.
    """
    variables = os.environ if environment is None else environment
    if all(variables.get(variable) for variable in ENVIRONMENT_VARIABLES):
        return EnvironmentSecrets(variables)
    if secrets_file is not None:
        return KeptSecrets(keys.FileStore(secrets_file), account_id, name)
    if variables.get(_CI_VARIABLE, "") not in {"", "false"}:
        raise SecretsUnavailable(
            f"A pipeline has no place to keep the secrets of {name}.",
            f"make the relay first: loopsy-deploy-relay --name {name}; or give the job"
            f" {', '.join(sorted(ENVIRONMENT_VARIABLES))}",
        )
    try:
        return KeptSecrets(keys.KeyringStore(paths.home), account_id, name)
    except SecretsUnavailable as error:
        raise SecretsUnavailable(error.message, _HINT) from None


def complete(known: Mapping[str, str]) -> dict[str, str]:
    """Return the known secrets with new ones for those that are missing."""
    made = {name: secrets.token_urlsafe(SECRET_BYTES) for name in SECRET_NAMES if name not in known}
    return {**known, **made}


def rotated(known: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets with new ones, except the device id key; the former ones stay as `…_PREVIOUS`."""
    fresh = {name: secrets.token_urlsafe(SECRET_BYTES) for name in ROTATED}
    previous = {f"{name}{PREVIOUS_SUFFIX}": known[name] for name in ROTATED if name in known}
    return {**known, **fresh, **previous}
