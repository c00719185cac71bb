"""A file beside a key: how fast it goes, and what a key's echo takes meanwhile, on this machine and on slow paths."""

import asyncio
import dataclasses
import os
import tempfile
import time
from collections.abc import Awaitable

from tests.bench.echo import RAW_CAT
from tests.bench.rig import Rig, percentile
from tests.support.files_phone import Fetched, FilesPhone
from tests.support.machine import Machine
from tests.support.phone import Phone
from tests.support.phone_stream import Stream
from tests.support.process_figures import figures_of
from tests.support.proxy import proxy_to
from tests.support.shaping import Shape

FILE_BYTES = 50_000_000
SLOW_FILE_BYTES = 2_000_000
LONG_FILE_BYTES = 10_000_000
PERMITTED = "/tmp"
KEY_PAUSE_SECONDS = 0.01
ALONE_KEYS = 200
# One direction; the other is the same.
PATHS = {
    "1mbit": (Shape(delay_seconds=0.025, bytes_per_second=125_000, holds_bytes=262_144), SLOW_FILE_BYTES),
    "20mbit": (Shape(delay_seconds=0.05, bytes_per_second=2_500_000, holds_bytes=1_048_576), LONG_FILE_BYTES),
}


async def measure_files(rig: Rig) -> dict[str, float]:
    """Return MB/s (10^6 bytes) and echo percentiles in milliseconds, alone and beside a file in each direction."""
    results: dict[str, float] = {}
    daemon = rig.daemon.process
    assert daemon is not None
    before_mb = figures_of(daemon.pid).anonymous_mb
    results |= await _on_path(rig, rig.machine, "", FILE_BYTES)
    results["files_daemon_growth_mb"] = figures_of(daemon.pid).anonymous_mb - before_mb
    for name, (shape, size_bytes) in PATHS.items():
        async with proxy_to(rig.relay.url) as path:
            path.reshape(up=shape, down=shape)
            machine = dataclasses.replace(rig.machine, relay_url=path.url)
            results |= await _on_path(rig, machine, f"{name}_", size_bytes)
    return results


async def _on_path(rig: Rig, machine: Machine, path: str, size_bytes: int) -> dict[str, float]:
    data = os.urandom(size_bytes)
    results: dict[str, float] = {}
    with tempfile.NamedTemporaryFile(dir=PERMITTED) as source:
        source.write(data)
        source.flush()
        async with FilesPhone.connected(machine) as phone:
            session = await rig.open(RAW_CAT)
            stream = await phone.attach(session, cols=80, rows=24)
            await phone.wait_output(stream, b"ready")
            alone = [await _key(phone, stream) for _ in range(ALONE_KEYS if not path else ALONE_KEYS // 8)]
            results[f"files_{path}echo_alone_p50_ms"] = percentile(alone, 50)
            results[f"files_{path}echo_alone_p99_ms"] = percentile(alone, 99)
            fetched = Fetched(source.name)
            for name, moving in (
                ("up", phone.send_file(session, os.urandom(16), "file.bin", data)),
                ("down", phone.fetch_file(session, fetched)),
            ):
                started = time.perf_counter()
                taken, seconds = await _keys_beside(phone, stream, moving, started)
                results[f"files_{path}{name}_mbps"] = size_bytes / seconds / 1e6
                results[f"files_{path}echo_{name}_p50_ms"] = percentile(taken, 50)
                results[f"files_{path}echo_{name}_p99_ms"] = percentile(taken, 99)
            assert bytes(fetched.data) == data
    return results


async def _keys_beside(
    phone: Phone, stream: Stream, moving: Awaitable[object], started: float
) -> tuple[list[float], float]:
    """Type while the file moves; return what the keys took, and the file's seconds."""

    async def move() -> float:
        await moving
        return time.perf_counter() - started

    task = asyncio.ensure_future(move())
    taken = []
    while not task.done():
        taken.append(await _key(phone, stream))
        await asyncio.sleep(KEY_PAUSE_SECONDS)
    return taken, await task


async def _key(phone: Phone, stream: Stream) -> float:
    end, started = stream.end, time.perf_counter()
    await phone.type(stream, b"k")
    await phone.wait_for(lambda: stream.end > end, seconds=60)
    return (time.perf_counter() - started) * 1_000
