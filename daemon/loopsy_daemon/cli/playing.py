"""A recording played in the local terminal: paused by space, left by q, at any speed and in any size."""

import asyncio
import signal
from collections.abc import Iterable
from typing import Any, Final

from loopsy_daemon.cli.daemon import SIGNALLED_STATUS
from loopsy_daemon.cli.painter import Painter
from loopsy_daemon.cli.terminal import LocalTerminal
from loopsy_daemon.recording import asciicast
from loopsy_daemon.recording.text import screen_size

FRAME_SECONDS: Final = 0.03
_QUIT_KEYS: Final = b"qQ\x03\x04"
_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_PAUSED: Final = "paused: space goes on, q quits"
_ENDED: Final = "the end: any key leaves"


def play(
    terminal: LocalTerminal,
    size: tuple[int, int],
    events: Iterable[asciicast.Event],
    *,
    speed: float,
    idle_limit_seconds: float | None,
) -> int:
    """Show the events in the terminal and return the exit status."""

    async def show() -> int:
        with terminal:
            return await _Player(terminal, size, speed, idle_limit_seconds).play(events)

    return asyncio.run(show())


class _Player:
    def __init__(
        self, terminal: LocalTerminal, size: tuple[int, int], speed: float, idle_limit_seconds: float | None
    ) -> None:
        self._terminal = terminal
        self._painter = Painter(*screen_size(*size))
        self._speed = speed
        self._idle_limit_seconds = idle_limit_seconds
        self._loop = asyncio.get_running_loop()
        self._left: asyncio.Future[int] = self._loop.create_future()
        self._is_paused = False
        self._has_ended = False
        self._something_changed = asyncio.Event()
        self._painted_at = 0.0

    async def play(self, events: Iterable[asciicast.Event]) -> int:
        self._terminal.on_input(self._type)
        self._terminal.on_resize(self._something_changed.set)
        self._terminal.on_job_control(self._repaint)
        for number in _SIGNALS:
            self._loop.add_signal_handler(number, self._leave, SIGNALLED_STATUS + number)
        try:
            await self._play(events)
            self._has_ended = True
            self._painter.notice = _ENDED
            while not self._left.done():
                await self._paint()
                await self._wait(None)
            return self._left.result()
        finally:
            self._terminal.pause_input()
            self._painter.close()

    async def _play(self, events: Iterable[asciicast.Event]) -> None:
        due_at = self._loop.time()
        for event in events:
            interval_seconds = event.interval_seconds
            if self._idle_limit_seconds is not None:
                interval_seconds = min(interval_seconds, self._idle_limit_seconds)
            due_at += interval_seconds / self._speed
            while not self._left.done() and (self._is_paused or due_at > self._loop.time()):
                waiting_since, was_paused = self._loop.time(), self._is_paused
                await self._paint()
                await self._wait(None if was_paused else due_at - waiting_since)
                if was_paused:
                    due_at += self._loop.time() - waiting_since
            if self._left.done():
                return
            if event.code == asciicast.OUTPUT:
                self._painter.feed(event.data.encode(errors="replace"))
            elif event.size is not None:
                self._painter.resize(*screen_size(*event.size))
            if self._loop.time() - self._painted_at > FRAME_SECONDS:
                await self._paint()
                await asyncio.sleep(0)  # keys and signals have their turn

    async def _paint(self) -> None:
        self._painted_at = self._loop.time()
        await self._terminal.write(self._painter.frame(*self._terminal.size()))

    async def _wait(self, seconds: float | None) -> None:
        """Return when something changed, or after that time."""
        self._something_changed.clear()
        if not self._left.done():
            changed = asyncio.ensure_future(self._something_changed.wait())
            waits: list[asyncio.Future[Any]] = [changed, self._left]
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()

    def _type(self, data: bytes) -> None:
        if not data or self._has_ended or any(key in _QUIT_KEYS for key in data):
            self._leave(0)
        elif data.count(b" ") % 2:
            self._is_paused = not self._is_paused
            self._painter.notice = _PAUSED if self._is_paused else ""
            self._something_changed.set()

    def _repaint(self) -> None:
        self._painter.forget()
        self._something_changed.set()

    def _leave(self, status: int) -> None:
        if not self._left.done():
            self._left.set_result(status)
