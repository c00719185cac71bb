"""Learn when a child process has ended, without blocking the event loop and without leaving a zombie."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

_LOOK_SECONDS: Final = 0.2
# What a client may send.
SIGNALS: Final = {name: signal.Signals[f"SIG{name}"] for name in ("INT", "TERM", "HUP", "QUIT", "KILL", "TSTP", "CONT")}


@dataclass(frozen=True, slots=True)
class ExitStatus:
    """How a program ended: `code` if it exited, `signal` (its name without SIG) if one ended it."""

    code: int | None
    signal: str | None

    @classmethod
    def of(cls, wait_status: int) -> Self:
        """Return what the system's wait status says."""
        if os.WIFSIGNALED(wait_status):
            return cls(None, signal_name(os.WTERMSIG(wait_status)))
        return cls(os.waitstatus_to_exitcode(wait_status), None)


def watch_exit(pid: int, on_exit: Callable[[ExitStatus], None]) -> None:
    """Call `on_exit` once on the running event loop when the child `pid` has ended; it is reaped then.

    Of somebody else's child is only learnt that it ended: its status is all None.
    """
    loop = asyncio.get_running_loop()
    if hasattr(os, "pidfd_open"):
        try:
            pidfd = os.pidfd_open(pid)
        except ProcessLookupError:  # it was not ours, and is gone
            loop.call_soon(on_exit, ExitStatus(None, None))
            return

        def ended() -> None:
            loop.remove_reader(pidfd)
            os.close(pidfd)
            on_exit(_reap(pid))

        loop.add_reader(pidfd, ended)
        return

    def wait() -> None:
        status = _reap(pid)
        while status == ExitStatus(None, None) and _exists(pid):  # not ours: there is no other way to know
            time.sleep(_LOOK_SECONDS)
        loop.call_soon_threadsafe(on_exit, status)

    threading.Thread(target=wait, name=f"wait-{pid}", daemon=True).start()


def _reap(pid: int) -> ExitStatus:
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:  # it was not ours, or somebody else's handler was quicker: it ended, we know not how
        return ExitStatus(None, None)
    return ExitStatus.of(status)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it has another user's rights now
        return True
    return True


def signal_name(number: int) -> str:
    """Return a signal's name without SIG, such as `TERM`."""
    try:
        return signal.Signals(number).name.removeprefix("SIG")
    except ValueError:  # a real-time signal
        return str(number)
