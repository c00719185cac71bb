"""Who else learns what a session's program does, beside the clients: the port that a recording implements."""

from typing import Final, Protocol

from loopsy_daemon.sessions.child import ExitStatus


class Observer(Protocol):
    """Called synchronously on the event loop, in the order of events; never blocks, never holds the program back."""

    def output_received(self, data: bytes) -> None:
        """The program printed `data`."""

    def resized(self, cols: int, rows: int) -> None:
        """What the program prints from now on is made at this size."""

    def program_exited(self, status: ExitStatus) -> None:
        """The program ended, after its last output."""


class Nobody:
    """Observes nothing."""

    def output_received(self, data: bytes) -> None:
        """Let it pass."""

    def resized(self, cols: int, rows: int) -> None:
        """Let it pass."""

    def program_exited(self, status: ExitStatus) -> None:
        """Let it pass."""


NOBODY: Final = Nobody()
