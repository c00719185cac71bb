"""The workerd program: where it is, how it is started, how it is ended."""

import asyncio
import json
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from loopsy_deploy.errors import RelayCrashed, WorkerdMissing
from loopsy_deploy.workerd_install import ensure_workerd, workerd_of_packages

WORKERD_VARIABLE: Final = "LOOPSY_WORKERD"
START_DEADLINE_SECONDS: Final = 20.0
TERMINATE_DEADLINE_SECONDS: Final = 1.0
INTERRUPT_DEADLINE_SECONDS: Final = 2.0


def find_workerd(relay_directory: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the workerd that `LOOPSY_WORKERD` names, or the one among the relay's Node packages in a checkout.

    Without either it is the one in the user's cache, which is installed if need be. Raises LoopsyError.
    """
    named = environment.get(WORKERD_VARIABLE)
    if named:
        if not os.access(named, os.X_OK):
            raise WorkerdMissing(
                f"{WORKERD_VARIABLE} names {named}, which is not a program.", f"unset {WORKERD_VARIABLE}"
            )
        return Path(named)
    in_checkout = workerd_of_packages(relay_directory)
    return in_checkout if in_checkout.is_file() else ensure_workerd(environment)


class Workerd:
    """A running workerd that serves one socket named `http`."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.port = port

    @classmethod
    async def start(
        cls,
        binary: Path,
        configuration: Path,
        *,
        address: str,
        directories: Mapping[str, Path],
        environment: Mapping[str, str],
        log: Path,
        import_path: Path | None = None,
    ) -> Self:
        """Start workerd on `address` (host:port; port 0 takes a free one) and wait until it listens.

        `import_path` has the files that the configuration names with a slash before them. Its environment is
        `environment` and nothing else. Raises RelayCrashed.
        """
        read_end, write_end = os.pipe()
        arguments = ["serve", str(configuration), f"--socket-addr=http={address}", f"--control-fd={write_end}"]
        arguments += [f"--directory-path={name}={path}" for name, path in directories.items()]
        if import_path is not None:
            arguments.append(f"--import-path={import_path}")
        try:
            process = await _spawn(binary, arguments, environment=environment, log=log, pass_fds=(write_end,))
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        try:
            async with asyncio.timeout(START_DEADLINE_SECONDS):
                port = await _reported_port(read_end)
        except TimeoutError:
            port = None
        except BaseException:
            await end(process)
            raise
        if port is None:
            await end(process)
            raise RelayCrashed("The relay did not start.", f"see what workerd said: tail {log}")
        return cls(process, port)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.returncode is None

    async def wait(self) -> int:
        """Wait until the process ends and return its exit status (negative: the signal that ended it)."""
        return await self._process.wait()

    async def stop(self) -> None:
        """End the process; it is gone when this returns."""
        await end(self._process)


async def end(process: asyncio.subprocess.Process) -> None:
    """End workerd: ask, insist, force. Asked alone it waits for every open WebSocket to close."""
    for number, deadline_seconds in (
        (signal.SIGTERM, TERMINATE_DEADLINE_SECONDS),
        (signal.SIGINT, INTERRUPT_DEADLINE_SECONDS),
        (signal.SIGKILL, None),
    ):
        if process.returncode is not None:
            return
        process.send_signal(number)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), deadline_seconds)


async def _spawn(
    binary: Path, arguments: Sequence[str], *, environment: Mapping[str, str], log: Path, pass_fds: Sequence[int]
) -> asyncio.subprocess.Process:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        return await asyncio.create_subprocess_exec(
            binary,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=dict(environment),
            pass_fds=pass_fds,
            start_new_session=True,  # a Ctrl-C in the terminal is for us, who end it in order
        )
    except OSError as error:
        raise WorkerdMissing(f"{binary} cannot be started: {error.strerror}.", "make build") from None
    finally:
        os.close(descriptor)


async def _reported_port(read_end: int) -> int | None:
    """Return the port that workerd reports on its control pipe, or None if it ends before."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", buffering=0)
    )
    try:
        while line := await reader.readline():
            event = json.loads(line)
            if event.get("event") == "listen" and event.get("socket") == "http":
                return int(event["port"])
        return None
    finally:
        transport.close()
