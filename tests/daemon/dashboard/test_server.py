"""The dashboard's sockets: who comes to them and says nothing is let go, and a page's link is not."""

import asyncio
from contextlib import suppress

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from loopsy_daemon.dashboard import server
from loopsy_daemon.dashboard.server import LoopbackServer
from loopsy_daemon.lan import punctual_http

DEADLINE_SECONDS = 20.0


async def _echo(socket: WebSocket) -> None:
    await socket.accept()
    while True:
        await socket.send_text(await socket.receive_text())


async def _end_of(port: int) -> float:
    """Connect and say nothing; return after how many seconds the other side ends that."""
    loop = asyncio.get_running_loop()
    begin = loop.time()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionResetError):
        await reader.read()
    writer.close()
    return loop.time() - begin


async def test_who_says_nothing_is_let_go_and_who_is_one_too_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 3)
    monkeypatch.setattr(punctual_http, "HEAD_SECONDS", 1.0)
    served = LoopbackServer(0)
    await served.start(Starlette(routes=[WebSocketRoute("/", _echo)]))
    try:
        async with asyncio.timeout(DEADLINE_SECONDS), connect(f"ws://127.0.0.1:{served.port}/") as link:
            ends = await asyncio.gather(*(_end_of(served.port) for _ in range(5)))
            assert sorted(end >= 1.0 for end in ends) == [False, False, False, True, True]
            await link.send("still here")
            assert await link.recv() == "still here"
    finally:
        await served.close()
