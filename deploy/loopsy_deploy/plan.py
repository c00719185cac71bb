"""From the relay that is wanted and the one that is there to the steps between them: a pure function."""

from dataclasses import dataclass
from typing import Final, Literal

from loopsy_deploy.errors import DeployError, DomainProblem
from loopsy_deploy.wanted import HASH_VARIABLE, PREVIOUS_SUFFIX, SECRET_NAMES, Observed, Wanted
from loopsy_deploy.wrangler.failures import no_subdomain

StepKind = Literal["secrets", "upload", "domain", "engine"]
_SHOWN_CHARACTERS: Final = 12


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `secret_names` are the secrets that it makes or uploads."""

    kind: StepKind
    title: str
    reasons: tuple[str, ...]
    secret_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in their order; none if everything is as wanted."""

    steps: tuple[Step, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.steps


def plan(wanted: Wanted, observed: Observed) -> Plan:
    """Return what has to be done. Raises DeployError for what no step of ours can bring about."""
    _check(wanted, observed)
    missing = tuple(name for name in SECRET_NAMES if name not in observed.secret_names)
    new = tuple(sorted(wanted.new_secrets))
    uploaded = missing + tuple(name for name in new if name not in missing)
    steps = []
    if uploaded:
        # Kept before they are uploaded: a secret that only Cloudflare has can never be read again.
        steps.append(Step("secrets", "make and keep its secrets", _secret_reasons(missing, new), uploaded))
    reasons = _upload_reasons(wanted, observed, missing, new)
    if reasons:
        verb = "update" if observed.exists else "create"
        steps.append(Step("upload", f"{verb} {wanted.name}", tuple(reasons), uploaded))
    if wanted.domain is not None and wanted.domain not in observed.domains:
        title = f"lead {wanted.domain} to {wanted.name}"
        steps.append(Step("domain", title, (f"{wanted.domain} does not lead to it yet",)))
    return Plan(tuple(steps))


def _check(wanted: Wanted, observed: Observed) -> None:
    if observed.exists and not observed.is_relay:
        raise DeployError(
            f"The account has a Worker named {wanted.name} already, and it is no Loopsy relay.",
            "choose another name: loopsy-deploy-relay --name another-name",
        )
    if observed.domain_owner is not None:
        raise DomainProblem(
            f"{wanted.domain} belongs to the Worker {observed.domain_owner}.",
            "remove it there in the dashboard first, or choose another domain",
        )
    if not observed.zone_found:
        raise no_zone(wanted.domain)
    if observed.subdomain is None:
        raise no_subdomain()


def no_zone(domain: str | None) -> DomainProblem:
    """Return the error for a domain that is in no zone of the account."""
    return DomainProblem(
        f"No zone on this account covers {domain}.",
        "add the zone to the account in the dashboard, or leave --domain out",
    )


def _upload_reasons(wanted: Wanted, observed: Observed, missing: tuple[str, ...], new: tuple[str, ...]) -> list[str]:
    if not observed.exists:
        return ["it does not exist yet"]
    reasons = []
    deployed = observed.variables.get(HASH_VARIABLE, "")
    if deployed != wanted.bundle_hash:
        reasons.append(f"its bundle changes from {_short(deployed)} to {_short(wanted.bundle_hash)}")
    follow_bundle = {HASH_VARIABLE, "DEPLOYMENT_ID"} if deployed != wanted.bundle_hash else set()
    for name in sorted({*wanted.variables, *observed.variables} - follow_bundle):
        before, after = observed.variables.get(name), wanted.variables.get(name)
        if before != after:
            reasons.append(f"{name} changes from {_shown(before)} to {_shown(after)}")
    if not observed.workers_dev:
        reasons.append("its workers.dev address is off")
    reasons += [f"the secret {name} is missing" for name in missing]
    reasons += [f"the secret {name} changes" for name in new if not name.endswith(PREVIOUS_SUFFIX)]
    return reasons


def _secret_reasons(missing: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return (
        *(f"{name} is not there yet" for name in missing),
        *(f"{name} is rotated" for name in new if not name.endswith(PREVIOUS_SUFFIX)),
    )


def _short(bundle_hash: str) -> str:
    return bundle_hash[:_SHOWN_CHARACTERS] or "nothing"


def _shown(value: str | None) -> str:
    return "nothing" if not value else f"`{value}`"
