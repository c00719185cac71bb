"""How much of a stream may be under way: the delay of its path times its bandwidth, measured from acknowledgements."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from loopsy_daemon.wire import limits

# Half as much again as the path holds, so that a path that has become faster is noticed.
_GAIN: Final = 1.5
# A message that waited behind more than this tells of the queue, not of the path's delay; on a slow path it is less,
# since a small window is never more than that.
_SHORT_QUEUE_BYTES: Final = limits.OUTPUT_WINDOW_BYTES // 2
_SHORT_QUEUE_SHARE: Final = 4
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
    """The window of one client's path.

    It follows what was delivered, never a guess: where the path is the bottleneck, more in flight brings no more
    delivered, so that the window stays, and with it how much a key has to wait for. It becomes smaller than the usual
    one only by what was delivered while it was full: less than that says nothing about what the path can do.
    """

    def __init__(self, most_bytes: int = limits.MAX_OUTPUT_WINDOW_BYTES) -> None:
        self.window_bytes = limits.FIRST_OUTPUT_WINDOW_BYTES
        self._most_bytes = max(most_bytes, limits.OUTPUT_WINDOW_BYTES)
        self._messages: deque[_Message] = deque()
        self._sent_bytes = 0
        self._delivered_bytes = 0
        self._delivered_at = 0.0
        self._program_limited_until_bytes = 0
        self._bandwidth = _Extreme(_BANDWIDTH_MEMORY_SECONDS)
        self._full_bandwidth = _Extreme(_BANDWIDTH_MEMORY_SECONDS)
        self._delay = _Extreme(_DELAY_MEMORY_SECONDS)  # negative

    @property
    def piece_bytes(self) -> int:
        """How much goes at once: a full batch, or half of a window that is small."""
        return min(limits.BATCH_BYTES, self.window_bytes // 2)

    @property
    def snapshot_bytes(self) -> int:
        """How large a snapshot may be that overtakes output."""
        return min(limits.SNAPSHOT_BYTES, self.window_bytes // 2)

    def record_sent(self, count_bytes: int, now: float) -> None:
        """Note a message; how much a path held before a long pause says nothing about it any more."""
        queue_bytes = self._sent_bytes - self._delivered_bytes
        if queue_bytes == 0:
            if now - self._delivered_at >= _BANDWIDTH_MEMORY_SECONDS:
                self._bandwidth.clear()
                self.window_bytes = min(self.window_bytes, limits.FIRST_OUTPUT_WINDOW_BYTES)
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
        was_full = self._sent_bytes - self._delivered_bytes + self.piece_bytes > self.window_bytes
        self._delivered_bytes += count_bytes
        self._delivered_at = now
        newest = None
        while self._messages and self._messages[0].end <= self._delivered_bytes:
            newest = self._messages.popleft()
        if newest is None:
            return
        if newest.queue_bytes <= self._short_queue_bytes():
            self._delay.add(newest.sent_at - now, now)
        elapsed_seconds = now - newest.delivered_at
        if elapsed_seconds > 0:
            rate = (self._delivered_bytes - newest.delivered_bytes) / elapsed_seconds
            if not newest.is_program_limited or rate > (self._bandwidth.value or 0.0):
                self._bandwidth.add(rate, now)
            if was_full:
                self._full_bandwidth.add(rate, now)
        self.window_bytes = self._measured_bytes()

    def _measured_bytes(self) -> int:
        bandwidth, delay = self._bandwidth.value, self._delay.value
        if bandwidth is None or delay is None:
            return self.window_bytes
        return min(max(int(_GAIN * bandwidth * -delay), self._least_bytes(-delay)), self._most_bytes)

    def _least_bytes(self, delay_seconds: float) -> int:
        """The usual window; for a slow path what keeps it busy until an acknowledgement that takes its time."""
        bandwidth = self._full_bandwidth.value
        if bandwidth is None:
            return limits.OUTPUT_WINDOW_BYTES
        busy_bytes = int(bandwidth * (_GAIN * delay_seconds + limits.OUTPUT_ACK_SECONDS))
        return min(max(busy_bytes, limits.LEAST_OUTPUT_WINDOW_BYTES), limits.OUTPUT_WINDOW_BYTES)

    def _short_queue_bytes(self) -> int:
        if self.window_bytes < limits.FIRST_OUTPUT_WINDOW_BYTES:
            return self.window_bytes // _SHORT_QUEUE_SHARE
        return _SHORT_QUEUE_BYTES
