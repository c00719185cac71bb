"""When to try again: full jitter over a growing range."""

from collections.abc import Callable
from dataclasses import dataclass

from loopsy_daemon.wire import limits


@dataclass(slots=True)
class Backoff:
    """Delays between attempts to connect; `random` returns a float in [0, 1)."""

    random: Callable[[], float]
    attempt: int = 0

    def next_delay_seconds(self) -> float:
        """Return how long to wait now, and widen the range for the next time."""
        ceiling = min(limits.BACKOFF_CAP_SECONDS, limits.BACKOFF_BASE_SECONDS * 2.0 ** min(self.attempt, 16))
        self.attempt += 1
        return self.random() * ceiling

    def connection_ended(self, lasted_seconds: float) -> None:
        """Start afresh after a connection that stayed up."""
        if lasted_seconds >= limits.BACKOFF_RESET_AFTER_SECONDS:
            self.attempt = 0
