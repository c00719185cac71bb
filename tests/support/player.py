"""A program for tests: prints what it is told to, echoes what it hears, and writes down both.

`python -m tests.support.player DIRECTORY`. In the directory it makes `commands` (a FIFO that takes lines), `printed`
and `heard`. A new size of the terminal clears it, so that its content never depends on how a terminal reflows.
"""

import contextlib
import os
import random
import select
import signal
import sys
import tty
from collections.abc import Iterator
from pathlib import Path

READY = b"\x06"
"""Printed first, in raw mode: what is typed before it would go through the terminal's line editing."""
CLEAR = b"\x1b[?1049l\x1b[0m\x1b[r\x1b[3J\x1b[2J\x1b[H"
# Terminals differ in the pen of half a wide character whose other half was overwritten, so none is overwritten in one
# that can be seen.
_FRESH_ROW = "\r\x1b[2K"
_PIECES = (
    *("plain ", "x" * 70, "終わり ", "é", "wide ✓ ", "👨‍👩‍👧 ", "\r\n", "\r\n", "\t", "\b"),
    *("\x1b[31mred\x1b[0m ", "\x1b[1;35m", "\x1b[0m", "\x1b[2K", "\x1b[J", "\x1b[5;9H", "\x1b[3A", "\x1b[2C"),
    *(_FRESH_ROW + "\x1b[44mblue\x1b[3Cgap\tend\x1b[0m", _FRESH_ROW + "\x1b[7;4min\tverse\x1b[2C.\x1b[0m|"),
    *("\x1b[48;2;9;99;9m\x1b[K\x1b[0m", "\x1b[41m\x1b[3X\x1b[0m", "\x1b[42m\x1b[J\x1b[0m"),
    *("\x1b]2;title\x07", "\x1b[?25l", "\x1b[?25h", "\x1b[?2004h", "\x1b[2;5r", "\x1b[r"),
)
# As full-screen programs do it: terminals differ in what a switch keeps of pen and margins, and in a second one.
_TO_ALTERNATE = "\x1b[0m\x1b[r\x1b[?1049h\x1b[2J\x1b[H"
_TO_PRIMARY = "\x1b[0m\x1b[r\x1b[?1049l\x1b[H"
_ONE_IN = 60


def stream(seed: int, size_bytes: int) -> bytes:
    """Return about as many bytes of text and escape sequences, every sequence whole."""
    return b"".join(pieces(seed, size_bytes))


def pieces(seed: int, size_bytes: int) -> Iterator[bytes]:
    """Yield the stream's pieces, from the primary screen on and with switches to the other one and back."""
    chooser = random.Random(seed)
    count_bytes, is_alternate = 0, False
    piece = _TO_PRIMARY
    while count_bytes < size_bytes:
        yield piece.encode()
        count_bytes += len(piece.encode())
        if chooser.randrange(_ONE_IN):
            piece = chooser.choice(_PIECES)
        else:
            is_alternate = not is_alternate
            piece = _TO_ALTERNATE if is_alternate else _TO_PRIMARY


class Player:
    """Waits for input, commands and sizes, and does each to its end before the next."""

    def __init__(self, directory: Path) -> None:
        fifo = directory / "commands"
        self._printed = (directory / "printed").open("wb", buffering=0)
        self._heard = (directory / "heard").open("wb", buffering=0)
        tty.setraw(sys.stdin.fileno())
        self._resized, woken = os.pipe()
        os.set_blocking(woken, False)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        signal.signal(signal.SIGWINCH, lambda *_: None)
        os.mkfifo(directory / "making", 0o600)
        self._commands = os.open(directory / "making", os.O_RDWR)
        (directory / "making").rename(fifo)  # whoever sees it finds a reader
        self._unread = b""

    def play(self) -> int:
        """Play until the command to exit; return the exit status."""
        self._print(READY)
        while True:
            ready, _, _ = select.select([self._resized, self._commands, 0], [], [])
            if self._resized in ready:
                os.read(self._resized, 4_096)
                self._print(CLEAR)
            if 0 in ready:
                data = os.read(0, 65_536)
                self._heard.write(data)
                self._print(data)
            if self._commands in ready:
                self._unread += os.read(self._commands, 65_536)
                *lines, self._unread = self._unread.split(b"\n")
                for line in lines:
                    status = self._do(*line.decode().split())
                    if status is not None:
                        return status

    def _do(self, what: str, *values: str) -> int | None:
        match what:
            case "print":
                self._print(stream(int(values[0]), int(values[1])))
            case "title":
                self._print(f"\x1b]2;{values[0]}\x07".encode())
            case "exit":
                return int(values[0])
        return None

    def _print(self, data: bytes) -> None:
        while data:
            count_bytes = os.write(1, data)
            self._printed.write(data[:count_bytes])
            data = data[count_bytes:]


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(Player(Path(sys.argv[1])).play())
