"""What every row is measured on: a relay on workerd, a daemon process, a simulated phone with the whole protocol."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from loopsy_daemon.relay.api import register_device
from loopsy_daemon.wire import messages
from loopsy_deploy.local import LocalRelay, RateLimits
from tests.support.daemon import Daemon, running_daemon
from tests.support.machine import Machine
from tests.support.phone import Phone

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Rig:
    """A relay, a daemon that is connected to it, and a phone that is paired."""

    relay: LocalRelay
    daemon: Daemon
    machine: Machine

    async def open(self, command: list[str]) -> str:
        """Open a session with this command; return its id."""
        async with await self.daemon.client() as client:
            opened = await client.request(
                messages.Open(id=client.next_id(), agent="shell", cols=120, rows=40, command=command)
            )
        assert isinstance(opened, messages.Opened)
        return opened.session.id

    async def connect(self) -> Phone:
        """Return a new connection of the phone."""
        return await Phone.connect(self.machine)


@asynccontextmanager
async def rig_in(directory: Path) -> AsyncIterator[Rig]:
    """Give a rig whose files are in the directory."""
    limits = RateLimits(register=1_000, pair=1_000, link=100_000)
    async with LocalRelay(
        directory / "relay", assets_directory=REPOSITORY / "webapp" / "dist", rate_limits=limits
    ) as relay:
        device = await register_device(relay.url, relay.registration_secret)
        async with running_daemon(directory / "home", relay.url, device.device_id, device.device_secret) as daemon:
            yield Rig(relay, daemon, await daemon.pair_phone())


def percentile(samples: list[float], percent: float) -> float:
    """Return the sample below which `percent` of them lie (nearest rank)."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, round(percent / 100 * (len(ordered) - 1)))]
