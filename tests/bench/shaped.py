"""Echo, Ctrl-C under a flood and the time to resume, on paths as phones have them."""

import asyncio
import dataclasses
import statistics
import time

from tests.bench.ctrl_c import interrupt
from tests.bench.echo import RAW_CAT
from tests.bench.rig import Rig
from tests.support.machine import Machine
from tests.support.phone import Phone
from tests.support.proxy import Proxy, proxy_to
from tests.support.shaping import Shape

KEYS = 24
ROUNDS = 3
PRINTING = ["sh", "-c", "n=0; while :; do n=$((n+1)); echo $n; sleep 0.02; done"]
# Each is one direction; the other is the same, so that a round trip is twice the delay.
PATHS = {
    "100ms": Shape(delay_seconds=0.05),
    "300ms": Shape(delay_seconds=0.15),
    "1mbit": Shape(delay_seconds=0.025, bytes_per_second=125_000, holds_bytes=65_536),
    "stalls": Shape(delay_seconds=0.025, stall_seconds=1.0, stall_every_seconds=5.0),
}


async def measure_shaped(rig: Rig) -> dict[str, float]:
    """Return medians in milliseconds per path; the worst of the echoes, too, which is what a stall makes."""
    results: dict[str, float] = {}
    for name, shape in PATHS.items():
        async with proxy_to(rig.relay.url) as path:
            path.reshape(up=shape, down=shape)
            machine = dataclasses.replace(rig.machine, relay_url=path.url)
            echo = await _echo(rig, machine)
            results[f"shaped_{name}_echo_p50_ms"] = statistics.median(echo)
            results[f"shaped_{name}_echo_worst_ms"] = max(echo)
            stops = [(await interrupt(rig, machine))[0] for _ in range(ROUNDS)]
            results[f"shaped_{name}_ctrl_c_ms"] = statistics.median(stops)
            results[f"shaped_{name}_resume_ms"] = statistics.median(await _resume(rig, machine, path))
        await rig.end_sessions()
    return results


async def _echo(rig: Rig, machine: Machine) -> list[float]:
    async with Phone.connected(machine) as phone:
        stream = await phone.attach(await rig.open(RAW_CAT), cols=80, rows=24)
        await phone.wait_output(stream, b"ready")
        taken = []
        for _ in range(KEYS):
            end, started = stream.end, time.perf_counter()
            await phone.type(stream, b"k")
            await phone.wait_for(lambda end=end: stream.end > end)  # type: ignore[misc]
            taken.append((time.perf_counter() - started) * 1_000)
            await asyncio.sleep(0.2)
        return taken


async def _resume(rig: Rig, machine: Machine, path: Proxy) -> list[float]:
    """Return the milliseconds from a cut to the first output after it, by a phone that tries again at once."""
    session = await rig.open(PRINTING)
    phone = await Phone.connect(machine)
    stream = await phone.attach(session, cols=80, rows=24)
    taken = []
    for _ in range(ROUNDS):
        await phone.wait_for(lambda stream=stream: bool(stream.received))  # type: ignore[misc]
        path.cut_after(0)
        started, have = time.perf_counter(), stream.end
        await phone.close()
        phone = await Phone.connect(machine, client=phone.client, waits=False)
        stream = await phone.attach(session, cols=80, rows=24, have=have)
        assert stream.base == have
        await phone.wait_for(lambda stream=stream: bool(stream.received))  # type: ignore[misc]
        taken.append((time.perf_counter() - started) * 1_000)
    await phone.close()
    return taken
