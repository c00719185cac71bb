"""What happens in the daemon, told to whoever watches."""

import logging
import time
from collections.abc import Callable, Mapping

from loopsy_daemon.wire.messages import Event

Detail = str | int | float | bool | None
_log = logging.getLogger(__name__)


class Events:
    """Passes events to subscribers and to the log; details are ids, names and counts, never payload."""

    def __init__(self) -> None:
        self._subscribers: list[Callable[[Event], None]] = []

    def happened(self, name: str, details: Mapping[str, Detail]) -> None:
        """Tell everybody."""
        _log.info("%s %s", name, " ".join(f"{key}={value!r}" for key, value in details.items()))
        event = Event(name=name, at=time.time(), details=dict(details))
        for subscriber in list(self._subscribers):
            subscriber(event)

    def subscribe(self, subscriber: Callable[[Event], None]) -> Callable[[], None]:
        """Call `subscriber` for each event from now on; return what ends that."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)
