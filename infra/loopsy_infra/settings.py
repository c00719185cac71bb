"""What the program is to bring about for one relay: plain values, whoever decided them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

RATE_LIMIT_PERIOD_SECONDS: Final = 10
"""The only period that every plan of Cloudflare allows."""


@dataclass(frozen=True, slots=True)
class ScriptSettings:
    """The Worker as it should be. `secrets` are only those that this upload must carry: the others stay deployed."""

    bundle_hash: str
    variables: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """One relay with what surrounds it. `driver` names who uploads its script: `module:callable`."""

    name: str
    account_id: str
    driver: str
    domain: str | None = None
    zone_id: str | None = None
    """The zone that the domain is in; known if there is a domain."""
    rate_limit: int = 0
    """Requests that one address may make at the domain in ten seconds; 0 makes no rule."""
    access_emails: tuple[str, ...] = ()
    """Who may open the app at the domain, by Cloudflare Access; nobody is asked if it is empty."""

    def __post_init__(self) -> None:
        if self.rate_limit < 0:
            raise ValueError("The rate limit is a number of requests in ten seconds, or 0 for none.")
        if self.domain is None and (self.rate_limit or self.access_emails):
            raise ValueError("A rate limit and Access need a domain of yours: workers.dev is no zone of yours.")


@dataclass(frozen=True, slots=True)
class HandSettings:
    """What Pulumi's configuration says of a relay when `pulumi up` is run by hand."""

    name: str
    account: str | None = None
    domain: str | None = None
    open_registration: bool | None = None
    allowed_origins: tuple[str, ...] | None = None
    secrets_file: str | None = None
    rate_limit: int = 0
    access_emails: tuple[str, ...] = ()


def read_configuration(get: Callable[[str], str | None]) -> HandSettings:
    """Return the settings; `get` answers a key of the configuration. Raises ValueError for what is no value of it."""
    is_open = get("openRegistration")
    if is_open not in {None, "true", "false"}:
        raise ValueError("openRegistration is `true` or `false`.")
    limit = get("rateLimit") or "0"
    if not limit.isdecimal():
        raise ValueError("rateLimit is a number of requests in ten seconds, or 0 for none.")
    origins = get("allowedOrigins")
    return HandSettings(
        name=get("name") or "loopsy-relay",
        account=get("account"),
        domain=get("domain"),
        open_registration=None if is_open is None else is_open == "true",
        allowed_origins=None if origins is None else _listed(origins),
        secrets_file=get("secretsFile"),
        rate_limit=int(limit),
        access_emails=_listed(get("accessEmails") or ""),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
