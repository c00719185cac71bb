"""What a session hands to the server for one client: the port that the server implements."""

from dataclasses import dataclass
from typing import Protocol

from loopsy_daemon.sessions.tracked_row import TrackedRow
from loopsy_daemon.wire.turns import Turns


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Sequences that stand for all output before `base`, for a terminal of this size that was just reset.

    `edge` is the oldest row in it, if that is known; not `is_exact` what lacks pens because it had to be small.
    """

    base: int
    cols: int
    rows: int
    data: bytes
    edge: TrackedRow | None = None
    is_exact: bool = True


class Sink(Protocol):
    """Takes one attachment's stream. Called synchronously on the event loop; never blocks."""

    @property
    def turns(self) -> Turns:
        """When the link that the stream shares with others has room for it."""

    def send_output(self, offset: int, data: bytes) -> None:
        """Send output that begins at `offset`."""

    def send_snapshot(self, snapshot: Snapshot) -> None:
        """Skip the client forward."""

    def send_resized(self, offset: int, cols: int, rows: int, leader: bool) -> None:
        """Say that output from `offset` on is made at this size, and whether this client leads now."""

    def send_input_ack(self, offset: int) -> None:
        """Say that the input before `offset` was handed to the program's terminal."""

    def send_exit(self, offset: int, code: int | None, signal: str | None) -> None:
        """Say that the program ended; `offset` is the end of its output."""
