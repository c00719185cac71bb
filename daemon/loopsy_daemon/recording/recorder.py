"""Records one session while it runs: gathers what happens, and has it written where nobody waits for the disk."""

import asyncio
import logging
import signal
from collections.abc import Callable
from typing import Final

from loopsy_daemon.recording import asciicast
from loopsy_daemon.recording.file import RecordingFile
from loopsy_daemon.sessions.child import ExitStatus

FLUSH_SECONDS: Final = 0.25
FLUSH_BYTES: Final = 262_144
# A disk that is so far behind will not catch up.
MAX_PENDING_BYTES: Final = 33_554_432
_SIGNALLED_STATUS: Final = 128
_log = logging.getLogger(__name__)


class Recorder:
    """Observes a session, input excepted. `on_end` is called once, when nothing more will be recorded."""

    def __init__(self, file: RecordingFile, on_end: Callable[[], object]) -> None:
        self._file: RecordingFile | None = file
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._pending: list[tuple[float, str, bytes]] = []
        self._pending_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Future[bool] | None = None
        self._is_ending = False

    def output_received(self, data: bytes) -> None:
        """The program printed."""
        self._add(asciicast.OUTPUT, data)

    def resized(self, cols: int, rows: int) -> None:
        """The program's terminal has another size."""
        self._add(asciicast.RESIZE, f"{cols}x{rows}".encode())

    def program_exited(self, status: ExitStatus) -> None:
        """The program ended: so does the recording."""
        self._end(asciicast.EXIT, str(_shell_status(status)))

    def mark(self, text: str) -> None:
        """Add a remark."""
        self._add(asciicast.MARK, text.encode())

    def stop(self) -> None:
        """End the recording although the program goes on."""
        self._end(asciicast.MARK, asciicast.END)

    async def close(self) -> None:
        """Write what is pending and let go of the file; the recording may be resumed."""
        self._is_ending = True
        while self._file is not None:
            self._flush()
            if self._writing is not None:
                await asyncio.wait([self._writing])
                await asyncio.sleep(0)  # its callback has its turn

    def _end(self, code: str, text: str) -> None:
        self._add(code, text.encode())
        self._is_ending = True
        self._flush()

    def _add(self, code: str, data: bytes) -> None:
        if self._is_ending:
            return
        self._pending.append((self._loop.time(), code, data))
        self._pending_bytes += len(data)
        if self._pending_bytes > MAX_PENDING_BYTES:
            self._pending = [(self._loop.time(), asciicast.MARK, f"{asciicast.END}: the disk is too slow".encode())]
            self._is_ending = True
        if self._pending_bytes > FLUSH_BYTES or self._is_ending:
            self._flush()
        elif self._timer is None:
            self._timer = self._loop.call_later(FLUSH_SECONDS, self._flush)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._writing is not None or self._file is None:
            return
        if not self._pending:
            if self._is_ending:
                self._let_go()
            return
        events, self._pending, self._pending_bytes = self._pending, [], 0
        self._writing = self._loop.run_in_executor(None, self._file.write, events)
        self._writing.add_done_callback(self._written)

    def _written(self, writing: "asyncio.Future[bool]") -> None:
        self._writing = None
        error = writing.exception()
        if error is not None:
            _log.warning("a recording ends: %s", error)
        if error is not None or not writing.result():
            self._is_ending = True
            self._pending.clear()
        if self._pending or self._is_ending:
            self._flush()

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
            self._on_end()


def _shell_status(status: ExitStatus) -> int:
    if status.signal is None:
        return status.code if status.code is not None else 1
    number = getattr(signal, f"SIG{status.signal}", None)
    return _SIGNALLED_STATUS + (int(number) if number is not None else 0)
