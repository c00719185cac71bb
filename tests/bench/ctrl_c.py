"""How long a flood goes on after Ctrl-C, on a fast phone and on one that parses 1 MB/s."""

import asyncio
import math
import statistics
import time

from tests.bench.rig import Rig
from tests.support.machine import Machine
from tests.support.parsing_phone import ParsingPhone

FLOOD = ["sh", "-c", "trap : INT; yes; printf stopped"]
CTRL_C = b"\x03"
FLOOD_SECONDS = 1.5
"""So long it goes on before the key, so that every buffer on the way is full."""
SLOW_BYTES_PER_SECOND = 1e6
ROUNDS = 5


async def measure_ctrl_c(rig: Rig) -> dict[str, float]:
    """Return medians over some rounds, and the most that arrived at the slow phone after the key."""
    fast = [await interrupt(rig, rig.machine) for _ in range(ROUNDS)]
    slow = [await interrupt(rig, rig.machine, SLOW_BYTES_PER_SECOND) for _ in range(ROUNDS)]
    return {
        "ctrl_c_fast_ms": statistics.median(milliseconds for milliseconds, _ in fast),
        "ctrl_c_slow_ms": statistics.median(milliseconds for milliseconds, _ in slow),
        "ctrl_c_slow_tail_bytes": max(tail_bytes for _, tail_bytes in slow),
    }


async def interrupt(rig: Rig, machine: Machine, bytes_per_second: float = math.inf) -> tuple[float, int]:
    """Return after how many milliseconds the phone's terminal shows the end, and how many bytes came until then."""
    session = await rig.open(FLOOD)
    async with ParsingPhone.parsing(machine, bytes_per_second) as phone:
        stream = await phone.attach(session, cols=120, rows=40, keep=False)
        await phone.wait_shown(b"y\r\n")
        await asyncio.sleep(FLOOD_SECONDS)
        arrived_bytes, started = phone.arrived_bytes, time.perf_counter()
        await phone.type(stream, CTRL_C)
        await phone.wait_shown(b"stopped")
        return (time.perf_counter() - started) * 1_000, phone.arrived_bytes - arrived_bytes
