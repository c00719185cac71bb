"""Our programs as processes forked from one that has imported them: the same, but for the imports' half second."""

import asyncio
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import reduction
from typing import Any, Final

_FORKSERVER: Final = multiprocessing.get_context("forkserver")
_FORKSERVER.set_forkserver_preload(
    [
        "loopsy_daemon.service.main",
        "loopsy_daemon.cli.main",
        # what commands import when they run
        "loopsy_daemon.cli.daemon",
        "loopsy_daemon.cli.render",
        "loopsy_daemon.service.machines",
        "loopsy_deploy.cli.main",
        "loopsy_deploy.cli.deploying",
        "loopsy_deploy.cli.operating",
        "loopsy_deploy.cli.running_local",
        "pydantic.json_schema",
        "typer._adapters",
        "tests.support.eager_daemon",
    ]
)
_MAX_DESCRIPTORS: Final = 4_096


class ForkedProcess:
    """A process with a session of its own in which `main` runs; asyncio's processes have the same methods."""

    def __init__(
        self,
        main: Callable[[], None],
        arguments: Sequence[str],
        environment: Mapping[str, str],
        streams: tuple[int, int, int],
    ) -> None:
        passed = [reduction.DupFd(descriptor) for descriptor in streams]
        self._process = _FORKSERVER.Process(
            target=_become, args=(main, ["-c", *arguments], dict(environment), passed), daemon=True
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> int | None:
        """Return the exit status, negative for a signal, or None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it runs."""
        if self.returncode is None:
            os.kill(self.pid, number)

    async def wait(self) -> int:
        """Wait for the end; return the exit status."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        return self.join(None)

    def join(self, timeout_seconds: float | None) -> int:
        """Wait for the end without asyncio; return the exit status. Raises TimeoutError, and ends it with KILL."""
        self._process.join(timeout_seconds)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
            raise TimeoutError(f"process {self.pid} did not end")
        return self._process.exitcode


def run_forked(
    main: Callable[[], None],
    arguments: Sequence[str],
    environment: Mapping[str, str],
    given: str,
    timeout_seconds: float,
) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end with pipes for its streams, as `subprocess.run` does."""
    (stdin, given_to), (stdout_from, stdout), (stderr_from, stderr) = os.pipe(), os.pipe(), os.pipe()
    process = ForkedProcess(main, arguments, environment, (stdin, stdout, stderr))
    for descriptor in (stdin, stdout, stderr):
        os.close(descriptor)
    with ThreadPoolExecutor(2) as readers, os.fdopen(stdout_from) as output, os.fdopen(stderr_from) as complaints:
        read_output, read_complaints = readers.submit(output.read), readers.submit(complaints.read)
        with suppress(BrokenPipeError), os.fdopen(given_to, "w") as typed:
            typed.write(given)
        status = process.join(timeout_seconds)
        return subprocess.CompletedProcess(list(arguments), status, read_output.result(), read_complaints.result())


def daemon_main() -> None:
    """Be `python -m loopsy_daemon.service.main`."""
    from loopsy_daemon.paths import Paths
    from loopsy_daemon.service.main import run

    sys.exit(run(Paths.from_environment().home))


def loopsy_main() -> None:
    """Be `loopsy`."""
    from loopsy_daemon.cli.main import main

    main()


def deploy_main() -> None:
    """Be `loopsy-deploy-relay`."""
    from loopsy_deploy.cli import main

    sys.exit(main())


def _become(main: Callable[[], None], arguments: list[str], environment: dict[str, str], streams: list[Any]) -> None:
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream.detach(), number)
    os.closerange(3, _MAX_DESCRIPTORS)  # as after an exec
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", errors="backslashreplace", buffering=1, closefd=False)
    sys.argv = arguments
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # the new environment may name another one
    main()
