"""All programs of the keeper: started, read while no daemon does, reaped, ended."""

import errno
import os
import selectors
import signal
import time
from typing import Final

from loopsy_daemon.keeper.kept import Kept
from loopsy_daemon.keeper.log import log
from loopsy_daemon.keeper.messages import Message, bytes_of
from loopsy_daemon.keeper.program import start_program
from loopsy_daemon.keeper.shared_memory import Damaged

KILL_AFTER_SECONDS: Final = 2.0


class Programs:
    """The sessions by their id. Terminals that are read here are registered with the selector."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self.sessions: dict[str, Kept] = {}
        self.is_ending = False
        self._selector = selector
        self._forgotten: dict[int, Kept] = {}  # still to be reaped, by pid
        self._watched: dict[str, int] = {}  # the terminals that are read here
        self._kill_at: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept, and nothing has to be waited for."""
        return not (self.sessions or self._forgotten)

    @property
    def is_ended(self) -> bool:
        """Whether all programs were to end and have."""
        has_ended = all(kept.status is not None for kept in self.sessions.values())
        return self.is_ending and has_ended and not self._forgotten

    def start(self, session_id: str, message: Message, memory: int) -> Kept:
        """Start a program that prints into `memory`, which is taken over unless it fails. Raises OSError."""
        if self.is_ending:
            raise OSError(errno.ECANCELED, os.strerror(errno.ECANCELED))
        pid, master = start_program(
            [bytes_of(argument) for argument in message["argv"]],
            {bytes_of(name): bytes_of(value) for name, value in message["environment"].items()},
            bytes_of(message["cwd"]),
            int(message["cols"]),
            int(message["rows"]),
        )
        kept = self.sessions[session_id] = Kept(pid, master, memory)
        return kept

    def hand_over(self, session_id: str) -> Kept:
        """Read a session no more."""
        self._unwatch(session_id)
        kept = self.sessions[session_id]
        kept.hand_over()
        return kept

    def take_back(self, left_bytes: int) -> None:
        """Read in place of a daemon that is gone, and that left so much input in the pipe."""
        for session_id, kept in list(self.sessions.items()):
            if kept.is_adopted:
                try:
                    kept.take_back(left_bytes)
                except OSError as error:
                    log(f"{session_id} waits for a daemon: {error}")
                except Damaged as error:  # nobody can go on with this one
                    log(f"{session_id} is lost: {error}")
                    self.forget(session_id)

    def close_terminal(self, session_id: str) -> None:
        """Close a terminal whose program has ended."""
        self._unwatch(session_id)
        self.sessions[session_id].close_terminal()

    def forget(self, session_id: str) -> None:
        """End a program if it runs, and keep nothing of it."""
        self._unwatch(session_id)
        kept = self.sessions.pop(session_id)
        if kept.status is None:
            kept.hang_up()
            self._forgotten[kept.pid] = kept
        kept.close()

    def forget_exited_before(self, moment: float) -> None:
        """Forget those that ended before a moment, in seconds since 1970."""
        for session_id, kept in list(self.sessions.items()):
            if kept.status is not None and kept.exited_at < moment:
                self.forget(session_id)

    def end_all(self) -> int:
        """Hang up on every program, and kill two seconds later what is left; return how many run."""
        self.is_ending = True
        self._kill_at = time.monotonic() + KILL_AFTER_SECONDS
        for kept in self.sessions.values():
            kept.hang_up()
        return sum(1 for kept in self.sessions.values() if kept.status is None)

    def reap(self) -> list[tuple[str, int]]:
        """Return the sessions whose programs have ended just now, with their wait statuses."""
        ended: list[tuple[str, int]] = []
        for session_id, kept in self.sessions.items():
            if kept.status is None and (status := _wait_status(kept.pid)) is not None:
                kept.status, kept.exited_at = status, time.time()
                ended.append((session_id, status))
        for pid in [pid for pid in self._forgotten if _wait_status(pid) is not None]:
            del self._forgotten[pid]
        return ended

    def do_what_is_due(self) -> None:
        """Kill, and begin or stop to read terminals, as it is time for."""
        if self._kill_at is not None and time.monotonic() >= self._kill_at:
            self._kill_at = None
            for kept in (*self.sessions.values(), *self._forgotten.values()):
                kept.signal_all(signal.SIGKILL)
        for session_id, kept in self.sessions.items():
            if not kept.is_to_be_drained:
                self._unwatch(session_id)
            elif session_id not in self._watched and kept.master is not None:
                self._watched[session_id] = kept.master
                self._selector.register(kept.master, selectors.EVENT_READ, kept.drain)

    def due_times(self) -> list[float]:
        """Return when, by the monotonic clock, something will be due."""
        times = [kept.patient_until for kept in self.sessions.values() if kept.is_waiting]
        return times if self._kill_at is None else [*times, self._kill_at]

    def _unwatch(self, session_id: str) -> None:
        master = self._watched.pop(session_id, None)
        if master is not None:
            self._selector.unregister(master)


def _wait_status(pid: int) -> int | None:
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return 0
    return status if found == pid else None
