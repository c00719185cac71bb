"""Which bytes of a stream may be sent, were seen, or must be skipped (`docs/protocol.md`, "Streams and offsets")."""

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.errors import ProtocolViolation


class OutputWindow:
    """How much output one client has not acknowledged yet, and whether it is too far behind to catch up.

    `sent` is the offset up to which output (or a snapshot that stands for it) was sent. `window_bytes` may change.
    """

    def __init__(self, base: int, window_bytes: int = limits.OUTPUT_WINDOW_BYTES) -> None:
        self.sent = base
        self.acknowledged = base
        self.window_bytes = window_bytes
        self._base = base
        self._former_sent = base
        self._carried_snapshot_bytes = 0
        self._behind_since: float | None = None

    @property
    def room_bytes(self) -> int:
        """How much more output may be sent now."""
        return self.window_bytes - self.in_flight_bytes

    @property
    def in_flight_bytes(self) -> int:
        """What was sent and not acknowledged; what a skip overtook still counts until it is acknowledged."""
        if self.acknowledged >= self._base:
            return self.sent - self.acknowledged
        return self.sent - self._base + self._former_sent - self.acknowledged + self._carried_snapshot_bytes

    def record_sent(self, count_bytes: int) -> None:
        """Note that `count_bytes` more were sent."""
        self.sent += count_bytes

    def acknowledge(self, offset: int) -> None:
        """Note that the client parsed everything before `offset`; an older acknowledgement changes nothing.

        Raises ProtocolViolation if `offset` was never sent.
        """
        if offset > self.sent:
            raise ProtocolViolation(f"output acknowledged to {offset}, sent to {self.sent}")
        if offset < self._base:
            offset = min(offset, self._former_sent)
        self.acknowledged = max(self.acknowledged, offset)

    def skip_to(self, base: int, snapshot_bytes: int) -> None:
        """Go on at `base`, which is not acknowledged yet, after a snapshot that stands for everything before."""
        # In flight stays what it was, plus the snapshot: a stalled client is never sent more than it can take.
        owed_bytes = self.in_flight_bytes
        self._former_sent = self.acknowledged + owed_bytes
        self._carried_snapshot_bytes = snapshot_bytes
        self._base = self.sent = base
        self._behind_since = None

    def skip_due_at(self, end: int, now: float) -> float | None:
        """Return when the client is to be skipped forward (`now` or before: at once), or None if it keeps up.

        `end` is where the session's output ends. Call it whenever `end` or `acknowledged` changed. A client
        that has not acknowledged the last snapshot is not sent another one.
        """
        if self.acknowledged < self._base or end - self.acknowledged < self.window_bytes:
            self._behind_since = None
            return None
        if self._behind_since is None:
            self._behind_since = now
        return self._behind_since + limits.SKIP_AFTER_SECONDS


class InputSequence:
    """What one client has typed into one session, across its connections: `seen`, and `written` to the program."""

    def __init__(self, window_bytes: int = limits.INPUT_WINDOW_BYTES, *, written: int = 0) -> None:
        self.seen = written
        self.written = written
        self._acknowledged = written
        self._window_bytes = window_bytes

    def accept(self, offset: int, data: bytes) -> bytes:
        """Return the part of `data` that was not seen before; it counts as seen from now on.

        Raises ProtocolViolation for a gap, or for more unwritten bytes than the input window.
        """
        if offset > self.seen:
            raise ProtocolViolation(f"input at {offset}, seen to {self.seen}")
        fresh = data[self.seen - offset :]
        if self.seen + len(fresh) - self.written > self._window_bytes:
            raise ProtocolViolation("more input than the input window")
        self.seen += len(fresh)
        return fresh

    def record_written(self, count_bytes: int) -> None:
        """Note that `count_bytes` more were handed to the program's terminal."""
        self.written += count_bytes

    @property
    def unacknowledged_bytes(self) -> int:
        """How much was written and not acknowledged to the client."""
        return self.written - self._acknowledged

    def take_acknowledgement(self) -> int:
        """Return the offset to acknowledge now; everything before it counts as acknowledged."""
        self._acknowledged = self.written
        return self.written
