"""What a relay on Cloudflare should be, and what was found to be there: plain values that `plan` compares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from loopsy_daemon.errors import UsageError

SECRET_NAMES: Final = ("PAIR_TOKEN_SECRET", "REGISTRATION_SECRET", "DEVICE_ID_KEY")
DEFAULT_NAME: Final = "loopsy-relay"
PREVIOUS_SUFFIX: Final = "_PREVIOUS"
"""Ends the name of a secret's former value."""
HASH_VARIABLE: Final = "LOOPSY_BUNDLE_HASH"
VERSION_VARIABLE: Final = "LOOPSY_VERSION"
DEPLOYMENT_CHARACTERS: Final = 12
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_DOMAIN: Final = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The relay as it should be. `variables` are the Worker's plain variables."""

    name: str
    account_id: str
    domain: str | None
    version: str
    bundle_hash: str
    variables: Mapping[str, str]
    new_secrets: frozenset[str] = frozenset()
    """Secrets that must be uploaded though the script has some of these names: a rotation."""


@dataclass(frozen=True, slots=True)
class Observed:
    """The relay as it is. A script that does not exist has no variables, secrets or domains."""

    exists: bool
    subdomain: str | None
    variables: Mapping[str, str] = field(default_factory=dict)
    secret_names: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    workers_dev: bool = False
    migration_tag: str | None = None
    domain_owner: str | None = None
    """The script that has the wanted domain, if it is another one."""
    zone_found: bool = True
    """Whether a zone for the wanted domain is on the account; true if no domain is wanted."""

    @property
    def is_relay(self) -> bool:
        """Whether the script is one of ours: another's Worker must never be overwritten."""
        return HASH_VARIABLE in self.variables

    def url(self, name: str, domain: str | None) -> str | None:
        """Return the address at which the relay is reached, if there is one."""
        if domain is not None:
            return f"https://{domain}"
        return f"https://{name}.{self.subdomain}.workers.dev" if self.subdomain else None


def variables(bundle_hash: str, version: str, *, open_registration: bool, allowed_origins: str) -> dict[str, str]:
    """Return the Worker's plain variables; those about the bundle let a later run compare."""
    return {
        HASH_VARIABLE: bundle_hash,
        VERSION_VARIABLE: version,
        "DEPLOYMENT_ID": bundle_hash[:DEPLOYMENT_CHARACTERS],
        "OPEN_REGISTRATION": str(open_registration).lower(),
        "ALLOWED_ORIGINS": allowed_origins,
    }


def check_name(name: str) -> str:
    """Return the name of a Worker. Raises UsageError for what can be none."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            "A relay's name has 1 to 63 lower-case letters, digits and dashes.",
            f"loopsy-deploy-relay --name {DEFAULT_NAME}",
        )
    return name


def check_domain(domain: str) -> str:
    """Return the domain in lower case. Raises UsageError for what is none."""
    lowered = domain.lower().rstrip(".")
    if not _DOMAIN.fullmatch(lowered):
        raise UsageError("That is no domain name.", "loopsy-deploy-relay --domain relay.example.org")
    return lowered
