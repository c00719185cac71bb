"""What a terminal shows now, row by row, to be painted where the terminal has another size."""

from dataclasses import dataclass

from loopsy_daemon.sessions.fill import painted
from loopsy_daemon.sessions.ghostty import Ghostty
from loopsy_daemon.sessions.printed_rows import printed_rows


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows are printable on an empty line with a plain pen; `cursor` is column and row from 0, None if hidden."""

    rows: tuple[bytes, ...]
    cursor: tuple[int, int] | None


def take_picture(terminal: Ghostty) -> Picture:
    """Return what the active screen shows."""
    top = terminal.number("SCROLLBACK_ROWS")
    cursor = (terminal.number("CURSOR_X", "uint16_t"), terminal.number("CURSOR_Y", "uint16_t"))
    return Picture(
        rows=tuple(_row(terminal, top + row) for row in range(terminal.rows)),
        cursor=cursor if terminal.mode(25) else None,
    )


def _row(terminal: Ghostty, row: int) -> bytes:
    printed = printed_rows(terminal, row, row, joined=False)
    # The library leaves out the background of a row without text.
    if printed or not any(next(terminal.cells(row, row))):
        return printed
    return painted(terminal.fills(row))
