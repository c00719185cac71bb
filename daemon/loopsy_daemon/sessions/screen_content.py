"""A screen with the newest of its scrollback as text and pen sequences, printable from the top left corner."""

import itertools
from dataclasses import dataclass
from typing import Final

from loopsy_daemon.sessions.ghostty import Ghostty
from loopsy_daemon.sessions.links import linked_rows
from loopsy_daemon.sessions.printed_rows import printed_rows

_GUESSES: Final = 4
# A row with links costs a tenth of a millisecond.
LINKED_HISTORY_ROWS: Final = 64


@dataclass(frozen=True, slots=True)
class Content:
    """What to print, and how many rows of it are scrollback."""

    data: bytes
    history_rows: int


def content_of(terminal: Ghostty, size_bytes: int) -> Content:
    """Return the active screen, preceded by the newest scrollback that fits, as printable from the top left corner."""
    history_rows = terminal.number("SCROLLBACK_ROWS")
    last = history_rows + terminal.rows - 1
    first = history_rows
    fitting_rows = _newest_rows(terminal, size_bytes)
    while True:
        first = history_rows - fitting_rows
        while first < history_rows and terminal.is_continued(first):
            first += 1  # half a line would stay half
        content = _lines(terminal, first, last)
        if len(content) <= size_bytes or first == history_rows:
            break
        fitting_rows = (history_rows - first) * size_bytes * 15 // (len(content) * 16)
    content += b"".join(_fills(terminal, history_rows))
    return Content(content, history_rows - first)


def _lines(terminal: Ghostty, first: int, last: int) -> bytes:
    """Return rows as printable; with scrollback, the screen begins where it has to."""
    top = terminal.number("SCROLLBACK_ROWS")
    linked = linked_rows(terminal, max(first, top - LINKED_HISTORY_ROWS), last)
    content = printed_rows(terminal, first, last, instead=linked)
    shown = terminal.plain(first, last)
    taken_rows = content.count(b"\n") + 1
    if taken_rows != shown.count("\n") + 1:  # lines that wrap
        tried, taken_rows = _tried(terminal, content)
        if tried != _trimmed(shown):
            # Editing left rows that claim to go on in the next one and do not: they must not be joined.
            content = printed_rows(terminal, first, last, joined=False, instead=linked)
            _, taken_rows = _tried(terminal, content)
    if first < top:
        # Empty rows at the end are left out, and the screen would begin too early without them.
        content += b"\r\n" * (last - first + 1 - taken_rows)
    return content


def _newest_rows(terminal: Ghostty, size_bytes: int) -> int:
    """Return how many rows of scrollback fit with the screen: guess, measure, correct."""
    history_rows = terminal.number("SCROLLBACK_ROWS")
    last = history_rows + terminal.rows - 1
    screen_bytes = len(terminal.printed(history_rows, last))
    history_bytes = size_bytes - screen_bytes
    if history_bytes <= 0:
        return 0
    found = 0
    row_bytes = max(screen_bytes // terminal.rows, terminal.cols // 2)
    rows = min(history_rows, history_bytes // row_bytes)
    for _ in range(_GUESSES):
        if rows <= found:
            break
        used_bytes = max(len(terminal.printed(history_rows - rows, last)) - screen_bytes, 1)
        if used_bytes <= history_bytes:
            found = rows
            if used_bytes * 4 > history_bytes * 3:
                break
        rows = min(history_rows, rows * history_bytes * 15 // (used_bytes * 16))
    return found


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
    last = history_rows + terminal.rows - 1
    lines = terminal.plain(history_rows, last).split("\n")
    if len(lines) == terminal.rows and all(line.strip() for line in lines):
        return []
    painted: list[bytes] = []
    for row, cells in enumerate(terminal.cells(history_rows, last)):
        if (row < len(lines) and lines[row].strip()) or not any(cells):
            continue
        column = 1
        for fill, run in itertools.groupby(terminal.fills(history_rows + row)):
            width = sum(1 for _ in run)
            if fill is not None:
                parameters = ";".join(map(str, fill.parameters))
                painted.append(f"\x1b[{row + 1};{column}H\x1b[0;{parameters}m\x1b[{width}X".encode())
            column += width
    return painted
