"""A flood through a path of some bandwidth and delay, in simulated time, to a client that acknowledges like the app."""

import heapq
from dataclasses import dataclass
from itertools import count

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.flow import PathWindow

FIRST_BYTES = 4_096


@dataclass(slots=True)
class Path:
    """What lies between: a queue that is served at `bytes_per_second`, and a round trip."""

    bytes_per_second: float
    round_trip_seconds: float


@dataclass(slots=True)
class Flooded:
    """What came of it."""

    delivered_bytes: int = 0
    most_in_flight_bytes: int = 0
    longest_queue_seconds: float = 0.0


class Flood:
    """A program that always has more to print, its first bytes at once. Time goes on from call to call of `run`."""

    def __init__(self, path: Path, window: PathWindow | None = None) -> None:
        self.path = path
        self.window = window or PathWindow()
        self.now = 0.0
        self._sent = self._acknowledged = self._parsed = self._told = 0
        self._served_at = 0.0  # when the queue is empty
        self._parsed_since: float | None = None
        self._events: list[tuple[float, int, str, int]] = []
        self._order = count()

    def pause(self, seconds: float) -> None:
        """Let the program print nothing for a while; what is on its way arrives."""
        self._run(seconds, Flooded(), prints=False)
        self.window.record_dry()

    def run(self, seconds: float) -> Flooded:
        """Flood for so long."""
        result = Flooded()
        self._run(seconds, result, prints=True)
        return result

    def _run(self, seconds: float, result: Flooded, *, prints: bool) -> None:
        end, parsed = self.now + seconds, self._parsed
        while True:
            if prints:
                self._send(result)
            if not self._events or self._events[0][0] > end:
                break
            self.now, _, kind, offset = heapq.heappop(self._events)
            self._happen(kind, offset)
        self.now = end
        result.delivered_bytes = self._parsed - parsed

    def _send(self, result: Flooded) -> None:
        while self.window.window_bytes - (self._sent - self._acknowledged) >= (
            piece := self.window.piece_bytes if self._sent else FIRST_BYTES
        ):
            self._sent += piece
            self.window.record_sent(piece, self.now)
            self._served_at = max(self.now, self._served_at) + piece / self.path.bytes_per_second
            self._at(self._served_at + self.path.round_trip_seconds / 2, "arrive", self._sent)
            result.most_in_flight_bytes = max(result.most_in_flight_bytes, self._sent - self._acknowledged)
            result.longest_queue_seconds = max(result.longest_queue_seconds, self._served_at - self.now)

    def _happen(self, kind: str, offset: int) -> None:
        match kind:
            case "arrive":
                if self._parsed == self._told:
                    self._at(self.now + limits.OUTPUT_ACK_SECONDS, "late", 0)
                    self._parsed_since = self.now
                self._parsed = offset
                if self._parsed - self._told >= limits.OUTPUT_WINDOW_BYTES // 2:
                    self._tell()
            case "late":
                waited = (
                    self._parsed_since is not None and self.now - self._parsed_since >= limits.OUTPUT_ACK_SECONDS - 1e-9
                )
                if waited and self._parsed > self._told:
                    self._tell()
            case _:
                self.window.record_delivered(offset - self._acknowledged, self.now)
                self._acknowledged = offset

    def _tell(self) -> None:
        self._told = self._parsed
        self._at(self.now + self.path.round_trip_seconds / 2, "acknowledge", self._told)

    def _at(self, at: float, kind: str, offset: int) -> None:
        heapq.heappush(self._events, (at, next(self._order), kind, offset))
