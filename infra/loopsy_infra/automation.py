"""Runs of the program from Python: a stack's changes foreseen and made, its failures in one sentence."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pulumi import automation
from pulumi.automation import events

from loopsy_infra.settings import RelaySettings, ScriptSettings

PROJECT: Final = "loopsy-relay"
MINIMUM_VERSION: Final = "3.181.0"
_PROGRESS_SECONDS: Final = 5.0
_FRAME: Final = ("pulumi:pulumi:Stack", "loopsy:index:RelayStack")
_QUIET_OPERATIONS: Final = frozenset({"same", "refresh", "read", "discard"})
_SCRIPT_FAILED: Final = re.compile(r"ScriptFailed: (?P<message>[^\n]+)(?:\n\s*hint: (?P<hint>[^\n]+))?")
_ERROR: Final = re.compile(r"^\s*error: (?P<message>[^\n]+)", re.MULTILINE)
_PASSPHRASE: Final = re.compile(r"incorrect passphrase|passphrase must be set|message authentication failed")


class PulumiProblem(Exception):
    """Pulumi did not do what was asked: one sentence, and a hint if there is one."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that Pulumi does; `kind` is the last part of the resource's type."""

    operation: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """A stack, where its state is, and a directory of ours for Pulumi's working files.

    `environment` is added to Pulumi's own; it holds the API token and the passphrase.
    """

    stack: str
    state_url: str
    directory: Path
    environment: Mapping[str, str] = field(repr=False)


class RelayProject:
    """The project with one stack selected or made; use `select` or `make`."""

    def __init__(self, stack: automation.Stack) -> None:
        self._stack = stack

    @classmethod
    def select(cls, place: Place, command: automation.PulumiCommand) -> "RelayProject | None":
        """Return the project if the state has the stack, else None. Raises PulumiProblem."""
        try:
            return cls(automation.Stack.select(place.stack, _workspace(place, command)))
        except automation.StackNotFoundError:
            return None
        except automation.CommandError as error:
            raise explain(str(error)) from None

    @classmethod
    def make(cls, place: Place, command: automation.PulumiCommand) -> "RelayProject":
        """Make the stack and return the project. Raises PulumiProblem."""
        try:
            return cls(automation.Stack.create(place.stack, _workspace(place, command)))
        except automation.CommandError as error:
            raise explain(str(error)) from None

    def outputs(self) -> dict[str, Any]:
        """Return what the program exported last. Raises PulumiProblem."""
        try:
            return {name: output.value for name, output in self._stack.outputs().items()}
        except automation.CommandError as error:
            raise explain(str(error)) from None

    def preview(self, relay: RelaySettings, script: ScriptSettings) -> tuple[Change, ...]:
        """Return what `up` would do; nothing is changed. Raises PulumiProblem."""
        seen = _Seen()
        seen.guard(
            lambda: self._stack.preview(
                program=_program(relay, script), refresh=True, color="never", on_event=seen.take
            )
        )
        return tuple(seen.changes)

    def up(self, relay: RelaySettings, script: ScriptSettings, say: Callable[[str], None]) -> tuple[Change, ...]:
        """Bring the relay about and return what was done. Raises PulumiProblem."""
        seen = _Seen(say)
        seen.guard(
            lambda: self._stack.up(program=_program(relay, script), refresh=True, color="never", on_event=seen.take)
        )
        return tuple(seen.changes)

    def destroy(self, say: Callable[[str], None]) -> None:
        """Delete everything that the stack has, and the stack. Raises PulumiProblem."""
        seen = _Seen(say)
        seen.guard(lambda: self._stack.destroy(refresh=True, color="never", on_event=seen.take, remove=True))


@dataclass(slots=True)
class _Seen:
    """What the engine's events told: the changes in their order, and errors."""

    say: Callable[[str], None] | None = None
    changes: list[Change] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def take(self, event: events.EngineEvent) -> None:
        if event.diagnostic_event is not None and event.diagnostic_event.severity == "error":
            self.errors.append(event.diagnostic_event.message)
        if event.resource_pre_event is not None:
            self._step(event.resource_pre_event.metadata)

    def guard(self, run: Callable[[], object]) -> None:
        try:
            run()
        except automation.ConcurrentUpdateError:
            raise PulumiProblem(
                "Another run of Pulumi has this stack locked.", "wait for its end; if it was killed: pulumi cancel"
            ) from None
        except automation.CommandError as error:
            raise explain("\n".join([*self.errors, str(error)])) from None

    def _step(self, step: events.StepEventMetadata) -> None:
        operation = step.op.value
        if operation in _QUIET_OPERATIONS or step.type in _FRAME or step.type.startswith("pulumi:providers:"):
            return
        change = Change(operation, re.split(r"[:/]", step.type)[-1], step.urn.rpartition("::")[2])
        self.changes.append(change)
        if self.say is not None:
            self.say(f"{change.operation} {change.kind} {change.name}…")


def open_command(program: Path) -> automation.PulumiCommand:
    """Return the command line program, if it is one that fits. Raises PulumiProblem."""
    # The SDK takes the directory that has it in `bin`, or else looks on PATH, where one that is elsewhere was found.
    root = str(program.parents[1]) if program.parent.name == "bin" else None
    try:
        command = automation.PulumiCommand(root)
    except automation.InvalidVersionError as error:
        raise PulumiProblem(f"The installed Pulumi does not fit: {error}", "install the newest one") from None
    except (OSError, subprocess.CalledProcessError):
        raise PulumiProblem("Pulumi's command line program cannot be run.", f"{program} version") from None
    if command.version is not None and command.version.compare(MINIMUM_VERSION) < 0:
        raise PulumiProblem(f"Pulumi {command.version} is too old: {MINIMUM_VERSION} or later is needed.")
    return command


def install_command(root: Path, say: Callable[[str], None]) -> None:
    """Download the command line program and put it below the root. Raises PulumiProblem."""
    say(f"install Pulumi into {root} (once)")
    done = threading.Event()
    started = time.monotonic()

    def tell() -> None:
        while not done.wait(_PROGRESS_SECONDS):
            say(f"still downloading, since {time.monotonic() - started:.0f} s")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        automation.PulumiCommand.install(str(root))
    except (OSError, subprocess.CalledProcessError, automation.InvalidVersionError) as error:
        raise PulumiProblem(
            f"Pulumi cannot be installed ({error}).", "check the network, or install it as pulumi.com says"
        ) from None
    finally:
        done.set()
        teller.join()


def _workspace(place: Place, command: automation.PulumiCommand) -> automation.LocalWorkspace:
    settings = automation.ProjectSettings(PROJECT, runtime="python", main=str(place.directory))
    environment = {
        **place.environment,
        "PULUMI_BACKEND_URL": place.state_url,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # The process that holds the script's provider needs the packages that are installed here.
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_RUNTIME_VIRTUALENV": "",
    }
    return automation.LocalWorkspace(
        work_dir=str(place.directory),
        env_vars=environment,
        project_settings=settings,
        secrets_provider=None if place.state_url.startswith("https://") else "passphrase",
        pulumi_command=command,
    )


def _program(relay: RelaySettings, script: ScriptSettings) -> Callable[[], None]:
    """Return the program: its values, the secrets among them, reach it as they are, and no command line."""

    def program() -> None:
        from loopsy_infra.stack import declare

        declare(relay, script)

    return program


def explain(text: str) -> PulumiProblem:
    """Return what the many lines that Pulumi writes mean."""
    failed = _SCRIPT_FAILED.search(text)
    if failed is not None:
        return PulumiProblem(failed["message"], failed["hint"])
    if _PASSPHRASE.search(text):
        return PulumiProblem(
            "Pulumi's state is encrypted with another passphrase than the one here.",
            "run this where the relay was deployed from, or set PULUMI_CONFIG_PASSPHRASE",
        )
    error = _ERROR.search(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    reason = error["message"] if error else (lines[0] if lines else "it said nothing")
    return PulumiProblem(f"Pulumi failed: {reason.rstrip('.')[:300]}.", "run this again; it goes on where it stopped")
