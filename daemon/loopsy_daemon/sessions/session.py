"""A program on a terminal, its screen and output, and the clients that follow it."""

import asyncio
import time
import weakref
from collections.abc import Callable, Generator

from loopsy_daemon.keeper.input_marks import InputMarks
from loopsy_daemon.sessions.acknowledgements import Acknowledgements
from loopsy_daemon.sessions.child import SIGNALS, ExitStatus
from loopsy_daemon.sessions.clients import ClientBook
from loopsy_daemon.sessions.errors import BadRequest, SessionExited, UnknownSession
from loopsy_daemon.sessions.history import Piece
from loopsy_daemon.sessions.hold import Hold
from loopsy_daemon.sessions.identity import DEFAULT_MEMORY, Labels, Memory, Program
from loopsy_daemon.sessions.lead import Lead
from loopsy_daemon.sessions.notebook import Former, Notebook
from loopsy_daemon.sessions.observer import NOBODY, Observer
from loopsy_daemon.sessions.output_log import OutputLog
from loopsy_daemon.sessions.pty import Pty, Spawn
from loopsy_daemon.sessions.screen import Screen
from loopsy_daemon.sessions.sink import Sink, Snapshot
from loopsy_daemon.sessions.snapshot_offset import snapshot_at_end
from loopsy_daemon.sessions.tracked_row import TrackedRow
from loopsy_daemon.sessions.viewer import Attachment
from loopsy_daemon.wire import limits, messages


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
        former: Former | None = None,
    ) -> None:
        self.labels = labels
        self.log = OutputLog(cols, rows, memory.output_log_bytes) if former is None else former.log
        self.exit_status: ExitStatus | None = None if former is None else former.exit_status
        self.observer: Observer = NOBODY
        self._on_change = on_change
        self._on_exit = on_exit
        self._loop = asyncio.get_running_loop()
        self._attachments: list[Attachment] = []
        self._notebook = Notebook(self.log, labels, program, None if former is None else former.record)
        self._marks = InputMarks(self.log.ring)
        self._book = ClientBook(self._marks)
        # What a session owns does not own it, so that all of it is gone once it is closed and forgotten.
        owner: Session = weakref.proxy(self)
        self.lead = Lead(owner, self._attachments, self._book.last_act)
        self._last_info: messages.SessionInfo | None = None  # once everything else is released
        self._acknowledgements = Acknowledgements(lambda clients: owner._acknowledge(clients))
        self.screen = Screen(
            cols,
            rows,
            scrollback_lines=memory.scrollback_lines,
            on_reply=lambda reply: owner._reply(reply),
            on_bell=lambda: owner._rang(),
            on_title=on_change,
        )
        try:
            self._pty: Pty = spawn(labels.id, program, cols, rows, self.log, owner)
        except OSError:
            self.screen.close()
            self.log.close()
            raise
        self.pid = self._pty.pid
        self._marks.pipe = self._pty.input_pipe
        self._hold = Hold(self._pty, self._attachments)
        if former is not None:
            self._notebook.revive(self.screen)
            self._pty.resize(self.screen.cols, self.screen.rows)
        self._notebook.write_record()

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
        return self._notebook.info(self.screen, self.exit_status, clients=len(self._attachments))

    # --- what clients do ------------------------------------------------------------------------------------------

    def attach(
        self,
        *,
        client: bytes,
        cols: int,
        rows: int,
        have: int | None,
        lossless: bool,
        sink: Sink,
        is_visible: bool = True,
        colours: bytes | None = None,
    ) -> Attachment:
        """Follow the output from `have` on if it is still kept, else from a snapshot; call `start` on the result.

        Raises UnknownSession if the session was closed.
        """
        if self._last_info is not None:
            raise UnknownSession(f"{self.name} is gone.", "See `loopsy list`.")
        record = self._book.record(client, {other.client for other in self._attachments})
        if is_visible:
            self.lead.arrive(client, record, cols, rows)
        snapshot = None
        if have is None or not self.log.start <= have <= self.log.end:
            snapshot = self.snapshot(limits.SNAPSHOT_BYTES)
        attachment = Attachment(self, sink, client, record, (cols, rows), have, snapshot, lossless=lossless)
        attachment.is_visible, attachment.colours = is_visible, colours
        self._attachments.append(attachment)
        self.lead.update()
        self._hold.update()
        self._on_change()
        return attachment

    def signal(self, name: str) -> None:
        """Send a signal to the foreground program. Raises BadRequest or SessionExited."""
        if name not in SIGNALS:
            raise BadRequest(f"There is no signal {name}.", f"Use one of {', '.join(SIGNALS)}.")
        self._require_alive()
        self._pty.signal_foreground(SIGNALS[name])

    def type_in(self, data: bytes, on_written: Callable[[int], None]) -> None:
        """Give input of somebody who does not follow the session; see `Pty.write`. Raises SessionExited."""
        self._require_alive()
        self._pty.write(data, on_written)

    def kill(self) -> None:
        """End the program: hang-up, then KILL after 2 s. Raises SessionExited."""
        self._require_alive()
        self._pty.hang_up()

    def rename(self, name: str) -> None:
        """Give it another name, which is known to be valid."""
        self.labels.name = name
        self._notebook.write_record()

    def close(self) -> None:
        """Kill the program if it runs, and release everything; clients are told nothing any more."""
        self._release(self._pty.close)

    def leave(self) -> None:
        """Release everything, and let the program go on for a later daemon if it can do without this one."""
        if self._last_info is None:
            self._notebook.close(self.screen)
        self._release(self._pty.leave)

    def _release(self, release_terminal: Callable[[], None]) -> None:
        if self._last_info is None:
            for attachment in tuple(self._attachments):
                attachment.detach()
            self._last_info = self.info()
            self._acknowledgements.settle()
            release_terminal()
            self.screen.close()
            self.log.close()

    def _require_alive(self) -> None:
        if not self.alive:
            raise SessionExited(f"The program of {self.name} has ended.", "Dismiss it with `loopsy kill`.")

    # --- what the program does (PtyEvents) ------------------------------------------------------------------------

    def output_received(self, data: bytes) -> None:
        """The program printed `data`."""
        self.screen.feed(data)
        self._notebook.keep_up(self.screen)
        self.observer.output_received(data)
        self._notebook.active_at = time.time()
        now = self._loop.time()
        for attachment in tuple(self._attachments):
            attachment.output_arrived(now)
        self._hold.update()

    def program_exited(self, status: ExitStatus) -> None:
        """The program ended, after its last output."""
        self.exit_status = status
        self._notebook.ended_at = time.time()
        self._acknowledgements.settle()  # what made it end, such as `exit`, was delivered
        self._notebook.write_record()
        self.observer.program_exited(status)
        for attachment in tuple(self._attachments):
            attachment.state_changed()
        self._on_exit()
        self._on_change()

    def _reply(self, reply: bytes) -> None:
        if not self._notebook.is_reviving:  # what a former daemon has seen, it has answered
            self._pty.write(reply)

    def _rang(self) -> None:
        self._notebook.ring()
        self._on_change()

    # --- what attachments need (Viewed) ---------------------------------------------------------------------------

    def snapshot(self, size_bytes: int, *, must_fit: bool = False) -> Snapshot:
        """Return what stands for the output so far, on a boundary outside any sequence."""
        return snapshot_at_end(self.screen, self.log, size_bytes, must_fit=must_fit)

    def history(self, edge: TrackedRow, size_bytes: int) -> Piece | None:
        """Return the newest scrollback above what a client has, or None if it cannot be told now."""
        return self.screen.history(edge, size_bytes)

    def transcript(self, *, styled: bool) -> Generator[str]:
        """Yield the text of scrollback and screen in small pieces; until the last one the program is held back."""
        with self._hold.reading():
            yield from self.screen.transcript(styled=styled)

    def input_received(self, attachment: Attachment, offset: int, data: bytes) -> None:
        """A client typed; what was seen before is acknowledged again. Raises ProtocolViolation."""
        if not self.alive:
            return
        record = attachment.record
        fresh = record.input.accept(offset, data)
        if not fresh:
            self._acknowledgements.owe(attachment.client, 0)
            return
        self._notebook.active_at = time.time()
        self.lead.act(attachment)
        for other in self._attachments:
            other.input_arrived()

        def written(count_bytes: int) -> None:
            record.input.record_written(count_bytes)
            self._acknowledgements.owe(attachment.client, record.input.unacknowledged_bytes)

        self._pty.write(fresh, written, record.hand_over)

    def _acknowledge(self, clients: set[bytes]) -> None:
        for attachment in tuple(self._attachments):
            if attachment.client in clients:
                attachment.input_written(attachment.record.input.take_acknowledgement())

    def viewer_moved(self) -> None:
        """A lossless client caught up some."""
        self._hold.update()

    def viewer_left(self, attachment: Attachment) -> None:
        """A client stopped following. The size stays: it may be back in a moment."""
        self._attachments.remove(attachment)
        self.lead.update()
        self._hold.update()
        self._on_change()

    # --- lead -----------------------------------------------------------------------------------------------------

    @property
    def size(self) -> tuple[int, int]:
        """The program's columns and rows."""
        return self.screen.cols, self.screen.rows

    def report_colours(self, colours: bytes) -> None:
        """Tell programs that ask these colours."""
        self.screen.report_colours(colours)

    def lead_passed(self, cols: int, rows: int) -> None:
        """Another client leads, or the program gets another size."""
        self.log.mark_size(cols, rows)
        self._notebook.write_record()
        if (cols, rows) != self.size:
            self.screen.resize(cols, rows)
            self._pty.resize(cols, rows)
            self.observer.resized(cols, rows)
            self._on_change()
        for attachment in tuple(self._attachments):
            attachment.state_changed()
