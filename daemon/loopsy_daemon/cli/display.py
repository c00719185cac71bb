"""How a session appears in the local terminal: as its bytes where both have one size, painted where they differ."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from loopsy_daemon.cli.pass_through import FRESH, PassThrough
from loopsy_daemon.cli.terminal import LocalTerminal

if TYPE_CHECKING:
    from loopsy_daemon.cli.painter import Painter

FRAME_SECONDS: Final = 0.03
_BEGIN_FRAME: Final = b"\x1b[?2026h"
_END_FRAME: Final = b"\x1b[?2026l"


class Display:
    """Begin it for each screen that the daemon sends, then feed it that screen and the output after it."""

    def __init__(self, terminal: LocalTerminal) -> None:
        self.size = (0, 0)  # of the program, when the last screen began
        self._terminal = terminal
        self._passing = PassThrough()
        self._painter: Painter | None = None
        self._painting: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._is_overwritten = False

    @property
    def held_bytes(self) -> int:
        """How much of what was fed the terminal has not seen yet."""
        return 0 if self._painter else self._passing.held_bytes

    @property
    def can_go_on(self) -> bool:
        """Whether output that follows what was fed may simply be fed, after a pause."""
        return not self._is_overwritten and self.size == self._terminal.size()

    async def begin(self, cols: int, rows: int) -> None:
        """Empty the terminal for a program of this size."""
        await self.end()
        self.size = (cols, rows)
        self._passing = PassThrough()
        self._is_overwritten = False
        await self._terminal.write(FRESH)
        if self.size != self._terminal.size():
            from loopsy_daemon.cli.painter import Painter

            note = f"[{cols} x {rows}, the size of another client; type to take over]"
            self._painter = Painter(cols, rows, note)
            self._painting = asyncio.create_task(self._paint(self._painter))
            self._changed.set()

    async def screen(self, data: bytes, *, is_first: bool, is_last: bool) -> None:
        """Take a part of the screen with which it begins."""
        framed = (_BEGIN_FRAME if is_first else b"") + data + (_END_FRAME if is_last else b"")
        await self.output(framed)

    async def output(self, data: bytes) -> bool:
        """Take output; return whether only a new screen can show what the program shows now."""
        if self._painter is None:
            passed = self._passing.feed(data)
            await self._terminal.write(passed.data)
            return passed.redraw
        if self._painting is not None and self._painting.done():
            self._painting.result()  # raises: the terminal is gone
        self._painter.feed(data)
        self._changed.set()
        return False

    def forget_held(self) -> None:
        """Drop what the terminal has not seen: it will be fed again."""
        self._passing.forget_held()

    async def say(self, text: str) -> None:
        """Show a line at the bottom, in place of what was there."""
        await self.end()
        columns, rows = self._terminal.size()
        line = f" {text} "[:columns].encode()
        self._is_overwritten = True
        await self._terminal.write(b"\x1b7\x1b[?6l\x1b[%d;1H\x1b[0;7m\x1b[2K%b\x1b8" % (rows, line))

    async def end(self) -> None:
        """Paint no more."""
        if self._painting is not None:
            self._painting.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await self._painting
            self._painting = None
        if self._painter is not None:
            self._painter.close()
            self._painter = None

    async def _paint(self, painter: "Painter") -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self._terminal.write(painter.frame(*self._terminal.size()))
            await asyncio.sleep(FRAME_SECONDS)
