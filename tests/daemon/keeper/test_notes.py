"""Notes for a later daemon: whole after a kill at any step."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from loopsy_daemon.keeper.notes import Checkpoint, Notes
from loopsy_daemon.keeper.ring import Ring


class Killed(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def ring() -> Iterator[Ring]:
    ring = Ring.create(65_536)
    yield ring
    ring.close()


def checkpoint(base: int, size: int = 1_000) -> Checkpoint:
    return Checkpoint(base, 80, 24, bytes([65 + base % 26]) * size)


def until_killed(patch: pytest.MonkeyPatch, steps: int, act: Callable[[], None]) -> bool:
    """Do it with so many steps that change the memory; return whether it was killed."""
    left = [steps]
    for name in ("pwrite", "truncate"):
        real = getattr(os, name)

        def step(*arguments: Any, real: Callable[..., Any] = real) -> Any:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return real(*arguments)

        patch.setattr(os, name, step)
    try:
        act()
    except Killed:
        return True
    finally:
        patch.undo()
    return False


def test_a_record_is_the_former_or_the_new_one(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = Notes(ring)
    assert notes.read_record() == {}
    notes.write_record({"number": 0})
    for number in range(1, 5):
        was_killed = until_killed(monkeypatch, number % 2, lambda: notes.write_record({"number": number}))  # noqa: B023
        assert was_killed == (number % 2 == 0)
        assert Notes(ring).read_record() == {"number": number - 1 if was_killed else number}
        notes.write_record({"number": number})


def test_there_is_always_a_whole_checkpoint(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = Notes(ring)
    assert notes.checkpoints() == []
    notes.write_checkpoint(checkpoint(0, 300_000))
    notes.write_checkpoint(checkpoint(1, 500_000))
    for base in range(2, 40):
        former = notes.checkpoints()
        if until_killed(monkeypatch, base % 5, lambda: notes.write_checkpoint(checkpoint(base))):  # noqa: B023
            assert former[1] in Notes(ring).checkpoints()
            notes.write_checkpoint(checkpoint(base))
        assert notes.checkpoints() == [former[1], checkpoint(base)]


def test_a_long_checkpoint_takes_no_memory_once_it_is_replaced(ring: Ring) -> None:
    notes = Notes(ring)
    notes.write_checkpoint(checkpoint(1))
    notes.write_checkpoint(checkpoint(2, 1_000_000))
    assert os.fstat(ring.descriptor).st_blocks * 512 > 1_000_000
    notes.write_checkpoint(checkpoint(3))
    notes.write_checkpoint(checkpoint(4))
    assert os.fstat(ring.descriptor).st_blocks * 512 < 200_000
