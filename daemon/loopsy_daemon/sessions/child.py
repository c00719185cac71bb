"""Learn when a child process has ended, without blocking the event loop and without leaving a zombie."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExitStatus:
    """How a program ended: `code` if it exited, `signal` (its name without SIG) if one ended it."""

    code: int | None
    signal: str | None


def watch_exit(pid: int, on_exit: Callable[[ExitStatus], None]) -> None:
    """Call `on_exit` once on the running event loop when the child `pid` has ended; it is reaped then."""
    loop = asyncio.get_running_loop()
    if hasattr(os, "pidfd_open"):
        pidfd = os.pidfd_open(pid)

        def ended() -> None:
            loop.remove_reader(pidfd)
            os.close(pidfd)
            on_exit(_reap(pid))

        loop.add_reader(pidfd, ended)
        return

    def wait() -> None:
        status = _reap(pid)
        loop.call_soon_threadsafe(on_exit, status)

    threading.Thread(target=wait, name=f"wait-{pid}", daemon=True).start()


def _reap(pid: int) -> ExitStatus:
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:  # somebody else's handler was quicker: it ended, nobody knows how
        return ExitStatus(None, None)
    if os.WIFSIGNALED(status):
        return ExitStatus(None, signal_name(os.WTERMSIG(status)))
    return ExitStatus(os.waitstatus_to_exitcode(status), None)


def signal_name(number: int) -> str:
    """Return a signal's name without SIG, such as `TERM`."""
    try:
        return signal.Signals(number).name.removeprefix("SIG")
    except ValueError:  # a real-time signal
        return str(number)
