"""Rows of a terminal with the hyperlinks of their cells, which the library leaves out of what it prints."""

import itertools
from array import array
from collections.abc import Sequence

from loopsy_daemon.sessions.ghostty import Ghostty

END_LINK = b"\x1b]8;;\x1b\\"


def linked_rows(terminal: Ghostty, first: int, last: int) -> dict[int, bytes]:
    """Return the rows that have links as printable, by their numbers."""
    if not terminal.may_have_links:
        return {}
    return {
        row: _linked(terminal, row, array("Q", cells))
        for row, cells in enumerate(terminal.cells(first, last), first)
        if any(cells) and terminal.has_links(row)
    }


def _linked(terminal: Ghostty, row: int, cells: Sequence[int]) -> bytes:
    used = max(at for at, cell in enumerate(cells) if cell) + 1
    parts, column = [], 0
    spans = zip(map(bool, cells[:used]), terminal.links(row, cells[:used]), strict=True)
    for (is_touched, link), run in itertools.groupby(spans):
        width = sum(1 for _ in run)
        # What nothing was printed to has no pen: see `printed_rows`.
        text = terminal.printed_cells(column, column + width - 1, row) if is_touched else b" " * width
        parts.append(b"\x1b]8;;%s\x1b\\%s%s" % (link, text, END_LINK) if link else text)
        column += width
    return b"".join(parts)
