"""A program on a POSIX pseudoterminal, driven by the event loop."""

import asyncio
import collections
import contextlib
import errno
import os
import signal
import termios
from collections.abc import Callable
from functools import partial
from typing import Final

from loopsy_daemon.keeper.input_marks import Pipe
from loopsy_daemon.keeper.program import start_program
from loopsy_daemon.sessions.child import ExitStatus, watch_exit
from loopsy_daemon.sessions.identity import Program
from loopsy_daemon.sessions.output_log import OutputLog
from loopsy_daemon.sessions.pty import HandOver, Pty, PtyEvents

# Linux hands out at most 4 KiB at a time and refills its buffer meanwhile: a piece of this size is handed over while
# it does, so that neither waits for the other; after so many bytes the loop is left to others.
PIECE_BYTES: Final = 8_192
TURN_BYTES: Final = 65_536
# So little at first is the whole of what there was: an echo, not a part of more.
LITTLE_BYTES: Final = 256
OPTIONAL_QUEUE_BYTES: Final = 65_536
KILL_AFTER_SECONDS: Final = 2.0
# Output of a program that has ended is in the kernel already; only a process that survives HUP keeps the end away.
DRAIN_SECONDS: Final = 1.0


def spawn_posix(session_id: str, program: Program, cols: int, rows: int, log: OutputLog, events: PtyEvents) -> Pty:  # noqa: ARG001
    """Start a program as a child of this process: it ends with it. Raises OSError."""
    pid, master = start_program(
        [os.fsencode(argument) for argument in program.argv],
        {os.fsencode(name): os.fsencode(value) for name, value in program.environment.items()},
        os.fsencode(program.cwd),
        cols,
        rows,
    )
    return PosixPty(pid, master, log, events, partial(watch_exit, pid))


class PosixPty:
    """Reads when there is something, writes when there is room, reports the exit after the last byte."""

    def __init__(
        self,
        pid: int,
        master: int,
        log: OutputLog,
        events: PtyEvents,
        watch: Callable[[Callable[[ExitStatus], None]], None],
        *,
        on_closed: Callable[[], None] | None = None,
        input_pipe: Pipe | None = None,
    ) -> None:
        """Take over a terminal's master, not blocking. `watch` reports how the program ended.

        With `on_closed`, which is told that this side is closed, somebody else keeps the terminal when we leave.
        """
        self._fd = master
        self._pid = pid
        self._log = log
        self._events = events
        self._on_closed = on_closed
        self.input_pipe = input_pipe
        self._loop = asyncio.get_running_loop()
        self._queue: collections.deque[tuple[memoryview, Callable[[int], None] | None, HandOver]] = collections.deque()
        self._queued_bytes = 0
        self._is_writing = False
        self._is_paused = False
        self._is_reading = False
        self._ended = False  # no more output will come
        self._status: ExitStatus | None = None
        self._closed = False
        self._drain_timer: asyncio.TimerHandle | None = None
        self._kill_timer: asyncio.TimerHandle | None = None
        watch(self._process_exited)
        self._start_reading()

    @property
    def pid(self) -> int:
        """The program's process id, which is its session's and first process group's as well."""
        return self._pid

    # --- output ---------------------------------------------------------------------------------------------------

    def pause_reading(self) -> None:
        """Leave output in the terminal's buffer."""
        self._is_paused = True
        self._stop_reading()

    def resume_reading(self) -> None:
        """Read output again."""
        self._is_paused = False
        self._start_reading()

    def _start_reading(self) -> None:
        if not (self._is_reading or self._is_paused or self._ended or self._closed):
            self._loop.add_reader(self._fd, self._readable)
            self._is_reading = True

    def _stop_reading(self) -> None:
        if self._is_reading:
            self._loop.remove_reader(self._fd)
            self._is_reading = False

    def _readable(self) -> None:
        left_bytes = TURN_BYTES
        while left_bytes > 0 and self._is_reading:
            start = self._log.end
            count_bytes = self._read_piece()
            left_bytes -= count_bytes
            if count_bytes:
                self._events.output_received(self._log.read(start, count_bytes))
            if count_bytes < PIECE_BYTES:
                break
        if self._ended:
            self._report_exit()

    def _read_piece(self) -> int:
        """Read what there is into the log, up to about a piece; less than a piece means that there was no more."""
        gathered_bytes = 0
        while gathered_bytes < PIECE_BYTES:
            try:
                count_bytes = self._log.read_from(self._fd)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.EIO:  # EIO is how a terminal says that nobody holds its other side
                    raise
                count_bytes = 0
            if not count_bytes:
                self._ended = True
                self._stop_reading()
                break
            gathered_bytes += count_bytes
            if gathered_bytes <= LITTLE_BYTES:
                break
        return gathered_bytes

    # --- input ----------------------------------------------------------------------------------------------------

    def write(
        self, data: bytes, on_written: Callable[[int], None] | None = None, hand_over: HandOver = os.write
    ) -> bool:
        """Queue input in order, and hand over at once what the terminal takes."""
        if self._closed or (on_written is None and self._queued_bytes > OPTIONAL_QUEUE_BYTES):
            return False
        self._queue.append((memoryview(data), on_written, hand_over))
        self._queued_bytes += len(data)
        if not self._is_writing:
            self._writable()
        return True

    def _writable(self) -> None:
        while self._queue:
            view, on_written, hand_over = self._queue[0]
            try:
                count_bytes = hand_over(self._fd, view)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                self._forget_input()  # nobody will read it
                break
            self._queued_bytes -= count_bytes
            if count_bytes == len(view):
                self._queue.popleft()
            else:
                self._queue[0] = (view[count_bytes:], on_written, hand_over)
            if on_written is not None:
                on_written(count_bytes)
        if bool(self._queue) != self._is_writing:
            self._is_writing = bool(self._queue)
            if self._is_writing:
                self._loop.add_writer(self._fd, self._writable)
            else:
                self._loop.remove_writer(self._fd)

    def _forget_input(self) -> None:
        self._queue.clear()
        self._queued_bytes = 0

    # --- size and signals -----------------------------------------------------------------------------------------

    def resize(self, cols: int, rows: int) -> None:
        """Change the terminal's size; the program gets WINCH."""
        if not self._closed:
            termios.tcsetwinsize(self._fd, (rows, cols))

    def signal_foreground(self, number: int) -> None:
        """Send a signal to the foreground process group, or to the program's own if there is none."""
        if self._status is None and not self._closed:
            _signal_group(self._foreground_group() or self._pid, number)

    def hang_up(self) -> None:
        """Send HUP to the program and what runs in the foreground, and KILL 2 s later."""
        if self._status is not None or self._closed or self._kill_timer is not None:
            return
        self._signal_all(signal.SIGHUP)
        self._signal_all(signal.SIGCONT)  # a stopped program would not see it
        self._kill_timer = self._loop.call_later(KILL_AFTER_SECONDS, self._signal_all, signal.SIGKILL)

    def _signal_all(self, number: int) -> None:
        for group in {self._pid, self._foreground_group() or self._pid}:
            _signal_group(group, number)

    def _foreground_group(self) -> int | None:
        try:
            return os.tcgetpgrp(self._fd) or None
        except OSError:
            return None

    # --- end ------------------------------------------------------------------------------------------------------

    def _process_exited(self, status: ExitStatus) -> None:
        self._status = status
        if self._kill_timer is not None:
            self._kill_timer.cancel()
        if self._closed:
            return
        if not self._ended:
            self._drain_timer = self._loop.call_later(DRAIN_SECONDS, self._give_up_draining)
        self._report_exit()

    def _give_up_draining(self) -> None:
        if self._is_paused:  # somebody still needs the output that is there
            self._drain_timer = self._loop.call_later(DRAIN_SECONDS, self._give_up_draining)
            return
        self._readable()
        if not self._ended:
            self._ended = True
            self._report_exit()

    def _report_exit(self) -> None:
        if not self._ended or self._closed:
            return
        if self._status is None:
            self.hang_up()  # it has closed its terminal and goes on: there is nothing left to show
            return
        self.close()
        self._events.program_exited(self._status)

    def close(self) -> None:
        """Kill what still runs and release everything; no event comes any more."""
        if not self._closed:
            if self._status is None:
                self._signal_all(signal.SIGKILL)
            self._release()
            if self._on_closed is not None:
                self._on_closed()

    def leave(self) -> None:
        """Release everything; the program goes on if somebody else keeps its terminal."""
        if self._on_closed is None:
            self.close()
        elif not self._closed:
            self._release()

    def _release(self) -> None:
        self._closed = True
        self._stop_reading()
        if self._is_writing:
            self._loop.remove_writer(self._fd)
            self._is_writing = False
        self._forget_input()
        for timer in (self._drain_timer, self._kill_timer):
            if timer is not None:
                timer.cancel()
        os.close(self._fd)


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
