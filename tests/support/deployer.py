"""`loopsy-deploy-relay` as a person runs it, with a home of its own and an account of the stand-in."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loopsy_deploy.payload import ASSETS, CONFIGURATION, PLACES, WORKER
from tests.support.cloudflare import CloudStandIn
from tests.support.forked import deploy_main, run_forked

COMMAND = [sys.executable, "-m", "loopsy_deploy.cli"]
OTHER_PAYLOAD = (
    "import sys; from pathlib import Path; from loopsy_deploy import payload; from loopsy_deploy.cli import main; "
    "payload.PLACES = (Path(sys.argv.pop(1)),); sys.exit(main())"
)
"""Another version's installation: its files are where the first argument says."""
DEADLINE_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The answer, which must be JSON."""
        return json.loads(self.stdout)


@dataclass(slots=True)
class Deployer:
    """The program with what it keeps in `directory`: home, caches, temporary files and the secrets of relays."""

    cloud: CloudStandIn
    directory: Path
    environment: dict[str, str] = field(default_factory=dict)
    payload: Path | None = None
    program: list[str] = field(default_factory=lambda: COMMAND)

    def __post_init__(self) -> None:
        for directory in (self.home, self.temporary):
            directory.mkdir()

    @property
    def home(self) -> Path:
        """The Loopsy home."""
        return self.directory / "home"

    @property
    def temporary(self) -> Path:
        """Where temporary files are made."""
        return self.directory / "tmp"

    @property
    def secrets_file(self) -> Path:
        """Where the relay's secrets are kept."""
        return self.directory / "secrets.json"

    def variables(self) -> dict[str, str]:
        """Return the program's environment."""
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        own = {
            "HOME": str(self.directory),
            "LOOPSY_HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "XDG_CACHE_HOME": cache,  # one installation of wrangler for all tests
            "LOOPSY_ENGINE": "wrangler",  # also where Pulumi is installed
        }
        cloud = {**self.cloud.environment, **self.cloud.edge_environment}
        return {"PATH": os.environ["PATH"], **own, **cloud, **self.environment}

    def command(self, *arguments: str) -> list[str]:
        """Return the program with its arguments."""
        other = [] if self.payload is None else [sys.executable, "-c", OTHER_PAYLOAD, str(self.payload)]
        return [*(other or self.program), *arguments]

    def __call__(self, *arguments: str, status: int = 0, environment: Mapping[str, str] | None = None) -> Ended:
        """Run it to its end, which must have this status."""
        variables = {**self.variables(), **(environment or {})}
        if self.payload is None and self.program is COMMAND:
            done = run_forked(deploy_main, arguments, variables, "", DEADLINE_SECONDS)
        else:
            done = self._run(self.command(*arguments), variables)
        assert done.returncode == status, f"{arguments}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return Ended(done.returncode, done.stdout, done.stderr)

    @staticmethod
    def _run(command: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )

    def deploy(self, *arguments: str, status: int = 0) -> Ended:
        """Deploy without questions, keeping the secrets in the file."""
        return self("--yes", "--secrets-file", str(self.secrets_file), *arguments, status=status)

    def secrets(self) -> dict[str, str]:
        """Return the secrets that are kept for the only relay."""
        (entry,) = json.loads(self.secrets_file.read_text(encoding="utf-8")).values()
        found = json.loads(entry)
        assert isinstance(found, dict)
        return found


def other_version(directory: Path) -> Path:
    """Make the payload of a version whose Worker differs in a comment."""
    source = PLACES[-1]
    for path in (WORKER, CONFIGURATION):
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, directory / path)
    with (directory / WORKER).open("a", encoding="utf-8") as worker:
        worker.write("// another version\n")
    shutil.copytree(source / ASSETS, directory / ASSETS)
    return directory
