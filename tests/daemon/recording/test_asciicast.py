"""The lines of a recording."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.recording.asciicast import Event, Header, Writer, parse_event, parse_header

HEADER = Header(cols=80, rows=24, timestamp=1_700_000_000, title="build — é")


def test_the_header_is_that_of_version_3() -> None:
    line = Writer(0.0).header(HEADER)
    assert line.endswith(b"\n")
    found = json.loads(line)
    assert found["version"] == 3
    assert found["term"] == {"cols": 80, "rows": 24, "type": "xterm-256color"}
    assert parse_header(line.decode()) == HEADER


@pytest.mark.parametrize(
    "line",
    ["", "[]", "{}", "nonsense", '{"version": 2, "width": 80, "height": 24}', '{"version": 3, "term": 5}',
     '{"version": 3, "term": {"cols": "80", "rows": 24}}', '{"version": 3, "term": {"cols": 0, "rows": 24}}'],
)  # fmt: skip
def test_what_is_no_header_is_none(line: str) -> None:
    assert parse_header(line) is None


@pytest.mark.parametrize(
    "line", ["", "# note", '[0.1, "o"', '[0.1, "o", 5]', '[-1, "o", "x"]', '{"o": 1}', "[" * 9_999]
)
def test_what_is_no_event_is_none(line: str) -> None:
    assert parse_event(line) is None


def test_sizes_and_ends_are_recognised() -> None:
    assert Event(0, "r", "90x30").size == (90, 30)
    for other in (Event(0, "o", "90x30"), Event(0, "r", "90"), Event(0, "r", "-1x5"), Event(0, "r", "x")):
        assert other.size is None
    assert Event(0, "x", "0").is_end
    assert Event(0, "m", "end of recording: why").is_end
    assert not Event(0, "m", "the end").is_end


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_characters_that_are_cut_between_reads_come_out_whole(data: bytes, cuts: list[int]) -> None:
    writer = Writer(0.0)
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    lines = [writer.output(1.0, data[start:end]) for start, end in pairwise(places)]
    events = [parse_event(line.decode()) for line in lines if line]
    text = "".join(event.data for event in events if event is not None)
    assert None not in events
    assert data.decode(errors="replace").startswith(text)
    assert len(data.decode(errors="replace")) - len(text) <= 3


@given(st.lists(st.floats(0, 5), max_size=50))
def test_the_intervals_add_up_to_the_time_that_passed(pauses: list[float]) -> None:
    writer, now, total = Writer(1_000.0), 1_000.0, 0.0
    for pause in pauses:
        now += pause
        event = parse_event(writer.event(now, "m", "").decode())
        assert event is not None
        total += event.interval_seconds
    assert abs(total - (now - 1_000.0)) < 0.002


def test_a_clock_that_goes_back_makes_no_negative_interval() -> None:
    writer = Writer(5.0)
    assert json.loads(writer.event(4.0, "m", ""))[0] == 0.0
