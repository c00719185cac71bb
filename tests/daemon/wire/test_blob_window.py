"""The window of a file: it fills the path, and leaves hardly a queue, on simulated paths."""

import heapq
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.blob_window import BlobWindow
from loopsy_daemon.wire.errors import ProtocolViolation

MB = 1e6


@dataclass(slots=True)
class Sent:
    """What came of sending for a while."""

    delivered_bytes: int
    longest_queue_seconds: float


class File:
    """An endless file through a queue that is served at a rate, and a delay; time goes on from run to run."""

    def __init__(self, bytes_per_second: float, round_trip_seconds: float) -> None:
        self.bytes_per_second = bytes_per_second
        self.round_trip_seconds = round_trip_seconds
        self.window = BlobWindow(0)
        self.now = 0.0
        self._idle_at = 0.0
        self._acknowledgements: list[tuple[float, int]] = []

    def run(self, seconds: float) -> Sent:
        end, before, longest = self.now + seconds, self.window.acknowledged, 0.0
        while self.now < end:
            while (count_bytes := self.window.message_bytes) <= self.window.room_bytes:
                self._idle_at = max(self.now, self._idle_at) + count_bytes / self.bytes_per_second
                longest = max(longest, self._idle_at - self.now)
                self.window.record_sent(count_bytes, self.now)
                heapq.heappush(self._acknowledgements, (self._idle_at + self.round_trip_seconds, self.window.sent))
            self.now, offset = heapq.heappop(self._acknowledgements)
            self.window.acknowledge(offset, self.now)
            assert self.window.window_bytes <= limits.BLOB_WINDOW_BYTES
        return Sent(self.window.acknowledged - before, longest)


@pytest.mark.parametrize(
    ("rate", "round_trip"), [(0.125 * MB, 0.05), (1 * MB, 0.03), (2 * MB, 0.2), (10 * MB, 0.05), (50 * MB, 0.002)]
)
def test_it_fills_the_path_and_a_key_waits_little(rate: float, round_trip: float) -> None:
    file = File(rate, round_trip)
    file.run(5)
    result = file.run(60)
    assert result.delivered_bytes >= 0.85 * 60 * rate
    # the least window, or the queue that is aimed at with what was sent before its acknowledgements told
    assert result.longest_queue_seconds <= max(1.1 * limits.LEAST_BLOB_WINDOW_BYTES / rate, 0.1)


@settings(max_examples=12)
@given(st.floats(0.05, 20), st.floats(0.001, 0.4))
def test_the_queue_does_not_creep_up(rate: float, round_trip: float) -> None:
    file = File(rate * MB, round_trip)
    file.run(10)
    result = file.run(70)
    # what is sent is too much for half a round trip before anybody can know
    assert result.longest_queue_seconds <= 1.1 * limits.LEAST_BLOB_WINDOW_BYTES / (rate * MB) + round_trip / 2 + 0.15


def test_it_finds_its_way_when_the_path_becomes_longer() -> None:
    file = File(2 * MB, 0.02)
    file.run(20)
    file.round_trip_seconds = 0.3
    file.run(45)
    assert file.run(60).delivered_bytes >= 0.6 * 60 * 2 * MB


def test_a_receiver_that_stops_gets_no_more_than_a_window() -> None:
    window = BlobWindow(7)
    while (count_bytes := window.message_bytes) <= window.room_bytes:
        window.record_sent(count_bytes, 0.0)
    assert window.sent - window.acknowledged <= limits.LEAST_BLOB_WINDOW_BYTES
    with pytest.raises(ProtocolViolation):
        window.acknowledge(window.sent + 1, 1.0)
    window.acknowledge(3, 1.0)  # behind what is known: nothing
    assert window.acknowledged == 7
