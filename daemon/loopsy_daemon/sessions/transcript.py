"""The text of a terminal's whole scrollback and screen, piece by piece so that nobody waits for all of it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

from loopsy_daemon.sessions.ghostty import Ghostty
from loopsy_daemon.sessions.printed_rows import printed_rows

# About half a millisecond each.
PIECE_ROWS: Final = 256
LONGEST_PIECE_ROWS: Final = 2_048
_ALL_HISTORY_BYTES: Final = 1 << 40
_Showing = Callable[[Ghostty], AbstractContextManager[None]]


def transcript(terminal: Ghostty, *, styled: bool) -> Iterator[str]:
    """Yield the text from the oldest row to the last one that is not empty; lines that were wrapped are whole again.

    With `styled` it has the sequences that set pens. While the alternate screen is on, that one stands below the
    primary screen's scrollback. Between two pieces the terminal may neither be fed nor resized.
    """
    if terminal.number("ACTIVE_SCREEN", "GhosttyTerminalScreen") == 0:
        yield from _lines(terminal, 0, terminal.number("TOTAL_ROWS"), _as_it_is, styled=styled)
        return
    # Inside a sequence the terminal cannot be told to show its other screen; a copy can be taken out of it.
    is_ground = bool(terminal.number("VT_GROUND", "bool"))
    hidden = terminal if is_ground else terminal.twin(_ALL_HISTORY_BYTES)
    if hidden is not None:
        if hidden is not terminal:
            hidden.feed(b"\x18")
        with primary_screen(hidden):
            history_rows = hidden.number("SCROLLBACK_ROWS")
        yield from _lines(hidden, 0, history_rows, primary_screen, styled=styled)
        if hidden is not terminal:
            hidden.close()
    yield from _lines(terminal, 0, terminal.rows, _as_it_is, styled=styled)


def _as_it_is(_terminal: Ghostty) -> AbstractContextManager[None]:
    return nullcontext()


@contextmanager
def primary_screen(terminal: Ghostty) -> Iterator[None]:
    """Show the primary screen for a moment, while the alternate one is on and the parser outside any sequence."""
    terminal.feed(b"\x1b[?47l")
    try:
        yield
    finally:
        terminal.feed(b"\x1b[?47h")


def _lines(terminal: Ghostty, start: int, end: int, showing: _Showing, *, styled: bool) -> Iterator[str]:
    """Yield the text of rows; its last line has an end, and empty rows after it are left out."""
    empty_rows = 0
    first = start
    while first < end:
        with showing(terminal):
            last = _last_row_of_piece(terminal, first, end)
            used_rows = _used_rows(terminal, first, last)
            text = _text(terminal, first, first + used_rows - 1, styled=styled) if used_rows else ""
            goes_on = last < end - 1 and _goes_on(terminal, last)
        if text:
            yield "\n" * empty_rows + text + ("" if goes_on else "\n")
            empty_rows = 0
        empty_rows += last + 1 - first - used_rows
        first = last + 1


def _last_row_of_piece(terminal: Ghostty, first: int, end: int) -> int:
    """Return where to stop: where a line ends, since a wide character that did not fit into a row is read twice."""
    last = min(first + PIECE_ROWS, end) - 1
    furthest = min(first + LONGEST_PIECE_ROWS, end) - 1
    while last < furthest and _goes_on(terminal, last):
        last += 1
    return last


def _used_rows(terminal: Ghostty, first: int, last: int) -> int:
    text = terminal.plain(first, last).rstrip()
    return text.count("\n") + 1 if text else 0


def _text(terminal: Ghostty, first: int, last: int, *, styled: bool) -> str:
    if styled:
        return printed_rows(terminal, first, last).decode(errors="replace").replace("\r\n", "\n")
    return terminal.plain(first, last, joined=True)


def _goes_on(terminal: Ghostty, row: int) -> bool:
    return "\n" in terminal.plain(row, row + 1) and "\n" not in terminal.plain(row, row + 1, joined=True)
