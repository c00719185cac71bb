"""One session as the keeper has it: the program, its terminal, and the memory of its output."""

import contextlib
import errno
import os
import signal
import time
from typing import Final

from loopsy_daemon.keeper.input_marks import settle
from loopsy_daemon.keeper.ring import Ring

# So long, and so much further than the last daemon came, output is kept without loss for the next one; the program
# waits in between. Then it goes on, and what is oldest is overwritten.
PATIENCE_SECONDS: Final = 30.0
TURN_BYTES: Final = 65_536


class Kept:
    """A program that was started; `master` is None once its terminal is closed."""

    def __init__(self, pid: int, master: int, memory: int) -> None:
        self.pid = pid
        self.master: int | None = master
        self.memory = memory
        self.status: int | None = None
        self.exited_at = 0.0
        self.is_adopted = True  # a daemon reads it, and nobody else may
        self.is_drained = False
        self._ring: Ring | None = None
        self.patient_until = 0.0  # by the monotonic clock

    @property
    def is_to_be_drained(self) -> bool:
        """Whether output is to be read here and now."""
        is_possible = self._ring is not None and self.master is not None
        return is_possible and not (self.is_drained or self.is_waiting)

    @property
    def is_waiting(self) -> bool:
        """Whether output is left in the terminal for now, so that the next daemon misses none."""
        if self._ring is None or time.monotonic() >= self.patient_until:
            return False
        return self._ring.end - self._ring.processed >= self._ring.capacity_bytes // 4

    def take_back(self, left_bytes: int = 0) -> None:
        """Read in place of a daemon that is gone, with `left_bytes` of input in the pipe.

        Raises Damaged, or OSError: then output waits in the terminal.
        """
        self.is_adopted = False
        if self.master is not None:
            self.patient_until = time.monotonic() + PATIENCE_SECONDS
            self._ring = Ring(self.memory)
            self._ring.recover()
            settle(self._ring, left_bytes)

    def hand_over(self) -> None:
        """Read no more: a daemon does."""
        self.is_adopted = True
        if self._ring is not None:
            self._ring.unmap()
            self._ring = None

    def drain(self) -> None:
        """Move output from the terminal into the memory; at its end it `is_drained`."""
        if self._ring is None or self.master is None:
            return
        stop = self._ring.end + TURN_BYTES
        while self._ring.end < stop and not self.is_waiting and not self.is_drained:
            try:
                self.is_drained = self._ring.read_from(self.master) == 0
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.EIO:  # that is how a terminal says that nobody holds its other side
                    raise
                self.is_drained = True

    def hang_up(self) -> None:
        """Tell the program to end."""
        for number in (signal.SIGHUP, signal.SIGCONT):
            self.signal_all(number)

    def signal_all(self, number: int) -> None:
        """Send a signal to the program's own process group and to the one in the foreground."""
        if self.status is not None:
            return
        groups = {self.pid}
        if self.master is not None:
            with contextlib.suppress(OSError):
                groups.add(os.tcgetpgrp(self.master) or self.pid)
        for group in groups:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, number)

    def close_terminal(self) -> None:
        """Close our side of the terminal."""
        if self.master is not None:
            os.close(self.master)
            self.master = None

    def close(self) -> None:
        """Let go of everything."""
        self.hand_over()
        self.close_terminal()
        os.close(self.memory)
