"""What the three processes hold at one moment, and whether it has become more."""

import asyncio
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from loopsy_deploy.local import LocalRelay
from tests.soak.watched_daemon import TASKS_FILE
from tests.support.daemon import Daemon
from tests.support.process_figures import figures_of, processes_with_argument

DEADLINE_SECONDS = 15.0
# What may be added from the second third to the last one. V8 and malloc take some ahead.
MOST_ADDED = {
    "daemon_mb": 4.0,
    "daemon_descriptors": 2.0,
    "daemon_tasks": 2.0,
    "keeper_mb": 1.0,
    "keeper_descriptors": 0.0,
    "relay_mb": 24.0,
    "relay_descriptors": 4.0,
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Taken while no phone is connected. Memory (2^20 bytes) is anonymous, so without the rings of output."""

    minutes: float
    daemon_mb: float
    daemon_descriptors: int
    daemon_tasks: int
    keeper_mb: float
    keeper_descriptors: int
    relay_mb: float
    relay_descriptors: int


async def take_sample(minutes: float, daemon: Daemon, relay: LocalRelay) -> Sample:
    """Look at the daemon, its keeper and the relay."""
    assert daemon.process is not None
    tasks = await _tasks(daemon.process.pid, Path(daemon.paths.home, TASKS_FILE))
    of_daemon, of_relay = figures_of(daemon.process.pid), figures_of(relay.pid)
    keepers = [figures_of(pid) for pid in processes_with_argument(str(daemon.paths.keeper_socket))]
    return Sample(
        minutes=minutes,
        daemon_mb=of_daemon.anonymous_mb,
        daemon_descriptors=of_daemon.descriptors,
        daemon_tasks=tasks,
        keeper_mb=sum(keeper.anonymous_mb for keeper in keepers),
        keeper_descriptors=sum(keeper.descriptors for keeper in keepers),
        relay_mb=of_relay.anonymous_mb,
        relay_descriptors=of_relay.descriptors,
    )


async def _tasks(pid: int, file: Path) -> int:
    file.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR1)
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not file.exists():
            await asyncio.sleep(0.01)
    return int(file.read_text())


def added(samples: list[Sample]) -> dict[str, float]:
    """Return by how much each figure is greater in the last third than in the second, when all had its size.

    Memory is given back late, and by chance: the least of each third is what is needed.
    """
    third = len(samples) // 3
    return {
        name: least(samples[-third:], name) - least(samples[third : len(samples) - third], name) for name in MOST_ADDED
    }


def least(samples: list[Sample], name: str) -> float:
    """Return the least of a figure."""
    return min(float(getattr(sample, name)) for sample in samples)


def leaks(samples: list[Sample]) -> list[str]:
    """Return what has become more than may be."""
    return [
        f"{name} became {more:.1f} more, at most {MOST_ADDED[name]:g} is allowed"
        for name, more in added(samples).items()
        if more > MOST_ADDED[name]
    ]


def render(samples: list[Sample]) -> str:
    """Return a table, and what was added."""
    names = list(MOST_ADDED)
    lines = ["minutes" + "".join(f"{name:>20}" for name in names)]
    for sample in samples:
        lines.append(f"{sample.minutes:7.1f}" + "".join(f"{getattr(sample, name):20.1f}" for name in names))
    lines.append("  added" + "".join(f"{more:+20.1f}" for more in added(samples).values()))
    return "\n".join(lines)
