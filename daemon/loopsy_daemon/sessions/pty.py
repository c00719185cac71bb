"""The port through which a session drives a program on a terminal."""

import os
from collections.abc import Callable
from typing import Protocol

from loopsy_daemon.keeper.input_marks import Pipe
from loopsy_daemon.sessions.child import ExitStatus
from loopsy_daemon.sessions.identity import Program
from loopsy_daemon.sessions.output_log import OutputLog

HandOver = Callable[[int, memoryview], int]
"""Writes to a descriptor and returns how much it took; raises OSError."""


class PtyEvents(Protocol):
    """What a program's terminal tells its session, always on the event loop."""

    def output_received(self, data: bytes) -> None:
        """The program printed `data`, which is the end of the log already."""

    def program_exited(self, status: ExitStatus) -> None:
        """The program ended, and all that it printed was received before."""


class Pty(Protocol):
    """One program on a terminal of its own. Nothing here blocks."""

    @property
    def pid(self) -> int:
        """The program's process id."""

    @property
    def input_pipe(self) -> Pipe | None:
        """The pipe through which input goes, where a keeper has it as well."""

    def write(
        self, data: bytes, on_written: Callable[[int], None] | None = None, hand_over: HandOver = os.write
    ) -> bool:
        """Queue input in order; `on_written` is told the sizes of the parts as the terminal takes them.

        `hand_over` does the writing.

        Without `on_written` the data is optional: it is dropped, and False returned, if much is queued already.
        """

    def pause_reading(self) -> None:
        """Leave output in the terminal's buffer, which holds the program back once it is full."""

    def resume_reading(self) -> None:
        """Read output again."""

    def resize(self, cols: int, rows: int) -> None:
        """Change the terminal's size; the program gets WINCH."""

    def signal_foreground(self, number: int) -> None:
        """Send a signal to the terminal's foreground process group."""

    def hang_up(self) -> None:
        """End the program: HUP, and KILL for what is left 2 s later."""

    def close(self) -> None:
        """Kill what still runs and release everything; no event comes any more."""

    def leave(self) -> None:
        """Release everything and let the program go on, where something else keeps its terminal; kill it elsewhere."""


class EndedPty:
    """What is left of a terminal whose program had ended before this daemon began."""

    pid = 0
    input_pipe: Pipe | None = None

    def write(
        self,
        data: bytes,  # noqa: ARG002
        on_written: Callable[[int], None] | None = None,  # noqa: ARG002
        hand_over: HandOver = os.write,  # noqa: ARG002
    ) -> bool:
        """Take nothing."""
        return False

    def _nothing(self, *_: int) -> None:
        """Do nothing: there is no program."""

    pause_reading = resume_reading = resize = signal_foreground = hang_up = close = leave = _nothing


class Spawn(Protocol):
    """Starts a program on a terminal whose output goes into the log."""

    def __call__(
        self, session_id: str, program: Program, cols: int, rows: int, log: OutputLog, events: PtyEvents
    ) -> Pty:
        """Start the program. Raises OSError if it cannot be started."""
