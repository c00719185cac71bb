"""Pure: which sessions have been idle for too long."""

from collections.abc import Iterable
from dataclasses import dataclass

from loopsy_daemon.wire.messages import SessionInfo


@dataclass(frozen=True, slots=True)
class _Seen:
    active_at: float
    since: float


class IdleClock:
    """A session is idle while nobody is attached, nobody types and its program prints nothing.

    `now` is of a clock that stands still while the machine sleeps: a laptop that was closed over night has idled for
    a moment.
    """

    def __init__(self, limit_seconds: float) -> None:
        self._limit_seconds = limit_seconds
        self._seen: dict[str, _Seen] = {}

    def due(self, sessions: Iterable[SessionInfo], now: float) -> list[str]:
        """Return the ids of the sessions that have been idle for the limit; call it several times within one."""
        former, self._seen = self._seen, {}
        for session in sessions:
            if not session.alive:
                continue
            seen = former.get(session.id)
            if seen is None or session.clients or session.active_at != seen.active_at:
                seen = _Seen(session.active_at, now)
            self._seen[session.id] = seen
        return [session_id for session_id, seen in self._seen.items() if now - seen.since >= self._limit_seconds]
