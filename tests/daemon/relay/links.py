"""A device's link, and relays on real sockets that behave as a test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from loopsy_daemon.relay.link import RelayLink
from loopsy_daemon.relay.usage import DailyUsage
from tests.daemon.relay.rig import DEVICE_ID

SECRET = "S" * 43
NO_PHONES = '{"type":"phones","phones":[]}'
Behaviour = Callable[[ServerConnection, int], Awaitable[None]]


class Heard:
    """What the link tells, in order."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self._changed = asyncio.Event()

    def _tell(self, *what: object) -> None:
        self.told.append(what[0] if len(what) == 1 else what)
        self._changed.set()

    def link_up(self) -> None:
        self._tell("up")

    def link_down(self) -> None:
        self._tell("down")

    def phone_up(self, conn: int, phone_id: str) -> None:
        self._tell("phone.up", conn)

    def phone_down(self, conn: int) -> None:
        self._tell("phone.down", conn)

    def frame(self, conn: int, payload: bytes) -> None:
        self._tell("frame", conn, payload)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self._changed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), 0.05)


@asynccontextmanager
async def relay_that(
    behaves: Behaviour,
    *,
    subprotocol: str | None = "loopsy.v1",
    process_request: Callable[[ServerConnection, Request], Response | None] | None = None,
) -> AsyncIterator[str]:
    connections = 0

    async def handle(connection: ServerConnection) -> None:
        nonlocal connections
        connections += 1
        with suppress(ConnectionClosed):
            await behaves(connection, connections)

    def select(_: ServerConnection, offered: object) -> Subprotocol | None:
        return None if subprotocol is None else Subprotocol(subprotocol)

    server: Server
    async with serve(
        handle, "127.0.0.1", 0, select_subprotocol=select, process_request=process_request, compression=None
    ) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def linked(url: str, usage: DailyUsage | None = None) -> AsyncIterator[tuple[RelayLink, Heard]]:
    heard = Heard()
    link = RelayLink(url, DEVICE_ID, SECRET, heard, usage=usage)
    running = asyncio.create_task(link.run())
    try:
        yield link, heard
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def serve_for_ever(connection: ServerConnection, number: int) -> None:
    await connection.send(NO_PHONES)
    await connection.wait_closed()
