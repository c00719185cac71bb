"""The real wrangler, run against the stand-in by hand: what its driver does is tested elsewhere."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopsy_deploy.node import find_node
from loopsy_deploy.wrangler.package import ensure_installed
from tests.support.cloudflare import CloudStandIn

DEADLINE_SECONDS = 90.0
QUIET = {
    "CI": "true",
    "NO_COLOR": "1",
    "WRANGLER_HIDE_BANNER": "true",
    "WRANGLER_SEND_METRICS": "false",
    "WRANGLER_SEND_ERROR_REPORTS": "false",
    "WRANGLER_WRITE_LOGS": "false",
    "CLOUDFLARE_CF_FETCH_ENABLED": "false",
}


@dataclass(frozen=True, slots=True)
class Ran:
    """How wrangler ended: both its streams in one."""

    status: int
    output: str

    @property
    def json(self) -> Any:
        """What it printed, which must be JSON."""
        return json.loads(self.output)


class WranglerByHand:
    """wrangler with the token of one account, run in one directory."""

    def __init__(self, cloud: CloudStandIn, directory: Path, environment: Mapping[str, str] | None = None) -> None:
        node = find_node()
        self.command = [str(node.directory / "node"), str(ensure_installed(node, print))]
        # A home of its own: no login of whoever runs the tests.
        kept = {"PATH": os.environ["PATH"], "HOME": str(directory)}
        self.environment = {**node.environment(kept), **QUIET, **cloud.environment, **(environment or {})}
        self.directory = directory

    def configure(self, **configuration: object) -> None:
        """Write the configuration that the following runs have."""
        (self.directory / "wrangler.json").write_text(json.dumps(configuration), encoding="utf-8")

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Give it while it runs, with its standard output alone; killed at the end if it has not ended."""
        process = subprocess.Popen(
            [*self.command, *arguments],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                process.kill()

    def __call__(self, *arguments: str, standard_input: str = "", status: int | None = 0) -> Ran:
        """Run it to its end, which must have this status (None: any)."""
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=self.directory,
            env=self.environment,
            input=standard_input,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=DEADLINE_SECONDS,
        )
        assert status in {None, done.returncode}, done.stdout
        return Ran(done.returncode, done.stdout)
