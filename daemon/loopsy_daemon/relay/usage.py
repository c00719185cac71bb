"""What one device and its phones have used of the relay today, in the platform's units."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Usage:
    """Messages to the relay and connections with it, of both sides, since a time in seconds since 1970."""

    since: float
    messages: int
    connections: int


class DailyUsage:
    """Counts from when it was made, and anew from each midnight in UTC, when the platform's day begins."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now: Final = now
        self._since = now()
        self._messages = 0
        self._connections = 0

    def message_sent(self) -> None:
        """The device or a phone has sent the relay a message; pings of the link cost nothing."""
        self._begin_day()
        self._messages += 1

    def connected(self) -> None:
        """The device or a phone has connected."""
        self._begin_day()
        self._connections += 1

    @property
    def today(self) -> Usage:
        """The count of this day."""
        self._begin_day()
        return Usage(self._since, self._messages, self._connections)

    def _begin_day(self) -> None:
        midnight = self._now() // DAY_SECONDS * DAY_SECONDS
        if self._since < midnight:
            self._since, self._messages, self._connections = midnight, 0, 0
