"""What brings a relay about: wrangler alone, or Pulumi, which owns what surrounds the relay too."""

import importlib.util
import shutil
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Protocol

from loopsy_deploy.engine_choice import PULUMI, WRANGLER, EngineChoice
from loopsy_deploy.known_relays import KnownRelay
from loopsy_deploy.plan import Plan
from loopsy_deploy.wanted import Wanted


class Engine(Protocol):
    """Brings relays about in place of wrangler alone. Every call raises LoopsyError."""

    @property
    def name(self) -> str:
        """What `relay.json` remembers of it."""

    @property
    def state_url(self) -> str | None:
        """Where it keeps its state, if not in this home."""

    def plan(self, wanted: Wanted, steps: Plan) -> Plan:
        """Return the steps with which it does what these steps do, and what else it sees to do; changes nothing."""

    def apply(self, wanted: Wanted, secrets: Mapping[str, str]) -> None:
        """Bring the relay about; the secrets are those that this upload must carry."""


def choose_engine(choice: EngineChoice, known: KnownRelay | None, environment: Mapping[str, str]) -> str:
    """Return the engine: the chosen one, else that of the known relay, else Pulumi where it is installed."""
    if choice != "auto":
        return choice
    if known is not None:
        return known.engine
    return PULUMI if has_packages() and find_pulumi(environment) is not None else WRANGLER


def has_packages() -> bool:
    """Say whether Pulumi's Python packages are installed, without importing them: that takes seconds."""
    return all(importlib.util.find_spec(name) is not None for name in ("pulumi", "pulumi_cloudflare"))


def find_pulumi(environment: Mapping[str, str]) -> Path | None:
    """Return Pulumi's command line program: on PATH, or where its installers put it."""
    on_path = shutil.which("pulumi", path=environment.get("PATH") or "")
    if on_path is not None:
        return Path(on_path).absolute()
    home = Path(environment.get("HOME") or Path.home()) / ".pulumi"
    programs = (root / "bin" / "pulumi" for root in (home, home / "versions" / pulumi_version()))
    return next((program for program in programs if program.is_file()), None)


def pulumi_version() -> str:
    """Return the version of the command line program that goes with the Python packages, or "" without them."""
    try:
        return version("pulumi")
    except PackageNotFoundError:
        return ""
