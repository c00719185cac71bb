"""A real daemon process with a home of its own, for tests that look at it from outside."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from loopsy_daemon import config, files, keys
from loopsy_daemon.errors import DaemonNotRunning
from loopsy_daemon.keeper.client import end_programs
from loopsy_daemon.paths import Paths
from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.wire import messages
from tests.support.forked import ForkedProcess, daemon_main
from tests.support.machine import Machine
from tests.support.phone import pair

START_SECONDS = 30.0
OWN_INTERPRETER = "loopsy_daemon.service.main"
"""What to run the daemon as where its memory or the time that it takes to start count."""


class Daemon:
    """The daemon of one home; `start`, `stop`, `kill` and again.

    `main` runs in a process forked from one that has imported it, or an interpreter of its own runs `module`.
    """

    def __init__(
        self,
        home: Path,
        environment: Mapping[str, str] | None = None,
        module: str | None = None,
        main: Callable[[], None] = daemon_main,
    ) -> None:
        self.paths = Paths.of(home)
        self.environment = dict(environment or {})
        self.module = module
        self.main = main
        self.user_home = self.paths.home / "user"  # a plain account's: no start-up files of whoever runs the tests
        self.process: asyncio.subprocess.Process | ForkedProcess | None = None

    def configure(self, relay_url: str, device_id: str, device_secret: str) -> None:
        """Point the home at a relay, with secrets in a file."""
        files.private_directory(self.paths.home)
        relay = config.RelayConfig(url=relay_url, device_id=device_id)
        config.update(
            self.paths.config,
            lambda former: msgspec.structs.replace(former, name="studio", relay=relay, secrets="file"),
        )
        keys.FileStore(self.paths.secrets).put(keys.DEVICE_SECRET, device_secret)

    async def start(self) -> None:
        """Start the process and wait until it answers on its socket."""
        files.private_directory(self.paths.home)
        self.user_home.mkdir(exist_ok=True)
        environment = {
            **os.environ,
            "HOME": str(self.user_home),
            "SHELL": "/bin/bash",
            "LOOPSY_SECRETS": "file",
            **self.environment,
            "LOOPSY_HOME": str(self.paths.home),
        }
        with (self.paths.home / "test.log").open("ab") as log, Path(os.devnull).open("rb") as nothing:
            if self.module is None:
                streams = (nothing.fileno(), log.fileno(), log.fileno())
                self.process = ForkedProcess(self.main, [], environment, streams)
            else:
                self.process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    self.module,
                    env=environment,
                    stdin=nothing,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        async with asyncio.timeout(START_SECONDS):
            while True:
                try:
                    client = await DaemonClient.connect(self.paths.socket)
                except DaemonNotRunning:
                    assert self.process.returncode is None, self.log()
                    await asyncio.sleep(0.02)
                else:
                    await client.close()
                    return

    async def stop(self) -> int:
        """End the process with SIGTERM; return its exit code. Its programs go on."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End the process with SIGKILL."""
        await self._end(signal.SIGKILL)

    async def end(self) -> int | None:
        """End the process if it runs, and then all programs; return the process' exit code."""
        try:
            return await self.stop() if self.process else None
        finally:
            await asyncio.to_thread(end_programs, self.paths.keeper_socket)

    async def _end(self, number: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(START_SECONDS):
            return await self.process.wait()

    def log(self) -> str:
        """Return what the process has written."""
        return (self.paths.home / "test.log").read_text(errors="replace")

    async def client(self) -> DaemonClient:
        """Return a new local client."""
        return await DaemonClient.connect(self.paths.socket)

    async def status(self) -> messages.StatusReport:
        """Return how the daemon is."""
        async with await self.client() as client:
            report = await client.request(messages.Status(id=client.next_id()))
        assert isinstance(report, messages.StatusReport)
        return report

    async def wait_relay(self, state: str = "connected") -> messages.StatusReport:
        """Wait until the link has this state."""
        async with asyncio.timeout(START_SECONDS):
            while True:
                report = await self.status()
                if report.relay and report.relay.state == state:
                    return report
                await asyncio.sleep(0.05)

    async def pair_phone(self, label: str = "Simulated phone") -> Machine:
        """Pair a simulated phone."""
        async with await self.client() as client:
            started = await client.request(messages.PairStart(id=client.next_id()))
            assert isinstance(started, messages.PairStarted)
            return await pair(started.url, started.code, label)


@asynccontextmanager
async def running_daemon(
    home: Path,
    relay_url: str,
    device_id: str,
    device_secret: str,
    environment: Mapping[str, str] | None = None,
    module: str | None = None,
) -> AsyncIterator[Daemon]:
    """Give a daemon that is connected to the relay; it ends at the end, and its programs with it."""
    daemon = Daemon(home, environment, module)
    daemon.configure(relay_url, device_id, device_secret)
    await daemon.start()
    try:
        await daemon.wait_relay()
        yield daemon
    finally:
        await daemon.end()
