"""The daemon as a process in the background: start it, wait until it answers, end it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from loopsy_daemon import files
from loopsy_daemon.cli.daemon import ask, read_status, with_daemon
from loopsy_daemon.cli.results import Stopped
from loopsy_daemon.errors import ConnectionLost, DaemonNotRunning, LoopsyError, RequestFailed
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.service.client import DaemonClient

# For a machine that is busy: one that ends instead of starting is told at once.
START_DEADLINE_SECONDS: Final = 30.0
ANSWER_DEADLINE_SECONDS: Final = 5.0
SHUTDOWN_DEADLINE_SECONDS: Final = 10.0
TERMINATE_DEADLINE_SECONDS: Final = 5.0
KILL_DEADLINE_SECONDS: Final = 2.0
_POLL_SECONDS: Final = 0.02


def start_in_background(paths: Paths) -> int:
    """Start the daemon, which must not run, and return its pid once it answers. Raises LoopsyError with its reason."""
    for directory in (paths.home, paths.logs):
        files.private_directory(directory)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(paths.daemon_log, flags, files.PRIVATE_FILE_MODE), "ab") as log:
        log_start = log.seek(0, os.SEEK_END)
        process = subprocess.Popen(
            [sys.executable, "-m", "loopsy_daemon.service.main"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",  # a daemon keeps no directory busy
            env={**os.environ, "LOOPSY_HOME": str(paths.home)},
            start_new_session=True,
        )

    def settled() -> bool:
        # Ours may end because another start was faster; then that one's daemon holds the lock and will answer.
        return _pid(paths) is not None or (process.poll() is not None and not is_locked(paths))

    in_time = _wait(settled, START_DEADLINE_SECONDS)
    pid = _pid(paths)
    if pid is not None:
        return pid
    if not in_time:
        process.terminate()
        raise LoopsyError(
            f"The daemon did not answer within {START_DEADLINE_SECONDS:.0f} s.", f"tail {paths.daemon_log}"
        )
    reason = _last_line(paths.daemon_log, log_start) or f"exit status {process.returncode}"
    raise LoopsyError(f"The daemon ended at once: {reason}", f"tail {paths.daemon_log}")


def running_pid(paths: Paths) -> int | None:
    """Return the pid of the daemon, or None if none runs. One that is just starting is waited for.

    Raises LoopsyError if one holds the lock and does not answer.
    """
    _wait(lambda: _pid(paths) is not None or not is_locked(paths), ANSWER_DEADLINE_SECONDS)
    pid = _pid(paths)
    if pid is None and is_locked(paths):
        raise LoopsyError("A daemon of this home runs, but does not answer.", "loopsy restart")
    return pid


def running_programs(paths: Paths) -> int:
    """Return how many programs the daemon runs; 0 if it does not answer."""
    try:
        return with_daemon(_count_programs, paths)
    except (DaemonNotRunning, ConnectionLost, RequestFailed):
        return 0


def stop(paths: Paths) -> Stopped:
    """End the daemon and all programs: ask it; if it does not answer, end it, and then them."""
    try:
        programs = with_daemon(_shut_down, paths)
    except (DaemonNotRunning, ConnectionLost, RequestFailed):
        was_running = end_daemon(paths)
        return Stopped(was_running=was_running, forced=was_running, programs=_end_kept_programs(paths))
    forced = not _wait_for_end(paths, SHUTDOWN_DEADLINE_SECONDS) and end_daemon(paths)
    _end_kept_programs(paths)
    return Stopped(was_running=True, forced=forced, programs=programs)


def end_daemon(paths: Paths) -> bool:
    """End the daemon with TERM, or else KILL, and return whether it ran; its programs go on. Raises LoopsyError."""
    if not is_locked(paths):
        return False
    for number, deadline_seconds in (
        (signal.SIGTERM, TERMINATE_DEADLINE_SECONDS),
        (signal.SIGKILL, KILL_DEADLINE_SECONDS),
    ):
        _signal_holder(paths, number)
        if _wait_for_end(paths, deadline_seconds):
            return True
    raise LoopsyError("The daemon cannot be ended.", f"find who holds it: fuser {paths.daemon_lock}")


def is_locked(paths: Paths) -> bool:
    """Tell whether a process holds the daemon's lock, answering or not."""
    return files.is_held(paths.daemon_lock)


async def _count_programs(client: "DaemonClient") -> int:
    return sum(1 for session in client.welcome.sessions if session.alive)


async def _shut_down(client: "DaemonClient") -> int:
    from loopsy_daemon.wire import messages

    with suppress(ConnectionLost):  # it may be gone before its answer is
        await ask(client, messages.Shutdown(id=client.next_id()), messages.Ok)
    return await _count_programs(client)


def _end_kept_programs(paths: Paths) -> int:
    """End what a daemon that is gone has left, and return how many programs that were."""
    from loopsy_daemon.keeper.client import KeeperLost, KeeperRefuses, end_programs

    try:
        return end_programs(paths.keeper_socket)
    except (KeeperLost, KeeperRefuses) as error:
        raise LoopsyError(
            f"The keeper of programs does not end: {error.args[0]}.", f"find it: fuser {paths.keeper_log}"
        ) from error


def _pid(paths: Paths) -> int | None:
    with suppress(ConnectionLost):
        status = read_status(paths)
        return None if status is None else status.pid
    return None


def _signal_holder(paths: Paths, number: signal.Signals) -> None:
    try:
        pid = int(paths.daemon_lock.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return
    # The lock is held, so the pid in it is the holder's and not some later process's.
    if pid > 1 and is_locked(paths):
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _wait_for_end(paths: Paths, deadline_seconds: float) -> bool:
    return _wait(lambda: not is_locked(paths), deadline_seconds)


def _wait(condition: Callable[[], bool], deadline_seconds: float) -> bool:
    deadline = time.monotonic() + deadline_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _last_line(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        lines = file.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
