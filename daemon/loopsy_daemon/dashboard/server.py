"""The dashboard's sockets: HTTP on loopback, by uvicorn within the daemon's loop."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.lan.punctual_http import PunctualHttp
from loopsy_daemon.lan.server import listening_sockets
from loopsy_daemon.wire.limits import MAX_PLAINTEXT_BYTES

MAX_CONNECTIONS: Final = 128
_START_SECONDS: Final = 10.0
_END_SECONDS: Final = 2
_log = logging.getLogger(__name__)


class LoopbackServer:
    """Has its port from the beginning, and serves from `start` to `close`."""

    def __init__(self, port: int) -> None:
        """Listen at the port, or at a free one if another program has it. Raises LoopsyError."""
        try:
            self._sockets = listening_sockets("loopback", port)
        except LoopsyError:
            self._sockets = listening_sockets("loopback", 0)
        self.port = int(self._sockets[0].getsockname()[1])
        self._task: asyncio.Task[None] | None = None
        self._server: _Server | None = None

    @property
    def hosts(self) -> tuple[str, ...]:
        """By what a browser can call it."""
        return tuple(f"{name}:{self.port}" for name in ("127.0.0.1", "[::1]", "localhost"))

    async def start(self, app: ASGIApp) -> None:
        """Serve. Raises LoopsyError if that does not begin in time."""
        # Its warnings are what strangers say: they must not fill the log.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        self._server = _Server(
            uvicorn.Config(
                app,
                loop="none",
                http=_PageHttp,
                ws="websockets-sansio",
                ws_max_size=MAX_PLAINTEXT_BYTES,
                ws_per_message_deflate=False,
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_END_SECONDS,
            )
        )
        self._task = asyncio.create_task(self._server.serve(self._sockets))
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._server.listening.wait()
        except TimeoutError:
            await self.close()
            raise LoopsyError("The dashboard did not start.", "loopsy restart") from None

    async def close(self) -> None:
        """Stop listening, and end the connections."""
        if self._task and self._server:
            self._server.should_exit = True
            await asyncio.gather(self._task, return_exceptions=True)
        for listener in self._sockets:
            listener.close()


class _PageHttp(PunctualHttp):
    """One connection of a page; every user of this machine can open some."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let it in, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen, and tell."""
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the daemon's."""
        yield
