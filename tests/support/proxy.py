"""A TCP proxy between a link's end and the relay: cuts at a byte, and records what crosses, unmasked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(slots=True)
class Proxy:
    """Connections to `url` go to the relay; each takes the next of `cuts`: after how many bytes it is cut."""

    url: str
    cuts: list[int] = field(default_factory=list)
    recording: bool = False
    recorded: list[bytes] = field(default_factory=list)
    connections: int = 0
    refusing: bool = False


@asynccontextmanager
async def proxy_to(relay_url: str) -> AsyncIterator[Proxy]:
    """Give a proxy in front of the relay."""
    target = urlsplit(relay_url)
    proxy = Proxy("")
    pumps: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        pumps.add(task)
        task.add_done_callback(pumps.discard)
        proxy.connections += 1
        if proxy.refusing:
            writer.transport.abort()
            return
        left = [proxy.cuts.pop(0) if proxy.cuts else -1]
        up_reader, up_writer = await asyncio.open_connection(target.hostname, target.port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(proxy, reader, up_writer, left))
                group.create_task(_pump(proxy, up_reader, writer, left))
        except* OSError:
            pass
        finally:
            writer.transport.abort()
            up_writer.transport.abort()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        for pump in list(pumps):
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


async def _pump(proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, left: list[int]) -> None:
    seen = bytearray()
    try:
        while data := await reader.read(65_536):
            if left[0] >= 0:
                data = data[: left[0]]
                left[0] -= len(data)
            seen += data if proxy.recording else b""
            writer.write(data)
            await writer.drain()
            if left[0] == 0:
                break
    finally:
        if proxy.recording:
            proxy.recorded.append(readable(bytes(seen)))
    raise ConnectionResetError("ended")


def readable(stream: bytes) -> bytes:
    """Return one direction of an HTTP connection with the payloads of its WebSocket frames unmasked (RFC 6455 §5)."""
    head, separator, rest = stream.partition(b"\r\n\r\n")
    if b"upgrade: websocket" not in head.lower():
        return stream
    out = bytearray(head + separator)
    while len(rest) >= 2:
        masked, length, header = rest[1] & 0x80, rest[1] & 0x7F, 2
        if length >= 126:
            header = 4 if length == 126 else 10
            length = int.from_bytes(rest[2:header], "big")
        mask = rest[header : header + 4] if masked else b"\0\0\0\0"
        start = header + (4 if masked else 0)
        payload = rest[start : start + length]
        out += bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        rest = rest[start + length :]
    return bytes(out)
