"""Keystroke echo through the relay, and its floor: two sockets spliced by the same kind of Durable Object."""

import asyncio
import time

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from loopsy_daemon.relay.api import register_device
from loopsy_daemon.wire import frames
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
    device, floor_phone = await _spliced(rig)
    echoing = asyncio.create_task(_echo_frames(device))
    echo: list[float] = []
    floor: list[float] = []
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
    echoing.cancel()
    await asyncio.gather(echoing, return_exceptions=True)
    for socket in (device, floor_phone):
        await socket.close()
    await phone.close()
    return {
        "echo_p50_ms": percentile(echo, 50),
        "echo_p99_ms": percentile(echo, 99),
        "echo_floor_p50_ms": percentile(floor, 50),
        "echo_floor_p99_ms": percentile(floor, 99),
    }


async def _spliced(rig: Rig) -> tuple[ClientConnection, ClientConnection]:
    """Return a device's and a phone's bare sockets at the same relay."""
    url = rig.relay.url
    device = await register_device(url, rig.relay.registration_secret)
    base = f"/v1/devices/{device.device_id}"
    async with httpx.AsyncClient(base_url=url) as client:
        bearer = {"authorization": f"Bearer {device.device_secret}"}
        token = (await client.post(f"{base}/pair-tokens", headers=bearer, json={})).json()["token"]
        answer = await client.post("/v1/pair", headers={"authorization": f"Bearer {token}"}, json={"label": "floor"})
    phone = answer.json()
    device_socket = await _open(f"{url}{base}/link", device.device_secret)
    phone_socket = await _open(f"{url}{base}/phones/{phone['phone_id']}/link", phone["phone_secret"])
    await device_socket.recv()  # phones
    await device_socket.recv()  # phone.up
    await phone_socket.recv()  # device.up
    return device_socket, phone_socket


async def _open(url: str, secret: str) -> ClientConnection:
    return await connect(
        "ws" + url.removeprefix("http"),
        subprotocols=[Subprotocol("loopsy.v1"), Subprotocol(f"loopsy.bearer.{secret}")],
        compression=None,
        ping_interval=None,
    )


async def _echo_frames(device: ClientConnection) -> None:
    async for frame in device:
        if isinstance(frame, bytes):
            conn, payload = frames.decode_device_frame(frame)
            await device.send(frames.encode_device_frame(conn, payload))
