"""A command of a peer: runs in a process group of its own, its output streamed, ended as a group."""

import asyncio
import os
import shutil
import signal
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, Self, cast

from loopsy_daemon.lan.api import Alive, Ended, ExecutionEvent, Output
from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.sessions.environment import session_environment

MAX_QUEUED_BYTES: Final = 262_144
GRACE_SECONDS: Final = 5.0
ALIVE_SECONDS: Final = 10.0
# How long the output of a command that has ended may still come from what it left in the background.
LINGER_SECONDS: Final = 0.5
_STREAMS: Final[Mapping[int, Literal["stdout", "stderr"]]] = {1: "stdout", 2: "stderr"}
Emit = Callable[[ExecutionEvent], Awaitable[None]]
Reason = Literal["exited", "timeout", "cancelled"]


class Job(asyncio.SubprocessProtocol):
    """One running command; made by `start`."""

    def __init__(self, job_id: str, peer: str) -> None:
        self.id = job_id
        self.peer = peer
        self._transport: asyncio.SubprocessTransport | None = None
        self._output: deque[tuple[int, bytes]] = deque()
        self._queued_bytes = 0
        self._open_pipes = set(_STREAMS)
        self._exited = False
        self._reason: Reason = "exited"
        self._changed = asyncio.Event()
        self._kill: asyncio.TimerHandle | None = None

    @classmethod
    async def start(cls, job_id: str, peer: str, command: Sequence[str], cwd: str) -> Self:
        """Start the command. Raises PeerRefused if there is no such program or directory."""
        directory = Path.home() / cwd  # an absolute one stays as it is
        if not directory.is_dir():
            raise PeerRefused("not_found", f"There is no directory {cwd!r}.", "name another: loopsy exec --cwd")
        environment = session_environment(os.environ, "", str(directory))
        for name in ("LOOPSY_SESSION", "COLORTERM"):
            del environment[name]
        environment["TERM"] = "dumb"  # there is none
        job = cls(job_id, peer)
        program = _find(command[0], directory, environment.get("PATH"))
        try:
            await asyncio.get_running_loop().subprocess_exec(
                lambda: job,
                program,
                *command[1:],
                stdin=asyncio.subprocess.DEVNULL,
                cwd=str(directory),
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            raise PeerRefused("not_found", f"{command[0]!r} cannot be started: {error.strerror}.") from error
        return job

    async def run(self, emit: Emit, timeout_seconds: float) -> Ended:
        """Hand the output to `emit`, as fast as it takes it, and return how the command has ended.

        If this is cancelled, or `emit` fails, the whole group is killed.
        """
        deadline = asyncio.get_running_loop().call_later(timeout_seconds, self.end, "timeout")
        try:
            while await self._emit_one(emit):
                pass
        finally:
            deadline.cancel()
            if self._kill:
                self._kill.cancel()
            if not self._exited or self._reason != "exited":
                self._signal(signal.SIGKILL)
            if self._transport:
                self._transport.close()
        code = self._transport.get_returncode() if self._transport else None
        if code is not None and code < 0:
            return Ended(code=None, signal=signal.Signals(-code).name, reason=self._reason)
        return Ended(code=code, signal=None, reason=self._reason)

    def end(self, reason: Reason) -> None:
        """Ask the whole group to end, and kill it if it does not; the first reason holds."""
        if self._exited or self._reason != "exited":
            return
        self._reason = reason
        self._signal(signal.SIGTERM)
        self._kill = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._signal, signal.SIGKILL)

    async def _emit_one(self, emit: Emit) -> bool:
        """Emit what there is, or wait for it; return whether more may come."""
        self._changed.clear()
        if self._output:
            descriptor, data = self._take()
            self._read_on(self._queued_bytes < MAX_QUEUED_BYTES)
            await emit(Output(stream=_STREAMS[descriptor], data=data))
            return True
        if self._exited and not self._open_pipes:
            return False
        try:
            async with asyncio.timeout(LINGER_SECONDS if self._exited else ALIVE_SECONDS):
                await self._changed.wait()
        except TimeoutError:
            if self._exited:
                return False
            await emit(Alive())
        return True

    def _take(self) -> tuple[int, bytes]:
        """Return what comes next, with what was printed right behind it on the same stream."""
        descriptor = self._output[0][0]
        data = bytearray()
        while self._output and self._output[0][0] == descriptor:
            data += self._output.popleft()[1]
        self._queued_bytes -= len(data)
        return descriptor, bytes(data)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The process has started."""
        self._transport = cast("asyncio.SubprocessTransport", transport)  # uvloop's is no subclass of it

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """The command has printed something; one that prints faster than the peer reads has to wait."""
        self._output.append((fd, data))
        self._queued_bytes += len(data)
        self._read_on(self._queued_bytes < MAX_QUEUED_BYTES)
        self._changed.set()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """A stream has ended."""
        del exc
        self._open_pipes.discard(fd)
        self._changed.set()

    def process_exited(self) -> None:
        """The command has ended; what it leaves of its group lives on only if it ended by itself."""
        self._exited = True
        if self._reason != "exited":
            self._signal(signal.SIGKILL)
        self._changed.set()

    def _read_on(self, wanted: bool) -> None:
        if self._transport is None:
            return
        for descriptor in self._open_pipes:
            pipe = cast("asyncio.ReadTransport | None", self._transport.get_pipe_transport(descriptor))
            if pipe and not pipe.is_closing() and pipe.is_reading() != wanted:
                (pipe.resume_reading if wanted else pipe.pause_reading)()

    def _signal(self, number: signal.Signals) -> None:
        if self._transport:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._transport.get_pid(), number)


def _find(program: str, directory: Path, path: str | None) -> str:
    found = str(directory / program) if "/" in program else shutil.which(program, path=path)
    if found is None or not Path(found).exists():
        raise PeerRefused("not_found", f"There is no program {program!r} on that machine.", "name it by its whole path")
    return found
