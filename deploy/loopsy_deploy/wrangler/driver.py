"""Runs of wrangler: each with quiet settings, its results read from its output file, its secrets through a pipe."""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from loopsy_daemon.files import write_atomically
from loopsy_deploy.errors import CloudflareUnavailable
from loopsy_deploy.node import Node
from loopsy_deploy.relay_secrets import ENVIRONMENT_VARIABLES
from loopsy_deploy.wrangler.failures import explain

T = TypeVar("T", str, bytes)
QUIET: Final = {
    "WRANGLER_HIDE_BANNER": "true",
    "WRANGLER_SEND_METRICS": "false",
    "WRANGLER_SEND_ERROR_REPORTS": "false",
    "WRANGLER_WRITE_LOGS": "false",
    "CLOUDFLARE_CF_FETCH_ENABLED": "false",
    "NO_COLOR": "1",
}
RETRY_PAUSES_SECONDS: Final = (1.0, 4.0)
DEADLINE_SECONDS: Final = 300.0
_END_SECONDS: Final = 5.0
# A pipe has no name, so nothing of it outlives the process, whatever ends us.
_SECRETS_PIPE: Final = "/dev/stdin"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What a deployment made: the version and the addresses that it is served at."""

    version_id: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Ended:
    status: int
    output: str
    records: tuple[dict[str, Any], ...]

    def record(self, kind: str) -> dict[str, Any]:
        """Return the last record of a kind, or an empty one."""
        return next((record for record in reversed(self.records) if record.get("type") == kind), {})


class Wrangler:
    """The installed wrangler. `environment` holds the API token and account, if they are known."""

    def __init__(
        self,
        node: Node,
        program: Path,
        environment: Mapping[str, str],
        *,
        say: Callable[[str], None],
        verbose: bool = False,
        retry_pauses_seconds: Sequence[float] = RETRY_PAUSES_SECONDS,
    ) -> None:
        kept = {name: value for name, value in environment.items() if name not in ENVIRONMENT_VARIABLES}
        self._environment = {**node.environment(kept), **QUIET}
        self._command = [str(node.directory / "node"), "--no-warnings", str(program)]
        self._say = say
        self._verbose = verbose
        self._pauses = tuple(retry_pauses_seconds)

    def with_account(self, token: str, account_id: str) -> None:
        """Use this token and account from now on."""
        self._environment |= {"CLOUDFLARE_API_TOKEN": token, "CLOUDFLARE_ACCOUNT_ID": account_id}

    def deploy(self, configuration: Mapping[str, Any], secrets: Mapping[str, str]) -> Uploaded:
        """Upload a version with these secrets (those that it has already stay) and serve it. Raises CloudflareError."""
        what = f"deploy {configuration['name']}"
        with tempfile.TemporaryDirectory(prefix="loopsy-deploy-") as directory:  # made with mode 0700
            path = Path(directory, "wrangler.json")
            write_atomically(path, json.dumps(configuration).encode())
            arguments = ["deploy", "--config", str(path)]
            if secrets:
                arguments += ["--secrets-file", _SECRETS_PIPE]
            ended = self._run(what, arguments, Path(directory), json.dumps(dict(secrets)) if secrets else None)
        record = ended.record("deploy")
        if not record.get("version_id"):
            raise explain(what, ended.output or "wrangler named no version")
        return Uploaded(str(record["version_id"]), tuple(str(target) for target in record.get("targets") or ()))

    def delete(self, name: str) -> None:
        """Delete the script with everything that its objects store. Raises CloudflareError."""
        self._run(f"delete {name}", ["delete", "--name", name, "--force"])

    def tail(self, name: str, *, as_json: bool) -> int:
        """Show the script's events on this terminal until it is interrupted; return wrangler's exit status."""
        return self._in_terminal(["tail", name, "--format", "json" if as_json else "pretty"])

    def login(self, *, device: bool) -> bool:
        """Let a person log in: wrangler gets the terminal untouched. Return whether it worked."""
        return self._in_terminal(["login", "--device"] if device else ["login"]) == 0

    def login_token(self) -> str | None:
        """Return the token of an earlier login, renewed if it is old, or None if there is none."""
        ended = self._attempt(["auth", "token", "--json"], None, None)
        with suppress(ValueError, AttributeError):
            token = json.loads(ended.output[ended.output.index("{") :]).get("token")
            return token if isinstance(token, str) and ended.status == 0 else None
        return None

    def _in_terminal(self, arguments: Sequence[str]) -> int:
        environment = {name: value for name, value in self._environment.items() if name != "NO_COLOR"}
        # Its process group stays ours: a terminal belongs to one, and a Ctrl-C reaches both.
        with subprocess.Popen([*self._command, *arguments], env=environment) as process:
            try:
                return process.wait()
            finally:
                _end(process, process.send_signal)

    def _run(
        self, what: str, arguments: Sequence[str], directory: Path | None = None, standard_input: str | None = None
    ) -> _Ended:
        """Run to a successful end; what Cloudflare could not do at the moment is tried again."""
        pauses = iter(self._pauses)
        while True:
            ended = self._attempt(arguments, directory, standard_input)
            if ended.status == 0:
                return ended
            failure = ended.record("command-failed")
            error = explain(what, f"{ended.output}\n{failure.get('message', '')}", codes=_codes(failure))
            pause_seconds = next(pauses, None)
            if not isinstance(error, CloudflareUnavailable) or pause_seconds is None:
                raise error
            asked_seconds = float(failure.get("retry_after_ms") or 0) / 1_000
            self._say(f"{error.message} Trying again…")
            time.sleep(min(max(pause_seconds, asked_seconds), 60.0))

    def _attempt(self, arguments: Sequence[str], directory: Path | None, standard_input: str | None) -> _Ended:
        with tempfile.TemporaryDirectory(prefix="loopsy-wrangler-") as own:
            output_file = Path(own, "output.ndjson")
            process = subprocess.Popen(
                [*self._command, *arguments],
                cwd=directory or own,  # never where a file of somebody else's project could configure it
                env={**self._environment, "WRANGLER_OUTPUT_FILE_PATH": str(output_file)},
                stdin=subprocess.DEVNULL if standard_input is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,  # a Ctrl-C is for us, who end it and clean up after it
            )
            try:
                output, _ = process.communicate(standard_input, timeout=DEADLINE_SECONDS)
            except subprocess.TimeoutExpired:
                raise CloudflareUnavailable(
                    f"wrangler did not end within {DEADLINE_SECONDS:.0f} s.", "check the network, then run this again"
                ) from None
            finally:
                _end(process, lambda number: os.killpg(process.pid, number))
            if self._verbose and arguments[0] != "auth":
                self._say(output.rstrip())
            return _Ended(process.returncode, output, _records(output_file))


def _end(process: subprocess.Popen[T], send: Callable[[signal.Signals], None]) -> None:
    """End the process, if it has not ended by itself."""
    if process.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            send(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END_SECONDS)
            return


def _records(path: Path) -> tuple[dict[str, Any], ...]:
    if not path.is_file():
        return ()
    return tuple(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line)


def _codes(failure: Mapping[str, Any]) -> list[int]:
    code = failure.get("code")
    return [code] if isinstance(code, int) else []
