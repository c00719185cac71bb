"""Many at once: 100 sessions and 20 phones on one daemon, 1,000 idle devices on one relay process."""

import asyncio
import random
import statistics
import time
from contextlib import AsyncExitStack

import httpx

from tests.bench.echo import RAW_CAT
from tests.bench.floor_device import open_link
from tests.bench.rig import Rig, percentile
from tests.support.machine import Machine
from tests.support.phone import Phone
from tests.support.phone_stream import Stream
from tests.support.process_figures import figures_of

SESSIONS = 100
PHONES = 20
KEYS_PER_SECOND = 5
TYPING_SECONDS = 6.0
DEVICES = 1_000
DEVICES_AT_ONCE = 16
KEYS = 200


async def measure_scale(rig: Rig) -> dict[str, float]:
    """Return the echo while all phones type, and what the idle devices change: echo, and memory of the relay."""
    crowd = await _crowd_echo(rig)
    await rig.end_sessions()
    return {"scale_echo_p50_ms": percentile(crowd, 50), "scale_echo_p99_ms": percentile(crowd, 99)} | await _idle(rig)


async def _crowd_echo(rig: Rig) -> list[float]:
    """Return milliseconds per key; each phone follows its share of the sessions and types into each in turn."""
    share = SESSIONS // PHONES
    async with AsyncExitStack() as stack:
        crowd: list[tuple[Phone, list[Stream]]] = []
        for number in range(PHONES):
            machine: Machine = await rig.daemon.pair_phone(f"phone {number}")
            phone = await stack.enter_async_context(Phone.connected(machine))
            sessions = [await rig.open(RAW_CAT) for _ in range(share)]
            streams = [await phone.attach(session, cols=80, rows=24) for session in sessions]
            for stream in streams:
                await phone.wait_output(stream, b"ready")
            crowd.append((phone, streams))
        taken = await asyncio.gather(*(_type_like_a_person(*member, seed) for seed, member in enumerate(crowd)))
    return [milliseconds for one in taken for milliseconds in one]


async def _type_like_a_person(phone: Phone, streams: list[Stream], seed: int) -> list[float]:
    chooser = random.Random(seed)
    taken = []
    end_at = time.monotonic() + TYPING_SECONDS
    while time.monotonic() < end_at:
        await asyncio.sleep(chooser.uniform(0, 2 / KEYS_PER_SECOND))
        taken.append(await _echo_milliseconds(phone, chooser.choice(streams)))
    return taken


async def _echo_milliseconds(phone: Phone, stream: Stream) -> float:
    end, started = stream.end, time.perf_counter()
    await phone.type(stream, b"k")
    await phone.wait_for(lambda: stream.end > end)
    return (time.perf_counter() - started) * 1_000


async def _idle(rig: Rig) -> dict[str, float]:
    async with Phone.connected(rig.machine) as phone, AsyncExitStack() as stack:
        stream = await phone.attach(await rig.open(RAW_CAT), cols=80, rows=24)
        await phone.wait_output(stream, b"ready")
        alone = [await _echo_milliseconds(phone, stream) for _ in range(KEYS)]
        before_mb = figures_of(rig.relay.pid).resident_mb
        turns = asyncio.Semaphore(DEVICES_AT_ONCE)

        bearer = {"authorization": f"Bearer {rig.relay.registration_secret}"}
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=rig.relay.url, headers=bearer))

        async def connect() -> None:
            async with turns:
                device = (await http.post("/v1/devices")).json()
                url = f"{rig.relay.url}/v1/devices/{device['device_id']}/link"
                await stack.enter_async_context(await open_link(url, device["device_secret"]))

        await asyncio.gather(*(connect() for _ in range(DEVICES)))
        added_mb = figures_of(rig.relay.pid).resident_mb - before_mb
        beside = [await _echo_milliseconds(phone, stream) for _ in range(KEYS)]
    return {
        "scale_idle_devices": DEVICES,
        "scale_echo_alone_p50_ms": statistics.median(alone),
        "scale_echo_beside_idle_p50_ms": statistics.median(beside),
        "scale_idle_device_kb": added_mb * 1024 / DEVICES,
    }
