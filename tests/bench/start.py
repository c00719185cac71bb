"""How soon it is there: `loopsy --help` beside an empty typer program, and `make up` until a phone can pair."""

import asyncio
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.rig import DEADLINE_SECONDS, REPOSITORY, Rig

ROUNDS = 12
UP_ROUNDS = 3
HELP = (str(Path(sys.executable).with_name("loopsy")), "--help")
EMPTY_HELP = (sys.executable, str(Path(__file__).with_name("empty_program.py")), "--help")


async def measure_start(rig: Rig) -> dict[str, float]:
    """Return medians; rounds of both programs alternate."""
    own, floor = [], []
    for _ in range(ROUNDS):
        own.append(await _milliseconds(HELP))
        floor.append(await _milliseconds(EMPTY_HELP))
    up = [await _up_seconds() for _ in range(UP_ROUNDS)]
    return {
        "help_ms": statistics.median(own),
        "help_floor_ms": statistics.median(floor),
        "up_ready_s": statistics.median(up),
    }


async def _milliseconds(command: tuple[str, ...]) -> float:
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    assert await process.wait() == 0
    return (time.perf_counter() - started) * 1_000


async def _up_seconds() -> float:
    """Return the seconds from the command, with all built and a home that is new, to a pairing that is open."""
    with tempfile.TemporaryDirectory(prefix="loopsy-up-") as directory:
        ready = Path(directory, "ready.json")
        environment = {
            **os.environ,
            "LOOPSY_HOME": str(Path(directory, "home")),
            "LOOPSY_SECRETS": "file",
            "UP_JSON": str(ready),
        }
        started = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            "make",
            "up",
            cwd=REPOSITORY,
            env=environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                while not ready.exists():
                    assert process.returncode is None, "make up has ended"
                    await asyncio.sleep(0.005)
            return time.perf_counter() - started
        finally:
            os.killpg(process.pid, signal.SIGINT)
            await process.wait()
