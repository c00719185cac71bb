"""The device's end of the floor, a process of its own like the daemon: sends every frame back. `URL` as argument."""

import asyncio
import os
import sys

import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

SECRET_VARIABLE = "FLOOR_SECRET"


async def open_link(url: str, secret: str) -> ClientConnection:
    """Open one end of a link, with nothing of Loopsy's above it."""
    return await connect(
        "ws" + url.removeprefix("http"),
        subprotocols=[Subprotocol("loopsy.v1"), Subprotocol(f"loopsy.bearer.{secret}")],
        compression=None,
        ping_interval=None,
    )


async def echo(url: str, secret: str) -> None:
    """Send every binary frame back, with the connection number that it came with."""
    async with await open_link(url, secret) as socket:
        print("ready", flush=True)
        async for frame in socket:
            if isinstance(frame, bytes):
                await socket.send(frame)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(echo(sys.argv[1], os.environ[SECRET_VARIABLE]))
