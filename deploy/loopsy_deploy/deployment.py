"""One deployment from its request to a relay that answers: observe, plan, apply, remember, wait."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loopsy_daemon.paths import Paths
from loopsy_deploy.apply import Applier
from loopsy_deploy.cloudflare_session import CloudflareSession
from loopsy_deploy.engine import Engine
from loopsy_deploy.engine_choice import WRANGLER
from loopsy_deploy.known_relays import KnownRelay, KnownRelays
from loopsy_deploy.observe import observe
from loopsy_deploy.payload import Payload
from loopsy_deploy.plan import Plan, plan
from loopsy_deploy.probe import wait_until_served
from loopsy_deploy.relay_secrets import PREVIOUS_UNTIL_VARIABLE, ROTATED, RelaySecretStore, open_secret_store
from loopsy_deploy.wanted import DEPLOYMENT_CHARACTERS, PREVIOUS_SUFFIX, Observed, Wanted, variables

PREVIOUS_SECONDS: Final = 1_800
"""The longest life of a pair token: for so long a rotated secret is still accepted."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for. None means: as it is deployed, or the default for a new relay."""

    name: str
    domain: str | None = None
    open_registration: bool | None = None
    allowed_origins: tuple[str, ...] | None = None
    rotate: bool = False
    url: str | None = None
    """The address where the relay is reached, if it is another one than Cloudflare gives."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A relay with what has to be done to it; `apply` does it."""

    session: CloudflareSession
    payload: Payload
    paths: Paths
    request: Request
    observed: Observed
    wanted: Wanted
    plan: Plan
    known: KnownRelay | None
    secrets_file: Path | None
    say: Callable[[str], None]
    engine: Engine | None = None
    """What brings the relay about in place of wrangler alone."""

    @property
    def engine_name(self) -> str:
        """The relay's engine: a stack of Pulumi's goes on owning what wrangler alone updates."""
        if self.engine is not None:
            return self.engine.name
        return self.known.engine if self.known is not None else WRANGLER

    @property
    def url(self) -> str:
        """The relay's address once the plan is applied."""
        if self.request.url is not None:
            return self.request.url
        if self.known is not None and self.known.domain == self.wanted.domain:
            return self.known.url  # it may have been given with --url
        found = self.observed.url(self.wanted.name, self.wanted.domain)
        assert found is not None  # the plan has refused an account without any address
        return found

    def store(self) -> RelaySecretStore:
        """Open the place of this relay's secrets. Raises SecretsUnavailable."""
        return open_secret_store(self.paths, self.wanted.account_id, self.wanted.name, self.secrets_file)

    def apply(self) -> None:
        """Carry out the plan and remember the relay. Raises ApplyFailed."""
        relays = KnownRelays(self.paths.home)
        rotate = self.request.rotate and self.observed.exists
        if rotate:  # before the kept secrets change: they are not the deployed ones from then on
            relays.remember(self._record(rotating=True))
        if not self.plan.is_empty:
            Applier(
                self.session,
                self.payload,
                self.wanted,
                self.observed,
                self.store,
                # An upload that fails half-way may have made something: it must be found again.
                lambda: relays.remember(self._record(rotating=bool(self.wanted.new_secrets))),
                self.say,
                rotate,
                self.engine,
            ).apply(self.plan)
        if not self.plan.is_empty or self.known is None:
            relays.remember(self._record(rotating=False))

    def wait(self) -> None:
        """Wait until the relay answers as this deployment. Raises NotServed."""
        wait_until_served(self.url, self.wanted.bundle_hash[:DEPLOYMENT_CHARACTERS], self.say)

    def _record(self, *, rotating: bool) -> KnownRelay:
        return KnownRelay(
            name=self.wanted.name,
            url=self.url,
            account_id=self.wanted.account_id,
            domain=self.wanted.domain,
            engine=self.engine_name,
            state_url=self.engine.state_url if self.engine else (self.known.state_url if self.known else None),
            bundle_hash=self.wanted.bundle_hash,
            deployed_at=time.time(),
            secrets_file=str(self.secrets_file) if self.secrets_file else None,
            rotating=rotating,
        )


def prepare(
    session: CloudflareSession,
    payload: Payload,
    paths: Paths,
    request: Request,
    known: KnownRelay | None,
    secrets_file: Path | None,
    say: Callable[[str], None],
    engine: Engine | None = None,
) -> Deployment:
    """Look at what there is and return the deployment with its plan; nothing is changed. Raises DeployError."""
    observed = observe(session.api, session.account_id, request.name, request.domain)
    new_secrets = _new_secrets(request, known, observed)
    wanted = Wanted(
        name=request.name,
        account_id=session.account_id,
        domain=request.domain,
        version=payload.version,
        bundle_hash=payload.bundle_hash,
        variables=_variables(request, payload, observed.variables, rotates=bool(new_secrets)),
        new_secrets=new_secrets,
    )
    planned = plan(wanted, observed)
    if engine is not None:
        planned = engine.plan(wanted, planned)
    return Deployment(session, payload, paths, request, observed, wanted, planned, known, secrets_file, say, engine)


def _variables(request: Request, payload: Payload, deployed: Mapping[str, str], *, rotates: bool) -> dict[str, str]:
    is_open = request.open_registration
    origins = request.allowed_origins
    made = variables(
        payload.bundle_hash,
        payload.version,
        open_registration=deployed.get("OPEN_REGISTRATION") == "true" if is_open is None else is_open,
        allowed_origins=deployed.get("ALLOWED_ORIGINS", "") if origins is None else ",".join(origins),
    )
    if rotates:
        made[PREVIOUS_UNTIL_VARIABLE] = str(int(time.time()) + PREVIOUS_SECONDS)
    elif PREVIOUS_UNTIL_VARIABLE in deployed:
        made[PREVIOUS_UNTIL_VARIABLE] = deployed[PREVIOUS_UNTIL_VARIABLE]
    return made


def _new_secrets(request: Request, known: KnownRelay | None, observed: Observed) -> frozenset[str]:
    """Return what a rotation uploads, also one that was begun and did not end."""
    if not observed.exists or not (request.rotate or (known is not None and known.rotating)):
        return frozenset()
    return frozenset({*ROTATED, *(f"{name}{PREVIOUS_SUFFIX}" for name in ROTATED)})
