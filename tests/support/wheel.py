"""A wheel of this checkout, and the environment that it is installed in, away from the checkout."""

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

from loopsy_deploy.node import find_node
from loopsy_deploy.wrangler.package import ensure_installed

ROOT = Path(__file__).resolve().parents[2]
ALONE = ("--no-deps", "--no-index", "--ignore-installed")
"""How pip installs a wheel alone, whatever this environment has of it."""
BUILD_SECONDS = 300.0
PROGRAM_SECONDS = 90.0


def build_wheel(source: Path, directory: Path) -> Path:
    """Build the wheel of a checkout, with the build tools of this environment. Raises CalledProcessError."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(directory), str(source)]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=BUILD_SECONDS)
    (wheel,) = directory.glob("loopsy-*.whl")
    return wheel


def environment_beside_ours(directory: Path) -> Path:
    """Make an environment that finds the packages of this one after its own, but nothing that is editable here."""
    venv.create(directory, symlinks=True)
    (packages,) = directory.glob("lib/python*/site-packages")
    # Such a file adds a path to be searched last; files of its kind that are there, as editable ones, are not read.
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return directory


@dataclass(frozen=True, slots=True)
class InstalledWheel:
    """An environment with the wheel; its programs run in `directory`, which is also their home."""

    environment: Path
    directory: Path

    @classmethod
    def install(cls, wheel: Path, directory: Path, *, with_dependencies: bool) -> "InstalledWheel":
        """Install the wheel as a user does, or alone beside the dependencies that this environment has."""
        home = directory / "home"
        home.mkdir(parents=True)
        if with_dependencies:
            environment = directory / "environment"
            venv.create(environment, with_pip=True, symlinks=True)
            arguments = [f"{wheel}[deploy]"]
        else:
            environment = environment_beside_ours(directory / "environment")
            arguments = [*ALONE, str(wheel)]
        command = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", *arguments]
        subprocess.run(command, check=True, cwd=home, timeout=BUILD_SECONDS)
        ensure_installed(find_node(), print)  # with our settings of the network, into the cache that its programs share
        return cls(environment, home)

    def command(self, program: str, *arguments: str) -> list[str]:
        """Return a program of the environment with its arguments."""
        return [str(self.environment / "bin" / program), *arguments]

    def variables(self) -> dict[str, str]:
        """Return the environment of its programs: nothing of who runs us, but the cache of downloads."""
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.directory),
            "LOOPSY_HOME": str(self.directory / "loopsy"),
            "SHELL": "/bin/bash",
            "XDG_CACHE_HOME": cache,
        }

    def run(self, program: str, *arguments: str, standard_input: str = "") -> str:
        """Run a program of the environment to its end, which must be a good one; return its output."""
        done = subprocess.run(
            self.command(program, *arguments),
            cwd=self.directory,
            env=self.variables(),
            input=standard_input,
            capture_output=True,
            text=True,
            check=False,
            timeout=PROGRAM_SECONDS,
        )
        assert done.returncode == 0, f"{program} {arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout
