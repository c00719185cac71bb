"""The workerd that comes with the pinned wrangler, installed into the user's cache once it is needed."""

import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from loopsy_deploy.errors import WorkerdMissing
from loopsy_deploy.node import find_node
from loopsy_deploy.wrangler.package import ensure_installed, installation_directory

_PACKAGES: Final = {
    ("Darwin", "arm64"): "workerd-darwin-arm64",
    ("Darwin", "x86_64"): "workerd-darwin-64",
    ("Linux", "aarch64"): "workerd-linux-arm64",
    ("Linux", "x86_64"): "workerd-linux-64",
}


def workerd_of_packages(directory: Path) -> Path:
    """Return where a directory's Node packages have workerd for this machine, installed or not. Raises WorkerdMissing.

    The program needs no Node.js: npm is only how it comes here.
    """
    machine = (platform.system(), platform.machine())
    package = _PACKAGES.get(machine)
    if package is None:
        raise WorkerdMissing(
            f"There is no workerd for {machine[0]} on {machine[1]}.",
            "deploy the relay to Cloudflare: loopsy-deploy-relay",
        )
    return directory / "node_modules" / "@cloudflare" / package / "bin" / "workerd"


def ensure_workerd(environment: Mapping[str, str]) -> Path:
    """Return the workerd in the user's cache; if it is not there, ask a person who is there, then install it.

    Raises WorkerdMissing, WranglerMissing or NodeError.
    """
    directory = installation_directory(environment)
    binary = workerd_of_packages(directory)
    if not binary.is_file():
        _ask(directory)
        ensure_installed(find_node(environment), _say, environment)
    return binary


def _ask(directory: Path) -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    from loopsy_deploy.cli.confirm import confirm

    if not confirm(f"The relay needs workerd, which comes with wrangler (210 MB in {directory}). Go on?", default=True):
        raise WorkerdMissing("workerd is not installed.", "name one that you have: LOOPSY_WORKERD=/path/to/workerd")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
