"""Sequences that give the cells of a screen their hyperlinks, which the library leaves out of what it prints."""

import itertools

from loopsy_daemon.sessions.ghostty import Ghostty

END_LINK = b"\x1b]8;;\x1b\\"


def links(terminal: Ghostty, top_row: int) -> list[bytes]:
    """Return what prints the linked cells of the active screen again, at their places, as links."""
    printed: list[bytes] = []
    for row in range(terminal.rows):
        if not terminal.has_links(top_row + row):
            continue
        column = 0
        for address, cells in itertools.groupby(terminal.link(at, top_row + row) for at in range(terminal.cols)):
            width = sum(1 for _ in cells)
            if address:
                text = terminal.printed_cells(column, column + width - 1, top_row + row)
                printed.append(
                    b"\x1b[%d;%dH\x1b]8;;%s\x1b\\%s\x1b[0m%s" % (row + 1, column + 1, address, text, END_LINK)
                )
            column += width
    return printed
