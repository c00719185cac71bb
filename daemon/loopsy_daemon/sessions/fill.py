"""The background of a terminal's cell that has no text."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from loopsy_daemon.sessions.libghostty import check, ffi, lib


@dataclass(frozen=True, slots=True)
class Fill:
    """The parameters of the SGR sequence that sets the background."""

    parameters: tuple[int, ...]


def fill_of(cell: int) -> Fill | None:
    """Return the background of a cell without text, or None if it has text or no background."""
    tag = ffi.new("GhosttyCellContentTag*")
    check(lib.ghostty_cell_get(cell, lib.GHOSTTY_CELL_DATA_CONTENT_TAG, tag), "cell_get tag")
    if tag[0] == lib.GHOSTTY_CELL_CONTENT_BG_COLOR_PALETTE:
        index = ffi.new("GhosttyColorPaletteIndex*")
        check(lib.ghostty_cell_get(cell, lib.GHOSTTY_CELL_DATA_COLOR_PALETTE, index), "cell_get palette")
        return Fill((48, 5, index[0]))
    if tag[0] == lib.GHOSTTY_CELL_CONTENT_BG_COLOR_RGB:
        colour = ffi.new("GhosttyColorRgb*")
        check(lib.ghostty_cell_get(cell, lib.GHOSTTY_CELL_DATA_COLOR_RGB, colour), "cell_get rgb")
        return Fill((48, 2, colour.r, colour.g, colour.b))
    return None


def painted(fills: Iterable[Fill | None]) -> bytes:
    """Return blanks with these backgrounds, or a plain pen where there is none."""
    parts = []
    for fill, cells in itertools.groupby(fills):
        pen = b"" if fill is None else b";" + ";".join(map(str, fill.parameters)).encode()
        parts.append(b"\x1b[0" + pen + b"m" + b" " * sum(1 for _ in cells))
    return b"".join(parts)
