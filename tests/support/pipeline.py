"""The jobs of a pipeline's file, run as its host runs them: each step a shell, with the variables that it is given."""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

STEP_SECONDS = 120.0
SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]
_EXPRESSION = re.compile(r"\$\{\{ *([a-z_A-Z.]+) *\}\}")


def load_yaml(path: Path) -> dict[str, Any]:
    """Return the content of a YAML file."""
    loaded = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@dataclass(slots=True)
class Runner:
    """A machine that runs jobs in `directory`. `values` are what expressions stand for, as `secrets.NAME`."""

    directory: Path
    programs: Path
    variables: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)

    def github(self, workflow: Mapping[str, Any], job: str) -> subprocess.CompletedProcess[str]:
        """Run every step of a job that has commands, until one fails; return the last one that ran."""
        ended = None
        assert workflow["defaults"]["run"]["shell"] == "bash"
        for step in workflow["jobs"][job]["steps"]:
            if "run" in step:
                given = {**workflow.get("env", {}), **workflow["jobs"][job].get("env", {}), **step.get("env", {})}
                ended = self._shell(step["run"], {name: self._evaluate(value) for name, value in given.items()})
                if ended.returncode != 0:
                    break
        assert ended is not None
        return ended

    def gitlab(self, pipeline: Mapping[str, Any], job: str) -> subprocess.CompletedProcess[str]:
        """Run the script of a job, with what it extends."""
        whole = {**pipeline[pipeline[job]["extends"]], **pipeline[job]}
        tokens = {name.partition(".")[2]: value for name, value in self.values.items()}
        return self._shell("\n".join([*whole["before_script"], *whole["script"]]), {**tokens, **whole["variables"]})

    def _evaluate(self, value: str) -> str:
        return _EXPRESSION.sub(lambda match: self.values[match[1]], value)

    def _shell(self, script: str, given: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        assert "${{" not in script, "an expression in a script is an injection"
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [*SHELL, "-c", script],
            cwd=self.directory,
            env={**self.variables, **given, "PATH": path, "CI": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=STEP_SECONDS,
            check=False,
        )
        for name, value in self.values.items():
            assert name.startswith("vars.") or value not in done.stdout + done.stderr, name
        return done
