"""How much of a stream may be under way: the delay of its path times its bandwidth, measured from acknowledgements."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from loopsy_daemon.wire import limits

# Half as much again as the path holds, so that a path that has become faster is noticed.
_GAIN: Final = 1.5
# A message that waited behind more than this tells of the queue, not of the path's delay.
_SHORT_QUEUE_BYTES: Final = limits.OUTPUT_WINDOW_BYTES // 2
_BANDWIDTH_MEMORY_SECONDS: Final = 10.0
_DELAY_MEMORY_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class _Message:
    """What was known when a message was sent; `end` counts all bytes sent to this client until its last one."""

    end: int
    sent_at: float
    queue_bytes: int
    delivered_bytes: int
    delivered_at: float
    is_program_limited: bool


class _Extreme:
    """The greatest of the values of the last seconds; for the least, of their negatives."""

    def __init__(self, memory_seconds: float) -> None:
        self._memory_seconds = memory_seconds
        self._values: deque[tuple[float, float]] = deque()  # (time, value), values falling

    def add(self, value: float, now: float) -> None:
        while self._values and self._values[-1][1] <= value:
            self._values.pop()
        self._values.append((now, value))
        while self._values[0][0] < now - self._memory_seconds:
            self._values.popleft()

    def clear(self) -> None:
        self._values.clear()

    @property
    def value(self) -> float | None:
        return self._values[0][1] if self._values else None


class PathWindow:
    """The window of one client's path, between the first window and `most_bytes`.

    It follows what was delivered, never a guess: where the path is the bottleneck, more in flight brings no more
    delivered, so that the window stays, and with it how much a key has to wait for.
    """

    def __init__(self, most_bytes: int = limits.MAX_OUTPUT_WINDOW_BYTES) -> None:
        self.window_bytes = limits.OUTPUT_WINDOW_BYTES
        self._most_bytes = max(most_bytes, limits.OUTPUT_WINDOW_BYTES)
        self._messages: deque[_Message] = deque()
        self._sent_bytes = 0
        self._delivered_bytes = 0
        self._delivered_at = 0.0
        self._program_limited_until_bytes = 0
        self._bandwidth = _Extreme(_BANDWIDTH_MEMORY_SECONDS)
        self._delay = _Extreme(_DELAY_MEMORY_SECONDS)  # negative

    def record_sent(self, count_bytes: int, now: float) -> None:
        """Note a message; what was measured before a long pause says nothing about the path any more."""
        queue_bytes = self._sent_bytes - self._delivered_bytes
        if queue_bytes == 0:
            if now - self._delivered_at >= _BANDWIDTH_MEMORY_SECONDS:
                self._bandwidth.clear()
                self.window_bytes = limits.OUTPUT_WINDOW_BYTES
            self._delivered_at = now
        is_program_limited = self._delivered_bytes < self._program_limited_until_bytes
        self._sent_bytes += count_bytes
        self._messages.append(
            _Message(self._sent_bytes, now, queue_bytes, self._delivered_bytes, self._delivered_at, is_program_limited)
        )

    def record_dry(self) -> None:
        """Note that nothing is left to send: what is delivered until then tells less than the path can do."""
        self._program_limited_until_bytes = self._sent_bytes

    def record_delivered(self, count_bytes: int, now: float) -> None:
        """Note that the client acknowledged `count_bytes` more; `window_bytes` follows."""
        if count_bytes <= 0:
            return
        self._delivered_bytes += count_bytes
        self._delivered_at = now
        newest = None
        while self._messages and self._messages[0].end <= self._delivered_bytes:
            newest = self._messages.popleft()
        if newest is None:
            return
        if newest.queue_bytes <= _SHORT_QUEUE_BYTES:
            self._delay.add(newest.sent_at - now, now)
        elapsed_seconds = now - newest.delivered_at
        if elapsed_seconds > 0:
            rate = (self._delivered_bytes - newest.delivered_bytes) / elapsed_seconds
            if not newest.is_program_limited or rate > (self._bandwidth.value or 0.0):
                self._bandwidth.add(rate, now)
        self.window_bytes = self._measured_bytes()

    def _measured_bytes(self) -> int:
        bandwidth, delay = self._bandwidth.value, self._delay.value
        if bandwidth is None or delay is None:
            return limits.OUTPUT_WINDOW_BYTES
        return min(max(int(_GAIN * bandwidth * -delay), limits.OUTPUT_WINDOW_BYTES), self._most_bytes)
