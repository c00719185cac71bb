"""The way to https://NAME.SUBDOMAIN.workers.dev on a machine without it: an HTTP proxy that knows what is deployed."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.support.cloudflare.loopback_server import LoopbackServer

_READ_BYTES = 65_536
# A hostname → the loopback port of whoever serves it, or None if nobody does.
PortOf = Callable[[str], Awaitable[int | None]]


class EdgeProxy:
    """Carries `CONNECT host:443` (RFC 9110, 9.3.6) to the Worker that is published there; TLS passes through."""

    def __init__(self, port_of: PortOf) -> None:
        self._port_of = port_of
        self._server = LoopbackServer(self._carry, asyncio.IncompleteReadError)

    async def start(self) -> int:
        """Listen; return the port."""
        return await self._server.start()

    async def close(self) -> None:
        """Stop listening and end every connection."""
        await self._server.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, target, _ = head.split(" ", 2)
        host, _, port = target.rpartition(":")
        found = None
        if (method, host) == ("CONNECT", "127.0.0.1"):
            found = int(port)  # wrangler asks for its live log's WebSocket here, whatever NO_PROXY says
        elif (method, port) == ("CONNECT", "443"):
            found = await self._port_of(host)
        if found is None:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
            return
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", found)
        try:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            ways = [asyncio.ensure_future(_pump(reader, up_writer)), asyncio.ensure_future(_pump(up_reader, writer))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            up_writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_READ_BYTES):
        writer.write(data)
        await writer.drain()
