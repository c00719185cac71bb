"""`loopsy-deploy-relay local …` as a person runs it, with a home of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.support.forked import deploy_main, run_forked

DEADLINE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class LocalProgram:
    """The program with a home of its own."""

    directory: Path

    @property
    def state(self) -> Path:
        """Where the relay keeps its state."""
        return self.directory / "loopsy" / "local-relay"

    def environment(self) -> dict[str, str]:
        """Return the program's variables."""
        own = {"HOME": str(self.directory), "LOOPSY_HOME": str(self.directory / "loopsy")}
        return {"PATH": os.environ["PATH"], **own}

    def command(self, *arguments: str) -> list[str]:
        """Return the program with its arguments."""
        return [sys.executable, "-m", "loopsy_deploy.cli", *arguments]

    def __call__(self, *arguments: str, status: int = 0) -> "subprocess.CompletedProcess[str]":
        """Run one of the `local` commands to its end, which must have this status."""
        return self.run("local", *arguments, status=status)

    def run(self, *arguments: str, status: int = 0) -> "subprocess.CompletedProcess[str]":
        """Run the program to its end, which must have this status."""
        done = run_forked(deploy_main, arguments, self.environment(), "", DEADLINE_SECONDS)
        assert done.returncode == status, f"{arguments}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def json(self, *arguments: str, status: int = 0) -> Any:
        """Run one of the `local` commands; return its answer, which must be JSON."""
        return json.loads(self(*arguments, "--json", status=status).stdout)
