"""The Worker script as a resource of Pulumi's: created, compared, updated, read and deleted through a driver.

Pulumi keeps a dynamic resource's provider in its state and loads it in a process of its own. So the provider holds
nothing but the name of its driver, which that process imports: the same text in every run, and no secret in it.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from loopsy_infra.settings import HandSettings, RelaySettings, ScriptSettings

IDENTITY: Final = ("name", "account_id")
COMPARED: Final = ("bundle_hash", "variables", "workers_dev")


class ScriptFailed(Exception):
    """The driver did not do what was asked; the text is one sentence, and perhaps a line `hint: …`."""


@dataclass(frozen=True, slots=True)
class DeployedScript:
    """A script as an account has it."""

    bundle_hash: str
    variables: Mapping[str, str]
    workers_dev: bool


class RelayDriver(Protocol):
    """Who puts scripts on an account: nobody in this package can. Every call raises ScriptFailed."""

    def deploy(self, name: str, account_id: str, script: ScriptSettings) -> str:
        """Upload the script with its secrets, let it serve, and return the version's id."""

    def read(self, name: str, account_id: str) -> DeployedScript | None:
        """Return the script as it is deployed, or None if there is none."""

    def delete(self, name: str, account_id: str) -> None:
        """Delete the script with everything that its objects store; it need not be there."""

    def describe(self, wanted: HandSettings, entry: str, *, preview: bool) -> tuple[RelaySettings, ScriptSettings]:
        """Return what `pulumi up` by hand is to bring about; a preview makes and keeps no secret."""


def load_driver(entry: str) -> RelayDriver:
    """Return the driver that the entry `module:callable` makes."""
    module, _, attribute = entry.partition(":")
    driver: RelayDriver = getattr(importlib.import_module(module), attribute)()
    return driver


class RelayScriptProvider(ResourceProvider):
    """What happens to a script, step by step as Pulumi asks for it; dictionaries hold the resource's properties."""

    serialize_as_secret_always = False

    def __init__(self, driver: str) -> None:
        super().__init__()
        self.driver = driver

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuse another name or account: Pulumi would delete the relay that the phones are paired with."""
        failures = [
            CheckFailure(key, "stays as it is: another relay is another stack (pulumi stack init NAME)")
            for key in IDENTITY
            if _olds.get(key) and news.get(key) != _olds[key]
        ]
        return CheckResult(news, failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare by the bundle's hash and the variables; secrets that must be uploaded are a change."""
        changes = any(_olds.get(key) != _news.get(key) for key in COMPARED) or bool(_news.get("secret_names"))
        return DiffResult(changes=changes, stables=list(IDENTITY))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Upload the script, also over an earlier one of ours that Pulumi does not know yet."""
        return CreateResult(f"{props['account_id']}/{props['name']}", self._deploy(props))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Upload the script."""
        return UpdateResult(self._deploy(_news))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the script as it is, so that what was changed beside Pulumi is seen; no id if it is gone."""
        found = load_driver(self.driver).read(props["name"], props["account_id"])
        if found is None:
            return ReadResult("", {})
        kept: dict[str, Any] = {key: props[key] for key in (*IDENTITY, "version_id") if key in props}
        return ReadResult(id_, {**kept, **_properties(found), "secret_names": []})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete the script."""
        load_driver(self.driver).delete(_props["name"], _props["account_id"])

    def _deploy(self, props: dict[str, Any]) -> dict[str, Any]:
        script = ScriptSettings(props["bundle_hash"], props["variables"], props.get("secrets") or {})
        version_id = load_driver(self.driver).deploy(props["name"], props["account_id"], script)
        # The uploaded secrets are dropped: neither does the state need them, nor does a later comparison.
        kept = {key: props[key] for key in (*IDENTITY, *COMPARED)}
        return {**kept, "secret_names": [], "version_id": version_id}


class RelayScript(Resource, module="loopsy", name="RelayScript"):
    """The Worker script of one relay."""

    name: pulumi.Output[str]
    bundle_hash: pulumi.Output[str]
    version_id: pulumi.Output[str]

    def __init__(
        self, title: str, relay: RelaySettings, script: ScriptSettings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        wanted = DeployedScript(script.bundle_hash, script.variables, workers_dev=True)
        properties = {
            "name": relay.name,
            "account_id": relay.account_id,
            **_properties(wanted),
            "secret_names": sorted(script.secrets),
            "secrets": pulumi.Output.secret(dict(script.secrets)) if script.secrets else None,
            "version_id": None,
        }
        super().__init__(RelayScriptProvider(relay.driver), title, properties, opts)


def _properties(script: DeployedScript) -> dict[str, Any]:
    return {
        "bundle_hash": script.bundle_hash,
        "variables": dict(script.variables),
        "workers_dev": script.workers_dev,
    }
