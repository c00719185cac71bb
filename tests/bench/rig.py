"""What every row is measured on: a relay on workerd, a daemon process, a simulated phone with the whole protocol."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from loopsy_daemon import config, files
from loopsy_daemon.errors import RequestFailed
from loopsy_daemon.paths import Paths
from loopsy_daemon.relay.api import register_device
from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.wire import messages
from loopsy_deploy.local import LocalRelay, RateLimits
from tests.support.daemon import OWN_INTERPRETER, Daemon, running_daemon
from tests.support.machine import Machine
from tests.support.phone import Phone

REPOSITORY = Path(__file__).resolve().parents[2]
SESSION_LIMIT = 128
DEADLINE_SECONDS = 60.0


@dataclass(slots=True)
class Rig:
    """A relay, a daemon that is connected to it, and a phone that is paired."""

    relay: LocalRelay
    daemon: Daemon
    machine: Machine

    async def open(self, command: list[str]) -> str:
        """Open a session with this command, which finds this repository's modules; return its id."""
        async with await self.daemon.client() as client:
            opened = await client.request(
                messages.Open(
                    id=client.next_id(), agent="shell", cols=120, rows=40, command=command, cwd=str(REPOSITORY)
                )
            )
        assert isinstance(opened, messages.Opened)
        return opened.session.id

    async def end_sessions(self) -> None:
        """End every session, so that none of one row is left for the next."""
        async with await self.daemon.client() as client:
            for info in await self._sessions(client):
                if info.alive:
                    with suppress(RequestFailed):  # it has ended by itself meanwhile
                        await client.request(messages.Kill(id=client.next_id(), session=info.id))
            async with asyncio.timeout(DEADLINE_SECONDS):
                while any(info.alive for info in await self._sessions(client)):
                    await asyncio.sleep(0.02)
            for info in await self._sessions(client):
                await client.request(messages.Dismiss(id=client.next_id(), session=info.id))

    async def _sessions(self, client: DaemonClient) -> list[messages.SessionInfo]:
        listed = await client.request(messages.List(id=client.next_id()))
        assert isinstance(listed, messages.Sessions)
        return listed.sessions

    async def connect(self) -> Phone:
        """Return a new connection of the phone."""
        return await Phone.connect(self.machine)


@asynccontextmanager
async def rig_in(directory: Path) -> AsyncIterator[Rig]:
    """Give a rig whose files are in the directory."""
    limits = RateLimits(register=100_000, pair=100_000, link=100_000)
    async with (
        LocalRelay(directory / "relay", assets_directory=REPOSITORY / "webapp" / "dist", rate_limits=limits) as relay,
        rig_on(relay, directory / "home") as rig,
    ):
        yield rig


@asynccontextmanager
async def rig_on(relay: LocalRelay, home: Path) -> AsyncIterator[Rig]:
    """Give a rig with a daemon of its own on a relay that runs."""
    device = await register_device(relay.url, relay.registration_secret)
    files.private_directory(home)
    config.update(
        Paths.of(home).config,
        lambda former: msgspec.structs.replace(
            former, sessions=msgspec.structs.replace(former.sessions, limit=SESSION_LIMIT)
        ),
    )
    async with running_daemon(
        home, relay.url, device.device_id, device.device_secret, module=OWN_INTERPRETER
    ) as daemon:
        yield Rig(relay, daemon, await daemon.pair_phone())


def percentile(samples: list[float], percent: float) -> float:
    """Return the sample below which `percent` of them lie (nearest rank)."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, round(percent / 100 * (len(ordered) - 1)))]
