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

from loopsy_daemon.cli.pass_through import FRESH
from loopsy_daemon.errors import UsageError

READ_BYTES: Final = 16_384
_RESTORE_DEADLINE_SECONDS: Final = 1.0
# The title is saved, and what is on the screen stays below ours.
_SAVE_TITLE: Final = b"\x1b[22;0t"
_ENTER: Final = b"\x1b[?1049h" + FRESH
_LEAVE: Final = FRESH + b"\x1b[?1049l\x1b[23;0t"


class LocalTerminal:
    """A context: raw and on its alternate screen inside, as before at its end. Raises UsageError outside a terminal."""

    def __init__(self, hint: str = "loopsy list") -> None:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise UsageError("This command needs a terminal.", hint)
        self._input = sys.stdin.fileno()
        self._output = sys.stdout.fileno()
        self._saved = termios.tcgetattr(self._input)
        self._writing = -1

    def __enter__(self) -> Self:
        self._writing = self._open_writer()
        try:
            self._take_over()
        except BaseException:
            self._close_writer()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            for number in (signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT):
                asyncio.get_running_loop().remove_signal_handler(number)
            self._give_back()
        finally:
            self._close_writer()

    def _take_over(self) -> None:
        tty.setraw(self._input, termios.TCSANOW)
        self._write_within(_SAVE_TITLE + _ENTER, _RESTORE_DEADLINE_SECONDS)

    def _give_back(self) -> None:
        try:
            self._write_within(_LEAVE, _RESTORE_DEADLINE_SECONDS)
        finally:
            with suppress(termios.error):  # the terminal may be gone
                termios.tcsetattr(self._input, termios.TCSANOW, self._saved)

    def _stop(self) -> None:
        """Stop this process as the shell's job control does; return when it goes on."""
        self._give_back()
        former = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, former)
        with suppress(termios.error):
            self._take_over()

    def _went_on(self) -> None:
        """Take the terminal again: whoever had it meanwhile has changed it, and STOP gives no warning."""
        with suppress(termios.error):
            tty.setraw(self._input, termios.TCSANOW)
        self._write_within(_ENTER, _RESTORE_DEADLINE_SECONDS)

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

    def on_job_control(self, returned: Callable[[], None]) -> None:
        """Let this process be stopped, and call this when it goes on with an empty screen."""

        def act(action: Callable[[], None]) -> None:
            action()
            returned()

        for number, action in ((signal.SIGTSTP, self._stop), (signal.SIGCONT, self._went_on)):
            asyncio.get_running_loop().add_signal_handler(number, act, action)

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
