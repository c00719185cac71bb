"""Tables on stdout: fitted to a terminal, whole and plain for a pipe."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from loopsy_daemon.cli.text import printable

_PIPE_WIDTH: Final = 10_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A text that may be cut with `…` where the terminal is narrow, in one of rich's styles."""

    text: str
    style: str = ""
    may_shrink: bool = False


def print_table(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Print rows below headings, in columns without lines."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH, highlight=False, markup=False, emoji=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for index, heading in enumerate(headings):
        shrinks = any(row[index].may_shrink for row in rows)
        table.add_column(heading, no_wrap=True, overflow="ellipsis", min_width=None if shrinks else len(heading))
    for row in rows:
        table.add_row(*(Text(printable(cell.text), style=cell.style) for cell in row))
    console.print(table, soft_wrap=False)
