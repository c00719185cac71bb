"""The daemon as a child process of `make up`."""

import asyncio
import os
import shlex
import sys
from types import TracebackType
from typing import Final, Self

from loopsy_daemon import files
from loopsy_daemon.cli.background import is_locked
from loopsy_daemon.errors import DaemonNotRunning, LoopsyError
from loopsy_daemon.paths import Paths
from loopsy_daemon.service.arguments import END_WITH_STDIN
from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.wire.messages import Status, StatusReport

START_DEADLINE_SECONDS: Final = 15.0
STOP_DEADLINE_SECONDS: Final = 10.0
ENDING_DEADLINE_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.01


class UpDaemon:
    """Runs the daemon of a home; use it as `async with`. `client` is connected to it."""

    client: DaemonClient

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._log_start = 0

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopping = True
        if hasattr(self, "client"):
            await self.client.close()
        await self._stop()

    async def watch(self) -> None:
        """Wait until the daemon ends; raises LoopsyError if nobody asked for it."""
        assert self._process is not None
        status = await self._process.wait()
        if not self._stopping:
            how = f"signal {-status}" if status < 0 else f"status {status}"
            raise LoopsyError(f"The daemon ended by itself ({how}).", f"see why: tail {self._paths.daemon_log}")

    async def wait_connected(self) -> StatusReport:
        """Wait until the daemon is connected to the relay and return its status. Raises LoopsyError."""
        deadline = asyncio.get_running_loop().time() + START_DEADLINE_SECONDS
        while True:
            report = await self.client.request(Status(id=self.client.next_id()))
            assert isinstance(report, StatusReport)
            if report.relay and report.relay.state == "connected":
                return report
            if asyncio.get_running_loop().time() > deadline:
                reason = report.relay.last_error if report.relay else "it has no relay"
                raise LoopsyError(
                    f"The daemon does not connect to the relay: {reason or 'no answer'}.",
                    f"tail {self._paths.daemon_log}",
                )
            await asyncio.sleep(_POLL_SECONDS)

    async def require_none(self) -> None:
        """Raise LoopsyError if a daemon of this home runs; one whose `make up` was killed is just ending."""
        deadline = asyncio.get_running_loop().time() + ENDING_DEADLINE_SECONDS
        while is_locked(self._paths):
            if asyncio.get_running_loop().time() > deadline:
                raise LoopsyError(
                    f"A daemon of {self._paths.home} runs already.",
                    f"LOOPSY_HOME={shlex.quote(str(self._paths.home))} loopsy stop",
                )
            await asyncio.sleep(_POLL_SECONDS)

    async def _start(self) -> None:
        files.private_directory(self._paths.logs)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        log = os.open(self._paths.daemon_log, flags, files.PRIVATE_FILE_MODE)
        self._log_start = os.lseek(log, 0, os.SEEK_END)
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "loopsy_daemon.service.main",
                END_WITH_STDIN,
                stdin=asyncio.subprocess.PIPE,  # it ends when we do, even if we are killed
                stdout=log,
                stderr=log,
                env={**os.environ, "LOOPSY_HOME": str(self._paths.home)},
                start_new_session=True,  # a Ctrl-C in the terminal is for us, who end it in order
            )
        finally:
            os.close(log)
        try:
            async with asyncio.timeout(START_DEADLINE_SECONDS):
                self.client = await self._connect()
        except TimeoutError:
            await self._stop()
            raise LoopsyError(
                f"The daemon did not answer within {START_DEADLINE_SECONDS:.0f} s.", f"tail {self._paths.daemon_log}"
            ) from None
        except BaseException:
            await self._stop()
            raise

    async def _connect(self) -> DaemonClient:
        assert self._process is not None
        while self._process.returncode is None:
            try:
                client = await DaemonClient.connect(self._paths.socket)
            except DaemonNotRunning:
                await asyncio.sleep(_POLL_SECONDS)
                continue
            report = await client.request(Status(id=client.next_id()))
            if isinstance(report, StatusReport) and report.pid == self._process.pid:
                return client
            await client.close()  # the daemon that ran before; ours has seen the lock and ends
            await asyncio.sleep(_POLL_SECONDS)
        raise LoopsyError(f"The daemon did not start: {self._last_line()}", f"tail {self._paths.daemon_log}")

    def _last_line(self) -> str:
        with self._paths.daemon_log.open("rb") as file:
            file.seek(self._log_start)
            lines = file.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")

    async def _stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_DEADLINE_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
