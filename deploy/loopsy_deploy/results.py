"""What commands about a relay on Cloudflare found or did; `render` shows each as text or as JSON."""

from dataclasses import dataclass

from loopsy_deploy.usage import Usage


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step of a plan, in words."""

    title: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a deployment would do."""

    name: str
    account_id: str
    url: str
    version: str
    bundle_hash: str
    changes: bool
    steps: tuple[StepShown, ...]
    engine: str


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deployment did. `daemon` says which relay this machine uses now, in one sentence."""

    name: str
    account_id: str
    url: str
    version: str
    bundle_hash: str
    changed: bool
    steps: tuple[StepShown, ...]
    engine: str
    daemon: str


@dataclass(frozen=True, slots=True)
class PhonesOf:
    """The phones that this machine has at the relay."""

    paired: int
    online: int


@dataclass(frozen=True, slots=True)
class StatusShown:
    """A relay as it is: deployed against this installation, its health, and this machine's phones there."""

    name: str
    account_id: str
    exists: bool
    url: str | None
    deployed_version: str | None
    version: str
    up_to_date: bool
    health: str
    serves_deployed: bool
    secrets: tuple[str, ...]
    domains: tuple[str, ...]
    migration_tag: str | None
    engine: str | None
    """What brought it about, if this home knows."""
    phones: PhonesOf | None
    devices: int | None = None
    """How many are registered, if Cloudflare tells."""
    usage: Usage | None = None
    usage_problem: str | None = None
    """Why the use is not known."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A comparison of what is served with this installation; `differences` is empty if they agree."""

    name: str
    url: str
    bundle_hash: str
    files: int
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Destroyed:
    """A relay that is gone; `existed` is false if it was gone before."""

    name: str
    account_id: str
    existed: bool


@dataclass(frozen=True, slots=True)
class RolledBack:
    """An earlier version that serves again."""

    name: str
    version_id: str
    former_version_id: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that deploying needs; `hint` says what to do where it is not there."""

    what: str
    good: bool
    found: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """What deploying needs, and what of it is there."""

    findings: tuple[Finding, ...]


Result = Previewed | Deployed | StatusShown | Verified | Destroyed | RolledBack | Examined
