"""How much of a file may be under way: as much as keeps the path busy, and hardly more, so that keys do not wait."""

import math
from collections import deque
from dataclasses import dataclass

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.errors import ProtocolViolation


@dataclass(frozen=True, slots=True)
class _Message:
    end: int
    sent_at: float
    under_way_bytes: int


class BlobWindow:
    """The sender's side of one transfer, from `offset` on (pure; times in seconds of any steady clock).

    While there is hardly a queue, the window grows with every acknowledgement. Then, once in a round trip, it becomes
    what would have made a queue of 30 ms: what was under way, times the least delay plus 30 ms, over the delay now.
    Messages are small beside the window, or the time that one takes would look like a queue.
    """

    def __init__(self, offset: int, most_bytes: int = limits.BLOB_WINDOW_BYTES) -> None:
        self.sent = offset
        self.acknowledged = offset
        self.window_bytes = limits.LEAST_BLOB_WINDOW_BYTES
        self._most_bytes = most_bytes
        self._grows_until_bytes = most_bytes  # 0 once there was a queue
        self._messages: deque[_Message] = deque()
        self._least_delay_seconds = math.inf
        self._measured_at: float | None = None
        self._window_before: int | None = None  # while the least delay is measured anew
        self._round_ends_behind = offset
        self._round_delay_seconds = math.inf
        self._round_under_way_bytes = 0

    @property
    def message_bytes(self) -> int:
        """How much the next message may carry; it must wait if this is more than `room_bytes`."""
        return min(max(self.window_bytes // 16, limits.LEAST_BLOB_BYTES), limits.MAX_BLOB_BYTES)

    @property
    def room_bytes(self) -> int:
        """How much more may be under way now."""
        return max(self.window_bytes - (self.sent - self.acknowledged), 0)

    def record_sent(self, count_bytes: int, now: float) -> None:
        """Note a message."""
        if self._measured_at is None:
            self._measured_at = now
        self.sent += count_bytes
        self._messages.append(_Message(self.sent, now, self.sent - self.acknowledged))

    def acknowledge(self, offset: int, now: float) -> None:
        """The receiver has what lies before `offset`. Raises ProtocolViolation if that was never sent."""
        if offset > self.sent:
            raise ProtocolViolation("an acknowledgement of what was never sent")
        count_bytes = offset - self.acknowledged
        self.acknowledged = max(self.acknowledged, offset)
        newest = None
        while self._messages and self._messages[0].end <= offset:
            newest = self._messages.popleft()
        if newest is None:
            return
        delay_seconds = now - newest.sent_at
        is_of_round = newest.end > self._round_ends_behind
        if self._window_before is not None:
            if is_of_round:
                self._measured(delay_seconds, now)
            return
        self._least_delay_seconds = min(self._least_delay_seconds, delay_seconds)
        self._round_delay_seconds = min(self._round_delay_seconds, delay_seconds)  # a late one may be jitter
        self._round_under_way_bytes = max(self._round_under_way_bytes, newest.under_way_bytes)
        self._grow(count_bytes)
        if is_of_round:
            self._end_round(now)

    def _grow(self, count_bytes: int) -> None:
        # the first of a round tells: those behind it waited for it, too
        if self._round_delay_seconds - self._least_delay_seconds > limits.BLOB_QUEUE_SECONDS / 2:
            self._grows_until_bytes = 0
        elif self.window_bytes < self._grows_until_bytes:
            self.window_bytes = min(self.window_bytes + count_bytes // 2, self._most_bytes)

    def _end_round(self, now: float) -> None:
        queue_seconds = self._round_delay_seconds - self._least_delay_seconds
        if self.window_bytes >= self._grows_until_bytes:
            wanted_seconds = self._least_delay_seconds + limits.BLOB_QUEUE_SECONDS
            wanted_bytes = self._round_under_way_bytes * wanted_seconds / max(self._round_delay_seconds, 1e-6)
            highest_bytes = min(self.window_bytes + limits.LEAST_BLOB_WINDOW_BYTES, self._most_bytes)
            self.window_bytes = int(min(max(wanted_bytes, limits.LEAST_BLOB_WINDOW_BYTES), highest_bytes))
            has_room = queue_seconds < limits.BLOB_QUEUE_SECONDS / 4
            self._grows_until_bytes = self.window_bytes * 5 // 4 if has_room else 0
        self._begin_round()
        if self._measured_at is not None and now - self._measured_at >= limits.BLOB_MEASURE_SECONDS:
            # one message alone under way meets no queue of ours: the path may have become another
            self._window_before, self.window_bytes = self.window_bytes, limits.LEAST_BLOB_BYTES

    def _measured(self, delay_seconds: float, now: float) -> None:
        """Begin anew with the delay of a message that was alone, up to near the window that there was."""
        self._grows_until_bytes = (self._window_before or 0) * 7 // 8
        self.window_bytes, self._window_before = limits.LEAST_BLOB_WINDOW_BYTES, None
        self._least_delay_seconds = delay_seconds
        self._measured_at = now
        self._begin_round()

    def _begin_round(self) -> None:
        self._round_ends_behind = self.sent
        self._round_delay_seconds = math.inf
        self._round_under_way_bytes = 0
