"""Tables on stdout: fitted to a terminal, whole and plain for a pipe."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from loopsy_daemon.cli.text import printable

_PIPE_WIDTH: Final = 10_000
_GAP: Final = 2
_LEAST_WIDTH: Final = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """A text that may be cut with `…` where the terminal is narrow, in one of rich's styles."""

    text: str
    style: str = ""
    may_shrink: bool = False


def print_table(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Print rows below headings, in columns without lines."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH, highlight=False, markup=False, emoji=False)
    columns = [[heading, *(printable(row[index].text) for row in rows)] for index, heading in enumerate(headings)]
    widths = fitted(
        [max(map(cell_len, texts)) for texts in columns],
        [any(row[index].may_shrink for row in rows) for index in range(len(headings))],
        console.width - _GAP * (len(headings) - 1),
    )
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for heading, width in zip(headings, widths, strict=True):
        table.add_column(heading, no_wrap=True, overflow="ellipsis", min_width=width, max_width=width)
    for row in rows:
        table.add_row(*(Text(printable(cell.text), style=cell.style) for cell in row))
    console.print(table, soft_wrap=False)


def fitted(widths: Sequence[int], may_shrink: Sequence[bool], available: int) -> list[int]:
    """Return the widths of columns so that they fit, if that is possible: the widest that may be cut is, first."""
    fitting = list(widths)
    while sum(fitting) > available:
        cut = [index for index, width in enumerate(fitting) if may_shrink[index] and width > _LEAST_WIDTH]
        if not cut:
            break
        fitting[max(cut, key=lambda index: fitting[index])] -= 1
    return fitting
