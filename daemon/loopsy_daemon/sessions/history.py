"""The scrollback above what a client's terminal has, in pieces from new to old."""

from dataclasses import dataclass
from typing import Final

from loopsy_daemon.sessions.ghostty import Ghostty
from loopsy_daemon.sessions.printed_rows import printed_rows
from loopsy_daemon.sessions.tracked_row import TrackedRow

# What is formatted at once takes well under a millisecond.
_MAX_ROWS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows as text and pen sequences, printable in a fresh terminal of the same width; whether none are above."""

    data: bytes
    is_oldest: bool


def piece_above(terminal: Ghostty, edge: TrackedRow, size_bytes: int) -> Piece | None:
    """Return the newest rows above `edge` that fit into `size_bytes`, and move it to the oldest of them.

    None while the alternate screen is on, which has no scrollback.
    """
    if terminal.number("ACTIVE_SCREEN", "GhosttyTerminalScreen") != 0:
        return None
    end = edge.row
    if not end:
        return Piece(b"", is_oldest=True)  # forgotten, cleared, or at the top
    first = _first_row(terminal, end, size_bytes)
    data = _printed(terminal, first, end)
    if len(data) > size_bytes:  # one row, and every cell of it has pens of its own
        data = terminal.plain(first, end - 1).encode()[:size_bytes]
    edge.move(first)
    return Piece(data, is_oldest=first == 0)


def _first_row(terminal: Ghostty, end: int, size_bytes: int) -> int:
    """Guess, measure, correct. A piece begins where a line begins, unless the line alone is larger."""
    rows = min(end, _MAX_ROWS, max(1, size_bytes // max(terminal.cols // 2, 1)))
    while rows > 1:
        used_bytes = len(_printed(terminal, end - rows, end))
        if used_bytes <= size_bytes:
            break
        rows = max(1, rows * size_bytes * 15 // (used_bytes * 16))
    first = end - rows
    start = first
    while start < end and terminal.is_continued(start):
        start += 1
    return start if start < end else first


def _printed(terminal: Ghostty, first: int, end: int) -> bytes:
    """Return rows as printable; empty ones at the end, which the library leaves out, are put back."""
    used_rows = len(terminal.plain(first, end - 1).rstrip().split("\n"))
    return printed_rows(terminal, first, end - 1) + b"\r\n" * (end - first - used_rows)
