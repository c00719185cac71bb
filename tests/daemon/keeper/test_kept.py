"""What the keeper does with a terminal that no daemon reads."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopsy_daemon.keeper.kept import Kept
from loopsy_daemon.keeper.program import start_program
from loopsy_daemon.keeper.ring import Ring

CAPACITY = 262_144
DEADLINE_SECONDS = 20.0
ENVIRONMENT = {os.fsencode(name): os.fsencode(value) for name, value in os.environ.items()}


@pytest.fixture
def flood() -> Iterator[Kept]:
    """Give a program that prints a megabyte, and that nobody reads."""
    ring = Ring.create(CAPACITY)
    pid, master = start_program([b"/bin/sh", b"-c", b"seq 1 150000; exit 5"], ENVIRONMENT, b"/", 80, 24)
    kept = Kept(pid, master, os.dup(ring.descriptor))
    ring.close()
    yield kept
    kept.close()
    os.waitpid(pid, 0)


def drain_while(kept: Kept, is_wanted: bool) -> None:
    """Drain as long as that is (not) wanted."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while kept.is_to_be_drained == is_wanted and not kept.is_drained:
        assert time.monotonic() < deadline
        kept.drain()


def kept_output(kept: Kept) -> tuple[int, int, bytes]:
    """Return start, end and bytes of what is kept."""
    ring = Ring(os.dup(kept.memory))
    found = ring.start, ring.end, ring.read(ring.start, CAPACITY)
    ring.close()
    return found


def test_the_program_waits_before_what_a_daemon_did_not_see_is_lost(flood: Kept) -> None:
    flood.take_back()
    drain_while(flood, is_wanted=True)
    assert flood.is_waiting
    start, end, _ = kept_output(flood)
    assert start == 0
    assert CAPACITY // 4 <= end <= CAPACITY // 2
    flood.drain()
    assert kept_output(flood)[1] == end


def test_after_a_while_it_goes_on_and_the_newest_output_is_kept(flood: Kept) -> None:
    flood.take_back()
    drain_while(flood, is_wanted=True)
    flood.patient_until = time.monotonic()
    drain_while(flood, is_wanted=True)
    assert flood.is_drained
    everything = b"".join(b"%d\r\n" % number for number in range(1, 150_001))
    assert kept_output(flood) == (len(everything) - CAPACITY, len(everything), everything[-CAPACITY:])


def test_a_session_that_was_handed_over_is_not_touched(flood: Kept) -> None:
    flood.take_back()
    flood.hand_over()
    assert not flood.is_to_be_drained
    flood.drain()
    assert kept_output(flood)[1] == 0


def children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


@pytest.mark.parametrize(
    ("argv", "cwd", "error"),
    [
        ([b"/nowhere/program"], b"/", FileNotFoundError),
        ([b"/etc/passwd"], b"/", PermissionError),
        ([b"sh"], b"/nowhere", FileNotFoundError),
        ([b"a\0b"], b"/", OSError),
    ],
)
def test_what_cannot_be_started_tells_why_and_leaves_nothing(
    argv: list[bytes], cwd: bytes, error: type[OSError]
) -> None:
    before, children_before = sorted(Path("/proc/self/fd").iterdir()), children()
    with pytest.raises(error) as failed:
        start_program(argv, ENVIRONMENT, cwd, 80, 24)
    assert failed.value.filename == os.fsdecode(cwd if cwd != b"/" else argv[0])
    assert sorted(Path("/proc/self/fd").iterdir()) == before
    assert children() == children_before
