"""Pulumi as the engine of a relay: its stack, its state and passphrase, and what surrounds the relay."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from loopsy_daemon.errors import SecretsUnavailable, UsageError
from loopsy_daemon.files import private_directory
from loopsy_daemon.paths import Paths
from loopsy_deploy.cloudflare_session import CloudflareSession
from loopsy_deploy.engine_choice import PULUMI
from loopsy_deploy.engine_driver import ENTRY, LATER
from loopsy_deploy.errors import EngineProblem
from loopsy_deploy.observe import find_zone
from loopsy_deploy.plan import Plan, Step, no_zone
from loopsy_deploy.relay_secrets import ENVIRONMENT_VARIABLES, SECRET_BYTES, open_secret_store
from loopsy_deploy.wanted import Wanted
from loopsy_infra.automation import Change, Place, PulumiProblem, RelayProject, install_command, open_command
from loopsy_infra.settings import RelaySettings, ScriptSettings

if TYPE_CHECKING:
    from pulumi.automation import PulumiCommand

PASSPHRASE: Final = "PULUMI_CONFIG_PASSPHRASE"
"""Encrypts what is secret in the state: a variable of Pulumi's, and the name under which we keep it."""
_PASSPHRASE_FILE: Final = "PULUMI_CONFIG_PASSPHRASE_FILE"
_SCRIPT: Final = "RelayScript"
_DONE: Final = {"create": "created", "update": "updated", "delete": "deleted"}
"""Pulumi's operations in words; the others are parts of a replacement."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else Pulumi shall own. None means: as the stack has it."""

    rate_limit: int | None = None
    access_emails: tuple[str, ...] | None = None


@dataclass(slots=True)
class PulumiEngine:
    """One relay's stack. `state_url` is None for the state in this home. What is applied must have been planned."""

    session: CloudflareSession
    paths: Paths
    relay_name: str
    state_url: str | None
    secrets_file: Path | None
    surroundings: Surroundings
    command: "PulumiCommand"
    say: Callable[[str], None]
    _planned: RelaySettings | None = None

    @property
    def name(self) -> str:
        """The engine's name."""
        return PULUMI

    def plan(self, wanted: Wanted, steps: Plan) -> Plan:
        """Return the steps, those at Cloudflare as one run of Pulumi with its preview as reasons."""
        kept = tuple(step for step in steps.steps if step.kind == "secrets")
        names = tuple(name for step in kept for name in step.secret_names)
        with tempfile.TemporaryDirectory(prefix="loopsy-pulumi-") as scratch, _translated():
            project = self._select(Path(scratch))
            self._planned = relay = self._relay(wanted, project.outputs() if project else {})
            # A stack that nobody made yet is previewed with a state of the moment: a preview leaves nothing behind.
            project = project or RelayProject.make(self._scratch_place(Path(scratch)), self.command)
            changes = project.preview(relay, _script(wanted, dict.fromkeys(names, LATER)))
        if not changes:
            return Plan(())
        reasons = _reasons(changes, steps)
        return Plan((*kept, Step("engine", f"bring {wanted.name} about with Pulumi", reasons, names)))

    def apply(self, wanted: Wanted, secrets: Mapping[str, str]) -> None:
        """Run Pulumi; a new stack gets its passphrase first, which is kept before it is used."""
        assert self._planned is not None
        with _translated():
            private_directory(self._directory)
            project = self._select(self._directory)
            if project is None:
                if self.state_url is None:
                    private_directory(self._own_state)
                project = RelayProject.make(self._place(self._directory, self._passphrase(make=True)), self.command)
            project.up(self._planned, _script(wanted, secrets), self.say)

    def destroy(self) -> bool:
        """Delete the stack with all that it has; return whether there was one."""
        with tempfile.TemporaryDirectory(prefix="loopsy-pulumi-") as scratch, _translated():
            project = self._select(Path(scratch))
            if project is not None:
                project.destroy(self.say)
        shutil.rmtree(self._directory, ignore_errors=True)
        return project is not None

    @property
    def _stack(self) -> str:
        return f"{self.relay_name}.{self.session.account_id}"

    @property
    def _own_state(self) -> Path:
        return self.paths.home / "pulumi" / "state"

    @property
    def _directory(self) -> Path:
        return self.paths.home / "pulumi" / self._stack

    def _select(self, scratch: Path) -> RelayProject | None:
        """Return the stack, or None if nobody made it; its working files are in `scratch` if none are kept."""
        if self.state_url is None and not self._own_state.is_dir():
            return None
        directory = self._directory if self._directory.is_dir() else scratch
        return RelayProject.select(self._place(directory, self._passphrase(make=False)), self.command)

    def _place(self, directory: Path, passphrase: Mapping[str, str], state_url: str | None = None) -> Place:
        url = state_url or self.state_url or self._own_state.as_uri()
        hidden = {name: "" for name in ENVIRONMENT_VARIABLES if name in os.environ}
        return Place(self._stack, url, directory, {**hidden, **self.session.environment(), **passphrase})

    def _scratch_place(self, scratch: Path) -> Place:
        state = private_directory(scratch / "state")
        passphrase = {PASSPHRASE: secrets.token_urlsafe(SECRET_BYTES)}
        return self._place(private_directory(scratch / "work"), passphrase, state.as_uri())

    def _passphrase(self, *, make: bool) -> dict[str, str]:
        """Return the passphrase as a variable for Pulumi, or nothing where it has one or needs none."""
        given = os.environ.get(PASSPHRASE) or os.environ.get(_PASSPHRASE_FILE)
        if given or (self.state_url or "").startswith("https://"):
            return {}
        try:
            store = open_secret_store(self.paths, self.session.account_id, self.relay_name, self.secrets_file)
            known = store.load()
            if PASSPHRASE not in known and make:
                known = {**known, PASSPHRASE: secrets.token_urlsafe(SECRET_BYTES)}
                store.save(known)
        except SecretsUnavailable as error:
            if not make:
                return {}
            raise SecretsUnavailable(
                f"There is no place for the passphrase of Pulumi's state: {error.message}",
                f"set {PASSPHRASE}, or keep it in a private file: --secrets-file PATH",
            ) from None
        return {PASSPHRASE: known[PASSPHRASE]} if PASSPHRASE in known else {}

    def _relay(self, wanted: Wanted, outputs: Mapping[str, Any]) -> RelaySettings:
        """Return what is wanted; what was not said now stays as the stack has it."""
        domain = wanted.domain or outputs.get("domain") or None
        zone_id = find_zone(self.session.api, wanted.account_id, domain) if domain else None
        if domain is not None and zone_id is None:
            raise no_zone(domain)
        limit, emails = self.surroundings.rate_limit, self.surroundings.access_emails
        try:
            return RelaySettings(
                name=wanted.name,
                account_id=wanted.account_id,
                driver=ENTRY,
                domain=domain,
                zone_id=zone_id,
                rate_limit=int(outputs.get("rate_limit") or 0) if limit is None else limit,
                access_emails=tuple(outputs.get("access_emails") or ()) if emails is None else emails,
            )
        except ValueError as error:
            raise UsageError(str(error), "loopsy-deploy-relay --engine pulumi --domain relay.example.org") from None


def open_pulumi(program: Path) -> "PulumiCommand":
    """Return the command line program, if it is one that fits. Raises EngineProblem."""
    with _translated():
        return open_command(program)


def install_pulumi(root: Path, say: Callable[[str], None]) -> None:
    """Install the command line program, telling how it goes on. Raises EngineProblem."""
    with _translated():
        install_command(root, say)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PulumiProblem as problem:
        raise EngineProblem(problem.message, problem.hint) from None


def _script(wanted: Wanted, secrets: Mapping[str, str]) -> ScriptSettings:
    return ScriptSettings(wanted.bundle_hash, wanted.variables, secrets)


def _reasons(changes: tuple[Change, ...], steps: Plan) -> tuple[str, ...]:
    """Return the changes in words; what we know of the script's reasons follows its change."""
    known = tuple(reason for step in steps.steps if step.kind == "upload" for reason in step.reasons)
    reasons: list[str] = []
    for change in changes:
        reasons.append(f"{change.kind} {change.name} is to be {_DONE.get(change.operation, 'replaced')}")
        reasons += known if change.kind == _SCRIPT else ()
    return tuple(reasons)
