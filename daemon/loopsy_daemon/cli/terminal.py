"""The terminal that the command runs in: raw while a session is shown, and as it was after whatever happens."""

import asyncio
import os
import select
import signal
import sys
import termios
import time
import tty
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from loopsy_daemon.errors import UsageError

READ_BYTES: Final = 16_384
_RESTORE_DEADLINE_SECONDS: Final = 1.0
CLEAR: Final = b"\x1b[!p\x1b[m\x1b[H\x1b[2J"
_RESTORE: Final = (
    b"\x1b[?1047l"  # back from the alternate screen; 1049 would also move the cursor where nobody saved it
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1006l\x1b[?1015l"  # mouse and focus reports
    b"\x1b[?2004l\x1b[?2026l\x1b[?1l\x1b>"  # bracketed paste, held frames, application keys
    b"\x1b[<8u\x1b[>4m"  # enhanced keyboards
    b"\x1b7\x1b[r\x1b8\x1b[!p\x1b[m\x1b(B\x1b[?7h\x1b[?25h\x1b[0 q"  # region, colours, characters, wrapping, cursor
    b"\r\n\x1b[J"  # what comes next begins on a line of its own
)


class LocalTerminal:
    """A context: raw inside, restored at its end. Raises UsageError outside a terminal."""

    def __init__(self) -> None:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise UsageError("This command needs a terminal.", "loopsy list")
        self._input = sys.stdin.fileno()
        self._output = sys.stdout.fileno()
        self._saved = termios.tcgetattr(self._input)
        self._writing = -1

    def __enter__(self) -> Self:
        self._writing = self._open_writer()
        try:
            tty.setraw(self._input, termios.TCSANOW)
        except BaseException:
            self._close_writer()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._write_within(_RESTORE, _RESTORE_DEADLINE_SECONDS)
        finally:
            self._close_writer()
            with suppress(termios.error):  # the terminal may be gone
                termios.tcsetattr(self._input, termios.TCSANOW, self._saved)

    async def clear(self) -> None:
        """Begin with an empty screen; what was on it goes to the person's scrollback."""
        _, rows = self.size()
        await self.write(b"\r\n" * rows + CLEAR)

    def size(self) -> tuple[int, int]:
        """Return columns and rows, within what the protocol allows."""
        try:
            found = os.get_terminal_size(self._output)
        except OSError:
            return 80, 24
        return min(max(found.columns, 2), 1_000), min(max(found.lines, 1), 1_000)

    def on_input(self, received: Callable[[bytes], None]) -> None:
        """Call this with what is typed; with nothing when the terminal is gone."""
        asyncio.get_running_loop().add_reader(self._input, self._read, received)

    def pause_input(self) -> None:
        """Leave what is typed in the terminal's queue until `on_input` is called again."""
        asyncio.get_running_loop().remove_reader(self._input)

    def on_resize(self, resized: Callable[[], None]) -> None:
        """Call this after the window has changed."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGWINCH, resized)

    async def write(self, data: bytes) -> None:
        """Return once the terminal has taken all of it; a stopped terminal (Ctrl-S) holds up nothing else."""
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._writing, view) :]
            except BlockingIOError:
                await self._writable()

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_writer(self._writing, _resolve, ready)
        try:
            await ready
        finally:
            loop.remove_writer(self._writing)

    def _read(self, received: Callable[[bytes], None]) -> None:
        try:
            data = os.read(self._input, READ_BYTES)
        except BlockingIOError:
            return
        except OSError:  # EIO: hung up
            data = b""
        if not data:
            self.pause_input()
        received(data)

    def _open_writer(self) -> int:
        # A file description of our own: non-blocking mode on the shared one would outlive us in the person's shell.
        for name in (_tty_name(self._output), "/dev/tty"):
            if name:
                with suppress(OSError):
                    return os.open(name, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        return os.dup(self._output)

    def _close_writer(self) -> None:
        if self._writing >= 0:
            os.close(self._writing)
            self._writing = -1

    def _write_within(self, data: bytes, deadline_seconds: float) -> None:
        deadline = time.monotonic() + deadline_seconds
        while data and (left := deadline - time.monotonic()) > 0:
            try:
                data = data[os.write(self._writing, data) :]
            except BlockingIOError:
                select.select([], [self._writing], [], left)
            except OSError:  # the terminal is gone
                return


def _tty_name(descriptor: int) -> str | None:
    try:
        return os.ttyname(descriptor)
    except OSError:
        return None


def _resolve(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)
