"""The window of a path: as large as the path holds, and no larger, on simulated paths."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.flow import PathWindow
from tests.daemon.wire.simulated_path import Flood, Path

MB = 1e6


def test_it_begins_with_the_first_window() -> None:
    assert PathWindow().window_bytes == limits.FIRST_OUTPUT_WINDOW_BYTES


def test_a_slow_phone_keeps_the_usual_window_and_control_c_its_time() -> None:
    flood = Flood(Path(1 * MB, 0.002))
    result = flood.run(60)
    assert result.longest_queue_seconds <= 0.35
    assert result.delivered_bytes >= 0.95 * 60 * MB


@pytest.mark.parametrize("round_trip", [0.05, 0.3])
def test_on_a_slow_path_a_key_waits_for_little_and_the_path_stays_busy(round_trip: float) -> None:
    flood = Flood(Path(125_000, round_trip))
    assert flood.run(3).longest_queue_seconds <= limits.FIRST_OUTPUT_WINDOW_BYTES / 125_000
    settled = flood.run(60)
    assert settled.longest_queue_seconds <= 0.45 + round_trip
    assert settled.delivered_bytes >= 0.9 * 60 * 125_000


def test_a_path_that_becomes_faster_is_soon_full_again() -> None:
    flood = Flood(Path(125_000, 0.05))
    flood.run(10)
    flood.path = Path(5 * MB, 0.05)
    flood.run(2)
    assert flood.run(10).delivered_bytes >= 0.95 * Flood(flood.path).run(10).delivered_bytes


def test_little_output_on_a_long_path_does_not_make_the_window_small() -> None:
    window = PathWindow()
    for second in range(60):
        window.record_sent(4_000, float(second))
        window.record_dry()
        window.record_delivered(4_000, second + 0.4)
    assert window.window_bytes >= limits.FIRST_OUTPUT_WINDOW_BYTES


def test_a_pause_does_not_make_a_slow_path_fast() -> None:
    flood = Flood(Path(125_000, 0.05))
    flood.run(10)
    flood.pause(60)
    assert flood.run(5).longest_queue_seconds <= 0.5


@pytest.mark.parametrize(
    ("rate", "round_trip"), [(2.5 * MB, 0.3), (10 * MB, 0.1), (5 * MB, 0.3), (20 * MB, 0.1), (1 * MB, 0.3)]
)
def test_a_long_path_is_filled_within_some_round_trips(rate: float, round_trip: float) -> None:
    flood = Flood(Path(rate, round_trip))
    flood.run(20 * round_trip)
    assert flood.run(20).delivered_bytes >= 0.9 * 20 * rate


def test_without_growth_a_long_path_would_stay_almost_empty() -> None:
    flood = Flood(Path(10 * MB, 0.3), PathWindow(most_bytes=limits.OUTPUT_WINDOW_BYTES))
    assert flood.run(20).delivered_bytes < 0.15 * 20 * 10 * MB


@settings(max_examples=40)
@given(st.floats(0.05, 50), st.floats(0.0005, 0.5), st.floats(1, 15))
def test_what_a_key_waits_for_stays_in_proportion_to_the_path(rate: float, round_trip: float, seconds: float) -> None:
    flood = Flood(Path(rate * MB, round_trip))
    result = flood.run(seconds)
    assert result.most_in_flight_bytes <= limits.MAX_OUTPUT_WINDOW_BYTES
    # one first window, or half as much again as the path holds and what its delay was measured behind
    fill_seconds = limits.OUTPUT_WINDOW_BYTES / (rate * MB)
    assert result.longest_queue_seconds <= 1.5 * (round_trip + fill_seconds) + 0.15


@given(st.floats(0.5, 20), st.floats(0.01, 0.4))
@settings(max_examples=15)
def test_it_does_not_creep_up_in_an_endless_flood(rate: float, round_trip: float) -> None:
    flood = Flood(Path(rate * MB, round_trip))
    flood.run(15)
    settled = flood.window.window_bytes
    flood.run(60)
    assert flood.window.window_bytes <= 1.6 * settled


def test_it_shrinks_when_the_path_gets_worse() -> None:
    flood = Flood(Path(20 * MB, 0.1))
    flood.run(10)
    assert flood.window.window_bytes > 2_000_000
    flood.path = Path(1 * MB, 0.1)
    flood.run(15)
    assert flood.window.window_bytes <= 400_000


def test_after_a_long_pause_it_begins_anew() -> None:
    flood = Flood(Path(20 * MB, 0.1))
    flood.run(10)
    flood.pause(15)
    flood.path = Path(1 * MB, 0.1)
    assert flood.run(1).most_in_flight_bytes <= limits.OUTPUT_WINDOW_BYTES


def test_a_program_that_prints_little_does_not_shrink_it() -> None:
    flood = Flood(Path(20 * MB, 0.1))
    flood.run(5)
    grown = flood.window.window_bytes
    for _ in range(20):
        flood.window.record_dry()
        flood.pause(0.4)
        flood.window.record_sent(100, flood.now)
        flood.window.record_delivered(100, flood.now + 0.1)
        flood.window.record_dry()
    assert flood.window.window_bytes >= 0.9 * grown


def test_it_never_grows_beyond_what_the_log_keeps() -> None:
    flood = Flood(Path(50 * MB, 0.5), PathWindow(most_bytes=1_000_000))
    assert flood.run(10).most_in_flight_bytes <= 1_000_000
