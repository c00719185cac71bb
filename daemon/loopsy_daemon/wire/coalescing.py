"""When output that waits is to leave (`docs/protocol.md`, "Batches")."""

from loopsy_daemon.wire import limits


class Coalescer:
    """Decides for one stream: first bytes after a quiet moment or after input at once, the rest in batches."""

    def __init__(self, quiet_seconds: float = limits.QUIET_SECONDS, batch_bytes: int = limits.BATCH_BYTES) -> None:
        self._quiet_seconds = quiet_seconds
        self._batch_bytes = batch_bytes
        self._last_arrival: float | None = None
        self._due_at: float | None = None
        self._input_seen = False

    def record_input(self) -> None:
        """Note that the client typed: what the program answers shall not wait."""
        self._input_seen = True

    def record_arrival(self, now: float) -> None:
        """Note that output arrived at `now`."""
        was_quiet = self._last_arrival is None or now - self._last_arrival >= self._quiet_seconds
        self._last_arrival = now
        if self._input_seen or (was_quiet and self._due_at is None):
            self._due_at = now
        elif self._due_at is None:
            self._due_at = now + self._quiet_seconds

    def due_at(self, waiting_bytes: int) -> float:
        """Return when `waiting_bytes` of output are to leave; a full batch is due at once (-inf)."""
        if self._due_at is None or waiting_bytes >= self._batch_bytes:
            return float("-inf")
        return self._due_at

    def record_left(self, now: float, remaining_bytes: int) -> None:
        """Note that output left at `now` and `remaining_bytes` still wait."""
        self._input_seen = False
        if remaining_bytes == 0:
            self._due_at = None
        elif self._due_at is None or self._due_at <= now:
            self._due_at = now + self._quiet_seconds
