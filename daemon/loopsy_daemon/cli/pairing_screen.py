"""What a person sees while a pairing is open: the QR code, the link, the code, and how long it stays open."""

import os
import shutil
import sys
import time
from collections.abc import Callable
from typing import Final

from loopsy_daemon.cli.large_digits import large_digits
from loopsy_daemon.cli.qr import half_blocks, qr_matrix
from loopsy_daemon.cli.results import PairOpened

_ERASE_LINE: Final = "\r\x1b[2K"


def pairing_lines(opened: PairOpened, *, columns: int, colour: bool) -> list[str]:
    """Return what is shown; the QR code is left out where the window is too narrow for it."""
    matrix = qr_matrix(opened.url)
    if len(matrix[0]) <= columns:
        picture = half_blocks(matrix, colour=colour)
    else:
        picture = [f"(the QR code needs a window of {len(matrix[0])} columns, or: loopsy mobile pair --qr-png FILE)"]
    digits = [f"    {line}" for line in large_digits(opened.code)]
    return [
        *picture,
        "",
        "Scan this with the phone's camera, or open the link there:",
        opened.url,
        "",
        f"Then type the code: {opened.code}",
        "",
        *digits,
        "",
    ]


def show_pairing(opened: PairOpened) -> None:
    """Print the pairing to stdout."""
    on_terminal = sys.stdout.isatty()
    columns = shutil.get_terminal_size().columns if on_terminal else sys.maxsize
    lines = pairing_lines(opened, columns=columns, colour=on_terminal and not os.environ.get("NO_COLOR"))
    print("\n".join(lines), flush=True)


class Countdown:
    """One line on stderr that tells how long the pairing stays open; nothing outside a terminal."""

    def __init__(self, expires_at: float, clock: Callable[[], float] = time.time) -> None:
        self._expires_at = expires_at
        self._clock = clock
        self._visible = sys.stderr.isatty()

    def show(self) -> None:
        """Draw the line again."""
        if self._visible:
            left = max(0, round(self._expires_at - self._clock()))
            text = f"{_ERASE_LINE}Waiting for the phone, {left // 60}:{left % 60:02} left; Ctrl-C cancels"
            print(text, end="", file=sys.stderr, flush=True)

    def interrupt(self, line: str) -> None:
        """Print a line above it."""
        print(f"{_ERASE_LINE if self._visible else ''}{line}", file=sys.stderr, flush=True)
        self.show()

    def clear(self) -> None:
        """Take the line away."""
        if self._visible:
            print(_ERASE_LINE, end="", file=sys.stderr, flush=True)
