"""Rows as text and pen sequences in which cells that nothing was printed to have no pen."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from loopsy_daemon.sessions.cells import CELL_BYTES
from loopsy_daemon.sessions.fill import painted
from loopsy_daemon.sessions.ghostty import Ghostty

NOTHING: Final[Mapping[int, bytes]] = MappingProxyType({})
_PLAIN: Final = b"\x1b[0m"
_UNTOUCHED: Final = bytes(CELL_BYTES)
# A pen that shows on blanks (a background, inverse, lines), with text that has a blank in it. Each pen begins with a
# reset, and each of its parts is a sequence of its own.
_MAY_BLEED: Final = re.compile(rb"\x1b\[(?:48;[0-9;]+|7|9|53|4(?::[0-9])?|21)m(?:\x1b\[[1-9][0-9;:]*m)*[^\x1b\r]*[ ]")
_RUN: Final = re.compile(rb"((?:\x1b\[[0-9;:]*m)*)([^\x1b]*)")


def printed_rows(
    terminal: Ghostty, first: int, last: int, *, joined: bool = True, instead: Mapping[int, bytes] = NOTHING
) -> bytes:
    """Return rows as printable, wrapped rows joined; empty ones at the end are left out.

    `instead` has what is known of some rows already.
    """
    text = terminal.printed(first, last, joined=joined)
    may_bleed = _MAY_BLEED.search(text) is not None
    if not (may_bleed or instead):
        return text
    lines = (terminal.printed(first, last, joined=False) if joined else text).split(b"\r\n")
    has_joins = text.count(b"\n") + 1 < len(lines)  # a pen may go on into the next row, and it does not in `lines`
    repaired = {row - first: line for row, line in instead.items()}
    if may_bleed:
        repaired = _without_bleeding(terminal, first, lines) | repaired
    if not (repaired or has_joins):
        return text
    parts = []
    for number, line in enumerate(lines):
        parts.append(repaired.get(number, line))
        if number + 1 < len(lines) and not (has_joins and _goes_on(terminal, first + number)):
            parts.append(b"\r\n")
    return b"".join(parts)


def _without_bleeding(terminal: Ghostty, first: int, lines: list[bytes]) -> dict[int, bytes]:
    """Return the lines that are to be printed with a plain pen where nothing was printed, by their place."""
    suspects = [number for number, line in enumerate(lines) if _MAY_BLEED.search(line)]
    if not suspects:
        return {}
    cells = terminal.cells(first + suspects[0], first + suspects[-1])
    return {
        number: _with_plain_gaps(terminal, first + number, lines[number], gaps)
        for number, row in enumerate(cells, suspects[0])
        if (gaps := _gaps(row)) and _MAY_BLEED.search(lines[number])
    }


def _goes_on(terminal: Ghostty, row: int) -> bool:
    """Whether what is printed after a row comes into the next one by itself."""
    return terminal.is_continued(row + 1) and not terminal.is_untouched(terminal.cols - 1, row)


def _gaps(cells: bytes) -> list[tuple[int, int]]:
    """Return the first and the last column of the untouched cells between others."""
    used = cells.rstrip(b"\0")
    gaps, column = [], 0
    while (at := used.find(_UNTOUCHED, column * CELL_BYTES)) >= 0:
        # The bytes of zero around a gap belong to cells that have others, too.
        start = -(-at // CELL_BYTES)
        column = (len(used) - len(used[at:].lstrip(b"\0"))) // CELL_BYTES
        if start < column:
            gaps.append((start, column - 1))
        else:
            column = start + 1
    return gaps


def _with_plain_gaps(terminal: Ghostty, row: int, line: bytes, gaps: list[tuple[int, int]]) -> bytes:
    """Print a row again, with a plain pen where nothing was printed."""
    if line.isascii():
        return b"".join(_plain_gaps(line, gaps))
    parts, column = [], 0
    for start, end in (*gaps, (terminal.cols, terminal.cols - 1)):
        if column < start:
            # The library leaves out the background of a part without text.
            part = terminal.printed_cells(column, start - 1, row)
            parts.append(part or painted(terminal.fills(row)[column:start]) + _PLAIN)
        parts.append(b" " * (end + 1 - start))
        column = end + 1
    return b"".join(parts)


def _plain_gaps(line: bytes, gaps: list[tuple[int, int]]) -> Iterator[bytes]:
    """Yield a line whose characters are one column each."""
    column, ahead = 0, iter([*gaps, (len(line), len(line))])
    start, end = next(ahead)
    for pens, text in _RUN.findall(line):
        yield pens
        position = 0
        while start < column + len(text):  # the gap is printed with the pen of what is before it
            at, after = start - column, end + 1 - column
            yield text[position:at] + _PLAIN + text[at:after]
            if after < len(text):
                yield pens
            position = after
            start, end = next(ahead)
        yield text[position:]
        column += len(text)
