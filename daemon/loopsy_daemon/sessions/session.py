"""A program on a terminal, its screen and output, and the clients that follow it."""

import asyncio
import signal as signals
import time
from collections.abc import Callable
from typing import Final

from loopsy_daemon.sessions.child import ExitStatus
from loopsy_daemon.sessions.clients import ClientBook
from loopsy_daemon.sessions.errors import BadRequest, SessionExited, UnknownSession
from loopsy_daemon.sessions.identity import DEFAULT_MEMORY, Labels, Memory, Program
from loopsy_daemon.sessions.output_log import OutputLog
from loopsy_daemon.sessions.pty import Pty, Spawn
from loopsy_daemon.sessions.screen import Screen
from loopsy_daemon.sessions.sink import Sink, Snapshot
from loopsy_daemon.sessions.viewer import Attachment
from loopsy_daemon.wire import limits, messages

ATTACH_SNAPSHOT_BYTES: Final = limits.OUTPUT_WINDOW_BYTES
# A lossless client that has this much unsent output beside a full window holds the program back.
HOLD_BYTES: Final = limits.OUTPUT_WINDOW_BYTES
SIGNALS: Final = {
    name: signals.Signals[f"SIG{name}"] for name in ("INT", "TERM", "HUP", "QUIT", "KILL", "TSTP", "CONT")
}
# Opens a string that a terminal swallows: the rest of one that was too long to keep.
_SWALLOW: Final = b"\x1b]65535;"


class Session:
    """One program. Raises OSError when made if the program cannot be started."""

    def __init__(
        self,
        labels: Labels,
        program: Program,
        cols: int,
        rows: int,
        *,
        spawn: Spawn,
        on_change: Callable[[], object],
        memory: Memory = DEFAULT_MEMORY,
        on_exit: Callable[[], object] = lambda: None,
    ) -> None:
        self.labels = labels
        self.log = OutputLog(cols, rows, memory.output_log_bytes)
        self.exit_status: ExitStatus | None = None
        self._program = program
        self._on_change = on_change
        self._on_exit = on_exit
        self._loop = asyncio.get_running_loop()
        self._active_at = labels.created_at
        self._attachments: list[Attachment] = []
        self._book = ClientBook()
        self._leader: bytes | None = None
        self._acts = 0
        self._last_info: messages.SessionInfo | None = None  # once everything else is released
        self._is_held = False
        self._acknowledge_soon: set[bytes] = set()
        self._acknowledge_timer: asyncio.TimerHandle | None = None
        self._screen = Screen(
            cols, rows, scrollback_lines=memory.scrollback_lines, on_reply=self._reply, on_title=on_change
        )
        self._pty: Pty = spawn(program.argv, program.environment, program.cwd, cols, rows, self)

    @property
    def id(self) -> str:
        """The session's id."""
        return self.labels.id

    @property
    def name(self) -> str:
        """The session's name."""
        return self.labels.name

    @property
    def alive(self) -> bool:
        """Whether the program runs."""
        return self.exit_status is None

    def info(self) -> messages.SessionInfo:
        """Return the session as lists show it."""
        if self._last_info is not None:
            return self._last_info
        status = self.exit_status
        return messages.SessionInfo(
            id=self.labels.id,
            agent=self._program.agent,
            name=self.labels.name,
            title=self._screen.title,
            cwd=self._program.cwd,
            cols=self._screen.cols,
            rows=self._screen.rows,
            created_at=self.labels.created_at,
            active_at=self._active_at,
            alive=status is None,
            clients=len(self._attachments),
            preview=self._screen.preview,
            code=None if status is None else status.code,
            signal=None if status is None else status.signal,
        )

    # --- what clients do ------------------------------------------------------------------------------------------

    def attach(
        self, *, client: bytes, cols: int, rows: int, have: int | None, lossless: bool, sink: Sink
    ) -> Attachment:
        """Follow the output from `have` on if it is still kept, else from a snapshot; call `start` on the result.

        Raises UnknownSession if the session was closed.
        """
        if self._last_info is not None:
            raise UnknownSession(f"{self.name} is gone.", "See `loopsy list`.")
        record = self._book.record(client, {other.client for other in self._attachments})
        if all(record.acted >= other.record.acted for other in self._attachments):
            self._lead(client, cols, rows)
        snapshot = None
        if have is None or not self.log.start <= have <= self.log.end:
            snapshot = self.snapshot(ATTACH_SNAPSHOT_BYTES)
        attachment = Attachment(self, sink, client, record, (cols, rows), have, snapshot, lossless=lossless)
        self._attachments.append(attachment)
        self._hold_or_release()
        self._on_change()
        return attachment

    def signal(self, name: str) -> None:
        """Send a signal to the foreground program. Raises BadRequest or SessionExited."""
        if name not in SIGNALS:
            raise BadRequest(f"There is no signal {name}.", f"Use one of {', '.join(SIGNALS)}.")
        self._require_alive()
        self._pty.signal_foreground(SIGNALS[name])

    def kill(self) -> None:
        """End the program: hang-up, then KILL after 2 s. Raises SessionExited."""
        self._require_alive()
        self._pty.hang_up()

    def close(self) -> None:
        """Kill the program if it runs, and release everything; clients are told nothing any more."""
        if self._last_info is None:
            for attachment in tuple(self._attachments):
                attachment.detach()
            self._last_info = self.info()
            self._acknowledge_now()
            self._pty.close()
            self._screen.close()

    def _require_alive(self) -> None:
        if not self.alive:
            raise SessionExited(f"The program of {self.name} has ended.", "Dismiss it with `loopsy kill`.")

    # --- what the program does (PtyEvents) ------------------------------------------------------------------------

    def output_received(self, data: bytes) -> None:
        """The program printed `data`."""
        self._screen.feed(data)
        self.log.append(data)
        self._active_at = time.time()
        now = self._loop.time()
        for attachment in tuple(self._attachments):
            attachment.output_arrived(now)
        self._hold_or_release()

    def program_exited(self, status: ExitStatus) -> None:
        """The program ended, after its last output."""
        self.exit_status = status
        for attachment in tuple(self._attachments):
            attachment.state_changed()
        self._on_exit()
        self._on_change()

    def _reply(self, data: bytes) -> None:
        self._pty.write(data)

    # --- what attachments need (Viewed) ---------------------------------------------------------------------------

    def snapshot(self, size_bytes: int) -> Snapshot:
        """Return what stands for the output so far, on a boundary outside any sequence."""
        data = self._screen.snapshot(size_bytes)
        base = self.log.end
        unfinished = self._screen.unfinished()
        if unfinished is None:
            data += _SWALLOW
        elif unfinished:
            start = base - len(unfinished)
            # The client gets the beginning of the sequence again as output, at the size that it is parsed with.
            if start >= self._latest_mark_offset() and self._ends_with(unfinished):
                base = start
            else:
                data += unfinished
        return Snapshot(base, self._screen.cols, self._screen.rows, data)

    def _latest_mark_offset(self) -> int:
        return self.log.size_at(self.log.end).offset

    def _ends_with(self, tail: bytes) -> bool:
        start = self.log.end - len(tail)
        return start >= self.log.start and self.log.read(start, len(tail)) == tail

    def leads(self, client: bytes) -> bool:
        """Return whether this client leads."""
        return client == self._leader

    def input_received(self, attachment: Attachment, offset: int, data: bytes) -> None:
        """A client typed; what was seen before is acknowledged again. Raises ProtocolViolation."""
        if not self.alive:
            return
        record = attachment.record
        fresh = record.input.accept(offset, data)
        if not fresh:
            self._acknowledge(attachment.client, 0)
            return
        self._active_at = time.time()
        self._act(attachment)
        for other in self._attachments:
            other.input_arrived()

        def written(count_bytes: int) -> None:
            record.input.record_written(count_bytes)
            self._acknowledge(attachment.client, record.input.unacknowledged_bytes)

        self._pty.write(fresh, written)

    def _acknowledge(self, client: bytes, unacknowledged_bytes: int) -> None:
        """Tell the client what was written: soon, so that what it types next is told with it; at once if it is much."""
        self._acknowledge_soon.add(client)
        if unacknowledged_bytes >= limits.INPUT_WINDOW_BYTES // 2:
            self._acknowledge_now()
        elif self._acknowledge_timer is None:
            self._acknowledge_timer = self._loop.call_later(limits.INPUT_ACK_SECONDS, self._acknowledge_now)

    def _acknowledge_now(self) -> None:
        if self._acknowledge_timer is not None:
            self._acknowledge_timer.cancel()
            self._acknowledge_timer = None
        clients, self._acknowledge_soon = self._acknowledge_soon, set()
        for attachment in tuple(self._attachments):
            if attachment.client in clients:
                attachment.input_written(attachment.record.input.take_acknowledgement())

    def size_wanted(self, attachment: Attachment, *, claim: bool) -> None:
        """A client's size changed, or it takes the lead."""
        if claim:
            self._act(attachment)
        elif attachment.client == self._leader:
            self._lead(attachment.client, attachment.wanted_cols, attachment.wanted_rows)

    def viewer_moved(self) -> None:
        """A lossless client caught up some."""
        if self._is_held:
            self._hold_or_release()

    def viewer_left(self, attachment: Attachment) -> None:
        """A client stopped following. The size stays: it may be back in a moment."""
        self._attachments.remove(attachment)
        if self._attachments and all(other.client != self._leader for other in self._attachments):
            successor = max(self._attachments, key=lambda other: other.record.acted)
            self._lead(successor.client, self._screen.cols, self._screen.rows)
        self._hold_or_release()
        self._on_change()

    # --- lead and hold --------------------------------------------------------------------------------------------

    def _act(self, attachment: Attachment) -> None:
        self._acts += 1
        attachment.record.acted = self._acts
        self._lead(attachment.client, attachment.wanted_cols, attachment.wanted_rows)

    def _lead(self, client: bytes, cols: int, rows: int) -> None:
        """Let a client lead, and give the program its size."""
        is_same_size = (cols, rows) == (self._screen.cols, self._screen.rows)
        if not self.alive or (client == self._leader and is_same_size):
            return
        self._leader = client
        self.log.mark_size(cols, rows)
        if not is_same_size:
            self._screen.resize(cols, rows)
            self._pty.resize(cols, rows)
            self._on_change()
        for attachment in tuple(self._attachments):
            attachment.state_changed()

    def _hold_or_release(self) -> None:
        """Stop reading from the program while a lossless client is too far behind, and go on when none is."""
        limit_bytes = HOLD_BYTES // 2 if self._is_held else HOLD_BYTES
        is_held = any(other.lossless and other.unsent_bytes >= limit_bytes for other in self._attachments)
        if is_held != self._is_held:
            self._is_held = is_held
            if is_held:
                self._pty.pause_reading()
            else:
                self._pty.resume_reading()
