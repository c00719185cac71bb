"""Build the relay and the web app of a source checkout: install their packages and bundle them, where needed.

`python -m loopsy_deploy.build [DIRECTORY…]` prints one line per step; each further directory is an npm package that is
installed (and built, if it has a `build` script) as well.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.files import locked, write_atomically
from loopsy_deploy.node import Node, find_node

ROOT: Final = Path(__file__).resolve().parents[2]
MANIFESTS: Final = ("package.json", "package-lock.json", ".npmrc")
NOT_INPUTS: Final = frozenset({"node_modules", "dist", "test", "test-output"})
_LOCK_TIMEOUT_SECONDS: Final = 600.0
_OUTPUT_LINES_SHOWN: Final = 30


class BuildError(LoopsyError):
    """A step of the build failed."""


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package of the checkout, and what its bundle is made of outside it: directories and files."""

    directory: Path
    further_inputs: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """The directory's name, as the steps show it."""
        return self.directory.name

    @property
    def has_build(self) -> bool:
        """Whether the package makes something in `dist`."""
        manifest = json.loads((self.directory / "package.json").read_text(encoding="utf-8"))
        return "build" in manifest.get("scripts", {})

    def manifest_digest(self) -> str:
        """Return a digest of what decides the installed packages."""
        return _digest(self.directory / name for name in MANIFESTS)

    def input_digest(self) -> str:
        """Return a digest of every file that the bundle is made of."""
        roots = (self.directory, *self.further_inputs)
        paths = [path for root in roots for path in (_files(root) if root.is_dir() else [root])]
        return _digest(paths)


RELAY: Final = Package(ROOT / "relay", (ROOT / "daemon" / "loopsy_daemon" / "__init__.py",))  # it has the version
WEBAPP: Final = Package(ROOT / "webapp", (ROOT / "relay" / "src" / "wire",))


def build(packages: Sequence[Package] = (RELAY, WEBAPP), say: Callable[[str], None] = print) -> None:
    """Install and bundle the packages whose inputs changed; Node.js is looked for only then. Raises LoopsyError."""
    stamps = ROOT / "build" / "stamps"
    stamps.mkdir(parents=True, exist_ok=True)
    with locked(stamps / "build", timeout_seconds=_LOCK_TIMEOUT_SECONDS):
        steps = _Steps(stamps, say)
        for package in packages:
            if not (package.directory / "package-lock.json").is_file():
                raise BuildError(f"{package.directory} has no package-lock.json.", "use a complete checkout")
            steps.install(package)
            if package.has_build:
                steps.bundle(package)


class _Steps:
    """The two steps, and the stamps that tell which of them is needed."""

    def __init__(self, stamps: Path, say: Callable[[str], None]) -> None:
        self._stamps = stamps
        self._say = say
        self._node: Node | None = None

    def install(self, package: Package) -> None:
        stamp = self._stamp(package, "install")
        digest = package.manifest_digest()
        if (package.directory / "node_modules").is_dir() and _reads(stamp, digest):
            return
        # The platform's binaries come as packages of their own: no install script has to run.
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        self._run(f"install the packages of {package.name}", command, package.directory)
        (package.directory / "node_modules").mkdir(exist_ok=True)  # npm makes none for a package without dependencies
        write_atomically(stamp, digest.encode())

    def bundle(self, package: Package) -> None:
        stamp = self._stamp(package, "bundle")
        digest = package.input_digest()
        if (package.directory / "dist").is_dir() and _reads(stamp, digest):
            return
        self._run(f"build {package.name}", ["npm", "run", "build"], package.directory)
        write_atomically(stamp, digest.encode())

    def _stamp(self, package: Package, step: str) -> Path:
        place = hashlib.sha256(str(package.directory).encode()).hexdigest()[:8]
        return self._stamps / f"{package.name}-{place}.{step}"

    def _run(self, title: str, command: Sequence[str], directory: Path) -> None:
        if self._node is None:
            self._node = find_node()
        started = time.monotonic()
        done = self._node.run(command, directory)
        if done.returncode != 0:
            raise BuildError(f"Could not {title}:\n{_both_ends(done.stdout)}", f"cd {directory} && {' '.join(command)}")
        self._say(f"{title} ({time.monotonic() - started:.1f} s)")


def _both_ends(output: str) -> str:
    # npm tells the reason first and explains itself at length; compilers tell it last
    lines = output.rstrip().splitlines()
    if len(lines) > 2 * _OUTPUT_LINES_SHOWN:
        lines = [*lines[:_OUTPUT_LINES_SHOWN], "…", *lines[-_OUTPUT_LINES_SHOWN:]]
    return "\n".join(lines)


def _reads(stamp: Path, digest: str) -> bool:
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == digest


def _files(root: Path) -> list[Path]:
    found: list[Path] = []
    for entry in sorted(root.iterdir()):
        if entry.name in NOT_INPUTS:
            continue
        if entry.is_dir():
            found += _files(entry)
        elif entry.is_file():
            found.append(entry)
    return found


def _digest(paths: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        if not path.is_file():
            continue
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path}\0{content}\n".encode())
    return whole.hexdigest()


def main() -> int:
    """Build the relay, the web app and the packages given as arguments."""
    further = [Package(Path(argument).resolve()) for argument in sys.argv[1:]]
    try:
        build((RELAY, WEBAPP, *further), say=lambda line: print(line, flush=True))
    except LoopsyError as error:
        print(f"{error.message}\nhint: {error.hint}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
