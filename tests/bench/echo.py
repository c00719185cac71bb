"""Keystroke echo through the relay, and its floor: two sockets spliced by the same kind of Durable Object."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from websockets.asyncio.client import ClientConnection

from loopsy_daemon.relay.api import register_device
from tests.bench.floor_device import SECRET_VARIABLE, open_link
from tests.bench.rig import Rig, percentile

SAMPLES = 500
ROUNDS = 10
RAW_CAT = ["sh", "-c", "stty raw -echo; printf ready; exec cat"]


async def measure_echo(rig: Rig) -> dict[str, float]:
    """Return percentiles in milliseconds; rounds of echo and floor alternate, so that both see the same machine."""
    session = await rig.open(RAW_CAT)
    phone = await rig.connect()
    stream = await phone.attach(session, cols=120, rows=40)
    await phone.wait_output(stream, b"ready")
    echo: list[float] = []
    floor: list[float] = []
    async with _spliced(rig) as floor_phone:
        for _ in range(ROUNDS):
            for _ in range(SAMPLES // ROUNDS):
                end = stream.end
                started = time.perf_counter()
                await phone.type(stream, b"k")
                await phone.wait_for(lambda end=end: stream.end > end)  # type: ignore[misc]
                echo.append((time.perf_counter() - started) * 1_000)
            for _ in range(SAMPLES // ROUNDS):
                started = time.perf_counter()
                await floor_phone.send(b"k")
                await floor_phone.recv()
                floor.append((time.perf_counter() - started) * 1_000)
    await phone.close()
    return {
        "echo_p50_ms": percentile(echo, 50),
        "echo_p99_ms": percentile(echo, 99),
        "echo_floor_p50_ms": percentile(floor, 50),
        "echo_floor_p99_ms": percentile(floor, 99),
    }


@asynccontextmanager
async def _spliced(rig: Rig) -> AsyncIterator[ClientConnection]:
    """Give a phone's bare socket, whose device is another process that sends every frame back."""
    url = rig.relay.url
    device = await register_device(url, rig.relay.registration_secret)
    base = f"/v1/devices/{device.device_id}"
    async with httpx.AsyncClient(base_url=url) as client:
        bearer = {"authorization": f"Bearer {device.device_secret}"}
        token = (await client.post(f"{base}/pair-tokens", headers=bearer, json={})).json()["token"]
        answer = await client.post("/v1/pair", headers={"authorization": f"Bearer {token}"}, json={"label": "floor"})
    phone = answer.json()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.floor_device",
        f"{url}{base}/link",
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, SECRET_VARIABLE: device.device_secret},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        async with await open_link(f"{url}{base}/phones/{phone['phone_id']}/link", phone["phone_secret"]) as socket:
            await socket.recv()  # device.up
            yield socket
    finally:
        process.terminate()
        await process.wait()
