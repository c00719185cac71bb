"""A screen with the newest of its scrollback as text and pen sequences, printable from the top left corner."""

import itertools
from dataclasses import dataclass
from typing import Final

from loopsy_daemon.sessions.ghostty import Ghostty
from loopsy_daemon.sessions.links import links

_GUESSES: Final = 4


@dataclass(frozen=True, slots=True)
class Content:
    """What to print, and how many rows of it are scrollback."""

    data: bytes
    history_rows: int


def content_of(terminal: Ghostty, size_bytes: int) -> Content:
    """Return the active screen, preceded by scrollback, as printable from the top left corner."""
    history_rows = terminal.number("SCROLLBACK_ROWS")
    first, last = history_rows, history_rows + terminal.rows - 1
    content = screen = terminal.printed(first, last)
    if size_bytes > len(screen):
        first, content = _with_newest_rows(terminal, screen, size_bytes - len(screen))
        while first < history_rows and terminal.is_continued(first):
            first += 1  # half a line would stay half
        content = terminal.printed(first, last)
    shown, taken_rows = _tried(terminal, content)
    if shown != _trimmed(terminal.plain(first, last)):
        # Editing left rows that claim to go on in the next one and do not: they must not be joined.
        content = terminal.printed(first, last, joined=False)
        _, taken_rows = _tried(terminal, content)
    if first < history_rows:
        # Empty rows at the end are left out, and the screen would begin too early without them.
        content += b"\r\n" * (last - first + 1 - taken_rows)
    content += b"".join(_fills(terminal, history_rows) + links(terminal, history_rows))
    return Content(content, history_rows - first)


def _with_newest_rows(terminal: Ghostty, screen: bytes, history_bytes: int) -> tuple[int, bytes]:
    """Return the first row of scrollback that fits, and it and all after it as printable: guess, measure, correct."""
    history_rows = terminal.number("SCROLLBACK_ROWS")
    last = history_rows + terminal.rows - 1
    found = (0, screen)
    row_bytes = max(len(screen) // terminal.rows, terminal.cols // 2)
    rows = min(history_rows, history_bytes // row_bytes)
    for _ in range(_GUESSES):
        if rows <= found[0]:
            break
        content = terminal.printed(history_rows - rows, last)
        used_bytes = max(len(content) - len(screen), 1)
        if used_bytes <= history_bytes:
            found = (rows, content)
            if used_bytes * 4 > history_bytes * 3:
                break
        rows = min(history_rows, rows * history_bytes * 15 // (used_bytes * 16))
    return history_rows - found[0], found[1]


def _tried(terminal: Ghostty, content: bytes) -> tuple[list[str], int]:
    """Print content in a blank terminal, and return the text there and how many rows were taken."""
    scratch = terminal.blank()
    try:
        scratch.feed(content)
        taken_rows = scratch.number("SCROLLBACK_ROWS") + scratch.number("CURSOR_Y", "uint16_t") + 1
        return _trimmed(scratch.plain(0, scratch.number("TOTAL_ROWS") - 1)), taken_rows
    finally:
        scratch.close()


def _trimmed(text: str) -> list[str]:
    """Return lines without blanks at their ends and without empty lines at the end."""
    return [line.rstrip() for line in text.rstrip().split("\n")]


def _fills(terminal: Ghostty, history_rows: int) -> list[bytes]:
    """Return sequences that paint rows without text, whose background the library leaves out."""
    lines = terminal.plain(history_rows, history_rows + terminal.rows - 1).split("\n")
    painted: list[bytes] = []
    for row in range(terminal.rows):
        if (row < len(lines) and lines[row].strip()) or not terminal.has_fill(history_rows + row):
            continue
        column = 1
        for fill, cells in itertools.groupby(terminal.fills(history_rows + row)):
            width = sum(1 for _ in cells)
            if fill is not None:
                parameters = ";".join(map(str, fill.parameters))
                painted.append(f"\x1b[{row + 1};{column}H\x1b[0;{parameters}m\x1b[{width}X".encode())
            column += width
    return painted
