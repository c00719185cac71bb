"""Ends sessions that have been idle for as long as the configuration allows."""

import asyncio
import time
from contextlib import suppress
from typing import Final

from loopsy_daemon.service.events import Events
from loopsy_daemon.sessions.errors import SessionError
from loopsy_daemon.sessions.idle import IdleClock
from loopsy_daemon.sessions.registry import Registry

_LONGEST_INTERVAL_SECONDS: Final = 60.0
_SECONDS_PER_HOUR: Final = 3_600.0


class IdleReaper:
    """Looks from time to time; with a limit of 0 never."""

    def __init__(self, registry: Registry, events: Events, limit_hours: float) -> None:
        self._registry = registry
        self._events = events
        limit_seconds = limit_hours * _SECONDS_PER_HOUR
        self._clock = IdleClock(limit_seconds)
        self._interval_seconds = min(limit_seconds / 4, _LONGEST_INTERVAL_SECONDS)
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to look."""
        if self._interval_seconds > 0:
            self._look()

    def close(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        # Linux's monotonic clock stands still while the machine sleeps.
        for session_id in self._clock.due(self._registry.infos(), time.monotonic()):
            with suppress(SessionError):  # it has just ended by itself
                self._registry.kill(session_id)
                self._events.happened("session.idle", {"session": session_id})
        self._timer = asyncio.get_running_loop().call_later(self._interval_seconds, self._look)
