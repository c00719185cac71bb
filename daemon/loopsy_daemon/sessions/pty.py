"""The port through which a session drives a program on a terminal."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from loopsy_daemon.sessions.child import ExitStatus


class PtyEvents(Protocol):
    """What a program's terminal tells its session, always on the event loop."""

    def output_received(self, data: bytes) -> None:
        """The program printed `data`."""

    def program_exited(self, status: ExitStatus) -> None:
        """The program ended, and all that it printed was received before."""


class Pty(Protocol):
    """One program on a terminal of its own. Nothing here blocks."""

    @property
    def pid(self) -> int:
        """The program's process id."""

    def write(self, data: bytes, on_written: Callable[[int], None] | None = None) -> bool:
        """Queue input in order; `on_written` is told the sizes of the parts as the terminal takes them.

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


class Spawn(Protocol):
    """Starts a program on a terminal: the one thing that differs between platforms."""

    def __call__(
        self, argv: Sequence[str], environment: Mapping[str, str], cwd: str, cols: int, rows: int, events: PtyEvents
    ) -> Pty:
        """Start `argv`. Raises OSError if the program cannot be started."""
