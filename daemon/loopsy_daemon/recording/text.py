"""A recording as text: what a terminal would show at its end, with everything that scrolled away before."""

from typing import Final

from loopsy_daemon.recording import asciicast, library
from loopsy_daemon.sessions.screen import Screen
from loopsy_daemon.wire import limits

_SCROLLBACK_LINES: Final = 1_000_000


def recorded_text(entry: library.Entry) -> str:
    """Return the text; lines that were wrapped are whole again."""
    screen = Screen(*screen_size(entry.cols, entry.rows), scrollback_lines=_SCROLLBACK_LINES)
    try:
        for event in library.events(entry.path):
            if event.code == asciicast.OUTPUT:
                screen.feed(event.data.encode(errors="replace"))
            elif event.size is not None:
                screen.resize(*screen_size(*event.size))
        return "".join(screen.transcript(styled=False))
    finally:
        screen.close()


def screen_size(cols: int, rows: int) -> tuple[int, int]:
    """Return a size that a screen can have: the file may say anything."""
    return (
        min(max(cols, limits.MIN_COLS), limits.MAX_COLS),
        min(max(rows, limits.MIN_ROWS), limits.MAX_ROWS),
    )
