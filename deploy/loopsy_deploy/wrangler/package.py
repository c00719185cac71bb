"""The pinned wrangler, and workerd with it: installed on first use into the user's cache, from our lock file."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from loopsy_daemon.files import locked, private_directory
from loopsy_deploy.errors import WranglerMissing
from loopsy_deploy.node import Node

MANIFESTS: Final = Path(__file__).resolve().parents[1] / "wrangler_package"
# What bin/wrangler.js starts: with that one in between, a signal would end it and leave this one running.
PROGRAM: Final = Path("node_modules", "wrangler", "wrangler-dist", "cli.js")
_FILES: Final = ("package.json", "package-lock.json", ".npmrc")
_INSTALL_DEADLINE_SECONDS: Final = 600.0
_LINES_SHOWN: Final = 5


def pinned_version() -> str:
    """Return the version of wrangler that the lock file names."""
    lock = json.loads((MANIFESTS / "package-lock.json").read_text(encoding="utf-8"))
    version = lock["packages"]["node_modules/wrangler"]["version"]
    assert isinstance(version, str)
    return version


def ensure_installed(node: Node, say: Callable[[str], None], environment: Mapping[str, str] | None = None) -> Path:
    """Return wrangler's program, installed if it is not there yet. Raises WranglerMissing."""
    directory = installation_directory(os.environ if environment is None else environment)
    program = directory / PROGRAM
    if program.is_file():
        return program
    private_directory(directory.parent)
    with locked(directory, timeout_seconds=_INSTALL_DEADLINE_SECONDS):
        if not program.is_file():  # another program may have installed it while we waited
            say(f"install wrangler {pinned_version()} into {directory} (once, about ten seconds)")
            _install(node, directory)
    return program


def installation_directory(environment: Mapping[str, str]) -> Path:
    """Return where wrangler is installed, or will be: another place for every other lock file."""
    cache = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256(b"".join((MANIFESTS / name).read_bytes() for name in _FILES)).hexdigest()[:12]
    return cache / "loopsy" / f"wrangler-{pinned_version()}-{digest}"


def _install(node: Node, directory: Path) -> None:
    from rich.console import Console  # not for every other run

    # Made beside its place and moved there whole: an interrupted installation is never taken for a complete one.
    made = Path(tempfile.mkdtemp(prefix=f"{directory.name}.", dir=directory.parent))
    try:
        for name in _FILES:
            shutil.copyfile(MANIFESTS / name, made / name)
        with Console(stderr=True).status("downloading and unpacking"):  # nothing where there is no terminal
            done = node.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], made)
        if done.returncode != 0 or not (made / PROGRAM).is_file():
            reason = "\n".join(done.stdout.strip().splitlines()[:_LINES_SHOWN])
            raise WranglerMissing(
                f"wrangler {pinned_version()} cannot be installed: {reason or 'npm said nothing'}",
                "check the connection to the npm registry, then try again",
            )
        shutil.rmtree(directory, ignore_errors=True)
        made.rename(directory)
    finally:
        shutil.rmtree(made, ignore_errors=True)
