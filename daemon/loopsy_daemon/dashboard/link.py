"""A page's WebSocket to the session server: layer 3 as it is, since nothing of it leaves this machine."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect

from loopsy_daemon.wire.close_codes import CloseCode
from loopsy_daemon.wire.turns import Turns

SUBPROTOCOL: Final = "loopsy.v1"
BEARER_PREFIX: Final = "loopsy.bearer."
MAX_UNSENT_BYTES: Final = 4 * 1_048_576


class Client(Protocol):
    """One client of the session server."""

    def receive(self, message: bytes) -> None:
        """Take a layer 3 message."""

    def disconnected(self) -> None:
        """The connection is gone."""


class BrowserTransport:
    """The way back to a page; what it does not read is bounded."""

    def __init__(self) -> None:
        self.turns = Turns()  # a socket of its own, whose streams are bounded by their windows: nobody waits
        self._unsent: asyncio.Queue[bytes | tuple[int, str]] = asyncio.Queue()
        self._unsent_bytes = 0
        self._is_closed = False

    def send(self, message: bytes) -> None:
        """Send a message; a page that reads nothing for too long is given up."""
        if self._is_closed:
            return
        self._unsent_bytes += len(message)
        if self._unsent_bytes > MAX_UNSENT_BYTES:
            self.close(CloseCode.TOO_SLOW, "too slow")
        else:
            self._unsent.put_nowait(message)

    def close(self, code: int, reason: str) -> None:
        """End the connection once what was sent is out."""
        if not self._is_closed:
            self._is_closed = True
            self._unsent.put_nowait((code, reason))

    async def carry(self, socket: WebSocket) -> None:
        """Send what is to be sent until the connection is closed."""
        while True:
            match await self._unsent.get():
                case bytes() as message:
                    await socket.send_bytes(message)
                    self._unsent_bytes -= len(message)
                case (code, reason):
                    await socket.close(code, reason)
                    return


async def serve_link(socket: WebSocket, new_client: Callable[[BrowserTransport], Client]) -> None:
    """Serve a page that is logged in until either side ends."""
    await socket.accept(SUBPROTOCOL)
    transport = BrowserTransport()
    client = new_client(transport)
    carrying = asyncio.create_task(transport.carry(socket))
    try:
        while True:
            client.receive(await socket.receive_bytes())
    except (WebSocketDisconnect, KeyError):
        pass  # the page has gone, or said what is no message
    finally:
        client.disconnected()
        carrying.cancel()
        await asyncio.gather(carrying, return_exceptions=True)


def bearer(socket: WebSocket) -> str:
    """Return the key that a page presents: as a subprotocol, since a browser cannot set headers."""
    offered: list[str] = socket.scope.get("subprotocols", [])
    return next((name.removeprefix(BEARER_PREFIX) for name in offered if name.startswith(BEARER_PREFIX)), "")
