"""The relay of this machine in the background: started until it is healthy, found again, ended."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from loopsy_daemon import files
from loopsy_daemon.relay.api import RelayHealth
from loopsy_deploy.errors import LocalRelayError
from loopsy_deploy.local import RELAY_DIRECTORY
from loopsy_deploy.local_health import ask_health
from loopsy_deploy.local_state import LocalState, Run
from loopsy_deploy.workerd import find_workerd

START_DEADLINE_SECONDS: Final = 40.0
STOP_DEADLINE_SECONDS: Final = 10.0
KILL_DEADLINE_SECONDS: Final = 5.0
HEALTH_DEADLINE_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.02


def command(state_directory: Path) -> list[str]:
    """Return the program that runs the relay in the foreground, as it is set."""
    return [sys.executable, "-m", "loopsy_deploy.cli", "local", "run", "--state", str(state_directory)]


def start_in_background(state_directory: Path) -> bool:
    """Start the relay and wait until it answers; return false if it runs already. Raises LocalRelayError."""
    state = LocalState(state_directory)
    if _settled(state, None):
        return False
    find_workerd(RELAY_DIRECTORY)  # here, where somebody may be asked whether to install it
    files.private_directory(state_directory)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(state.log, flags, files.PRIVATE_FILE_MODE), "ab") as log:
        begin = log.seek(0, os.SEEK_END)
        process = subprocess.Popen(
            command(state_directory),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",  # a service keeps no directory busy
            start_new_session=True,
        )
    if not _settled(state, process):
        with suppress(ProcessLookupError):
            process.terminate()
        if process.returncode is None:
            raise LocalRelayError(
                f"The relay did not answer within {START_DEADLINE_SECONDS:.0f} s.", f"tail {state.log}"
            )
        raise LocalRelayError(*_reason(state.log, begin, process.returncode))
    return True


def stop(state_directory: Path) -> bool:
    """End the relay: ask it, then force it; return false if none runs. Raises LocalRelayError."""
    state = LocalState(state_directory)
    if not state.is_in_use:
        return False
    for number, deadline_seconds in (
        (signal.SIGTERM, STOP_DEADLINE_SECONDS),
        (signal.SIGKILL, KILL_DEADLINE_SECONDS),
    ):
        _signal_owner(state, number)
        if _wait(lambda: not state.is_in_use, deadline_seconds):
            if number == signal.SIGKILL:
                state.lock()
                state.end_orphan()  # its workerd outlives it
                state.unlock()
            return True
    raise LocalRelayError("The relay cannot be ended.", f"find who holds it: fuser {state_directory / 'lock'}")


def health(run: Run) -> RelayHealth | None:
    """Return what the relay says of itself, or None if it does not answer."""
    assert run.url is not None, "it serves"
    certificate = Path(run.certificate, "certificate.pem") if run.certificate else None
    return asyncio.run(ask_health(run.url, certificate, deadline_seconds=HEALTH_DEADLINE_SECONDS))


def _settled(state: LocalState, process: "subprocess.Popen[bytes] | None") -> bool:
    """Wait until a relay serves; give up once there is nothing to wait for."""

    def is_over() -> bool:
        # Ours may end because another start was faster; then that one's relay holds the lock and will answer.
        has_ended = process is None or process.poll() is not None
        return state.serving() is not None or (has_ended and not state.is_in_use)

    _wait(is_over, START_DEADLINE_SECONDS)
    return state.serving() is not None


def _signal_owner(state: LocalState, number: signal.Signals) -> None:
    owner = state.last_run().owner
    # The lock is held, so the owner that was noted under it is that process and not a later one of the same number.
    if owner is not None and owner > 1 and state.is_in_use:
        with suppress(ProcessLookupError):
            os.kill(owner, number)


def _wait(condition: Callable[[], bool], deadline_seconds: float) -> bool:
    deadline = time.monotonic() + deadline_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _reason(log: Path, begin: int, status: int) -> tuple[str, str]:
    """Return the sentence and the hint that it ended with."""
    with log.open("rb") as file:
        file.seek(begin)
        lines = [line for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    hint = lines.pop().removeprefix("hint: ") if lines and lines[-1].startswith("hint: ") else f"tail {log}"
    return (lines[-1] if lines else f"The relay ended at once (status {status})."), hint
