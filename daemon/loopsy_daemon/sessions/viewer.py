"""One client's stream on one session: where it is in the output, and when it gets more."""

import asyncio
import math
from typing import Protocol

from loopsy_daemon.sessions.child import ExitStatus
from loopsy_daemon.sessions.clients import ClientRecord
from loopsy_daemon.sessions.errors import NoHistory
from loopsy_daemon.sessions.history import Piece
from loopsy_daemon.sessions.lead import Lead
from loopsy_daemon.sessions.output_log import OutputLog
from loopsy_daemon.sessions.sink import Sink, Snapshot
from loopsy_daemon.sessions.tracked_row import TrackedRow
from loopsy_daemon.wire import limits
from loopsy_daemon.wire.coalescing import Coalescer
from loopsy_daemon.wire.flow import PathWindow
from loopsy_daemon.wire.offsets import OutputWindow


class Viewed(Protocol):
    """What an attachment needs of its session."""

    log: OutputLog
    exit_status: ExitStatus | None
    lead: Lead

    def snapshot(self, size_bytes: int, *, must_fit: bool = False) -> Snapshot:
        """Return what stands for the output so far."""

    def history(self, edge: TrackedRow, size_bytes: int) -> Piece | None:
        """Return the newest scrollback above what a client has, or None if it cannot be told now."""

    def input_received(self, attachment: "Attachment", offset: int, data: bytes) -> None:
        """A client typed."""

    def viewer_moved(self) -> None:
        """A lossless client caught up some."""

    def viewer_left(self, attachment: "Attachment") -> None:
        """A client stopped following."""


class Attachment:
    """Made by `Session.attach`; silent until `start`. `base` to `leader` are for the reply to the client."""

    def __init__(
        self,
        session: Viewed,
        sink: Sink,
        client: bytes,
        record: ClientRecord,
        size: tuple[int, int],
        have: int | None,
        snapshot: Snapshot | None,
        *,
        lossless: bool,
    ) -> None:
        self.client = client
        self.wanted_cols, self.wanted_rows = size
        self.is_visible = True
        self.colours: bytes | None = None  # foreground, background and cursor, three bytes each
        self.lossless = lossless
        self.snapshot = snapshot
        self.base = snapshot.base if snapshot is not None else have or 0
        self.record = record
        if snapshot is not None:
            record.edge = snapshot.edge
        self.input_seen = record.input.seen
        mark = session.log.size_at(self.base)
        self.cols, self.rows = mark.cols, mark.rows
        self.leader = session.lead.leader == client
        self._session = session
        self._log = session.log
        self._sink = sink
        self._loop = asyncio.get_running_loop()
        self._window = OutputWindow(self.base, limits.FIRST_OUTPUT_WINDOW_BYTES)
        # What is under way when a connection is cut is sent again: the log has to keep it.
        self._path = PathWindow(min(limits.MAX_OUTPUT_WINDOW_BYTES, session.log.capacity_bytes * 3 // 4))
        self._turns = sink.turns
        self._waits_for_turn = False
        self._owes_pens = False
        self._coalescer = Coalescer()
        self._mark_sequence = mark.sequence
        self._flowing = False
        self.is_detached = False
        self._pumping = False
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = math.inf

    @property
    def unsent_bytes(self) -> int:
        """How much output exists that was not sent yet."""
        return self._log.end - self._window.sent

    # --- from the client ------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Let output flow from `base` on."""
        self._flowing = True
        self._pump(self._loop.time())

    def acknowledge(self, offset: int) -> None:
        """The client's terminal has parsed the output before `offset`. Raises ProtocolViolation."""
        now = self._loop.time()
        in_flight_bytes = self._window.in_flight_bytes
        self._window.acknowledge(offset)
        self._path.record_delivered(in_flight_bytes - self._window.in_flight_bytes, now)
        self._window.window_bytes = self._path.window_bytes
        if not self._pumping:
            self._pump(now)

    def history(self) -> Piece:
        """Return the newest scrollback that the client's terminal lacks. Raises NoHistory if that cannot be told."""
        edge = self.record.edge
        piece = None if edge is None or self.is_detached else self._session.history(edge, limits.HISTORY_PIECE_BYTES)
        if piece is None:
            raise NoHistory
        return piece

    def receive_input(self, offset: int, data: bytes) -> None:
        """The client typed `data`. Raises ProtocolViolation for a gap or too much at once."""
        if not self.is_detached:
            self._session.input_received(self, offset, data)

    def resize(self, cols: int, rows: int) -> None:
        """The client's size changed."""
        self.wanted_cols, self.wanted_rows = cols, rows
        if not self.is_detached:
            self._session.lead.resize(self)

    def claim(self, cols: int, rows: int) -> None:
        """The client takes the lead."""
        self.wanted_cols, self.wanted_rows = cols, rows
        if not self.is_detached:
            self._session.lead.act(self)

    def show(self, is_visible: bool) -> None:
        """The client is looked at, or it is not."""
        self.is_visible = is_visible
        if not self.is_detached:
            self._session.lead.update()

    def wear(self, colours: bytes) -> None:
        """The client's colours changed."""
        self.colours = colours
        if not self.is_detached:
            self._session.lead.update()

    def detach(self) -> None:
        """Stop following; nothing is sent any more."""
        if not self.is_detached:
            self.is_detached = True
            self._flowing = False
            self._set_timer(math.inf)
            self._session.viewer_left(self)

    # --- from the session -----------------------------------------------------------------------------------------

    def output_arrived(self, now: float) -> None:
        """The log has more output."""
        self._coalescer.record_arrival(now)
        if self._flowing and not self._pumping:
            self._pump(now)

    def input_arrived(self) -> None:
        """Somebody typed: what the program answers shall not wait."""
        self._coalescer.record_input()

    def state_changed(self) -> None:
        """The size, the leader, or whether the program lives, changed."""
        if self._flowing and not self._pumping:
            self._pump(self._loop.time())

    def input_written(self, offset: int) -> None:
        """The program's terminal has the input before `offset`."""
        if self._flowing:
            self._sink.send_input_ack(offset)

    # --- the stream -----------------------------------------------------------------------------------------------

    def _pump(self, now: float, *, has_turn: bool = False) -> None:
        """Send what may leave now, and set the timer for the rest. A sink may call back into `acknowledge`."""
        if not self._flowing:
            return
        self._pumping = True
        try:
            wake_at = math.inf
            while self._flowing:
                if self._turns.must_wait and not has_turn and not self._is_interactive():
                    self._wait_for_turn()
                    break
                has_turn = False
                wake_at = self._skip_if_behind(now)
                self._send_marks()
                waiting_bytes = self._log.end - self._window.sent
                if waiting_bytes == 0:
                    self._path.record_dry()
                    if self._owes_pens and self._window.in_flight_bytes == 0:  # the line is quiet
                        self._skip(now, must_fit=False)
                    break
                due_at = -math.inf if self._session.exit_status is not None else self._coalescer.due_at(waiting_bytes)
                if due_at > now:
                    wake_at = min(wake_at, due_at)
                    break
                if self._window.room_bytes < min(waiting_bytes, self._path.piece_bytes) or self._is_overwritten():
                    break  # an acknowledgement makes room
                self._send_output(now)
            if self._flowing:
                self._set_timer(wake_at)
                self._send_exit()
        finally:
            self._pumping = False
        if self.lossless:
            self._session.viewer_moved()

    def _is_interactive(self) -> bool:
        """Whether what waits is so little that it does not ask the link: an echo, or nothing at all."""
        return self._log.end - self._window.sent + self._window.in_flight_bytes <= limits.INTERACTIVE_BYTES

    def _wait_for_turn(self) -> None:
        if not self._waits_for_turn:
            self._waits_for_turn = True
            self._turns.wait(self._turn_came)

    def _turn_came(self) -> None:
        self._waits_for_turn = False
        if self._flowing and not self._pumping:
            self._pump(self._loop.time(), has_turn=True)

    def _send_output(self, now: float) -> None:
        offset = self._window.sent
        limit_bytes = min(limits.MAX_OUTPUT_BYTES, self._window.room_bytes)
        mark = self._log.mark_after(self._mark_sequence)
        if mark is not None:
            limit_bytes = min(limit_bytes, mark.offset - offset)
        data = self._log.read(offset, limit_bytes)
        self._window.record_sent(len(data))
        self._path.record_sent(len(data), now)
        self._coalescer.record_left(now, self._log.end - self._window.sent)
        self._sink.send_output(offset, data)

    def _send_marks(self) -> None:
        mark = self._log.mark_after(self._mark_sequence)
        while mark is not None and mark.offset <= self._window.sent and self._flowing:
            self._mark_sequence = mark.sequence
            leads = self._session.lead.leader == self.client
            self._sink.send_resized(self._window.sent, mark.cols, mark.rows, leads)
            mark = self._log.mark_after(self._mark_sequence)

    def _skip_if_behind(self, now: float) -> float:
        """Replace what the client cannot catch up with by a snapshot; return when that would be due."""
        if self.lossless:
            return math.inf
        due_at = self._window.skip_due_at(self._log.end, now)
        if self._is_overwritten():
            due_at = now
        if due_at is None or (due_at <= now and self._window.room_bytes < self._path.snapshot_bytes):
            return math.inf  # an acknowledgement makes room
        if due_at > now:
            return due_at
        self._skip(now, must_fit=True)
        return math.inf

    def _is_overwritten(self) -> bool:
        """Whether what is to be sent next was overwritten before the client made room for it."""
        return self._window.sent < self._log.start

    def _skip(self, now: float, *, must_fit: bool) -> None:
        snapshot = self._session.snapshot(self._path.snapshot_bytes, must_fit=must_fit)
        self.record.edge = snapshot.edge
        self._owes_pens = not snapshot.is_exact
        self._window.skip_to(snapshot.base, len(snapshot.data))
        self._path.record_sent(len(snapshot.data), now)
        self._mark_sequence = self._log.size_at(snapshot.base).sequence
        self._sink.send_snapshot(snapshot)

    def _send_exit(self) -> None:
        status = self._session.exit_status
        if status is not None and self._window.sent == self._log.end and not self._owes_pens:
            self._flowing = False
            self._set_timer(math.inf)
            self._sink.send_exit(self._log.end, status.code, status.signal)

    def _set_timer(self, at: float) -> None:
        if at == self._timer_at:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._timer_at = at
        if at < math.inf:
            self._timer = self._loop.call_at(at, self._timer_fired)

    def _timer_fired(self) -> None:
        self._timer = None
        self._timer_at = math.inf
        self._pump(self._loop.time())
