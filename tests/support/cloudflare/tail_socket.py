"""The server's end of a live log's WebSocket (RFC 6455), as lenient as Cloudflare's: wrangler masks no frame."""

import asyncio
import base64
import hashlib
from dataclasses import dataclass
from typing import Final

_MAGIC: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 0x1, 0x8, 0x9, 0xA
PROTOCOL: Final = "trace-v1"


@dataclass(frozen=True, slots=True)
class TailSocket:
    """An open WebSocket that only we say something on."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    path: str

    @classmethod
    async def accept(cls, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> "TailSocket | None":
        """Read the request and answer it; None for what is no request for a live log."""
        request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        key = headers.get("sec-websocket-key")
        if key is None or headers.get("sec-websocket-protocol") != PROTOCOL:
            writer.write(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
            return None
        accepted = base64.b64encode(hashlib.sha1(key.encode() + _MAGIC).digest()).decode()
        writer.write(
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            f"sec-websocket-accept: {accepted}\r\nsec-websocket-protocol: {PROTOCOL}\r\n\r\n".encode()
        )
        await writer.drain()
        return cls(reader, writer, request.split(" ")[1])

    async def send(self, text: str) -> None:
        """Send a text message."""
        await self._send(_TEXT, text.encode())

    async def until_closed(self) -> None:
        """Answer pings and drop everything else until the other side closes or is gone."""
        while True:
            kind, payload = await self._receive()
            if kind == _PING:
                await self._send(_PONG, payload)
            elif kind == _CLOSE:
                await self._send(_CLOSE, payload)
                return

    async def _send(self, kind: int, payload: bytes) -> None:
        size = len(payload)
        length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big")
        if size > 0xFFFF:
            length = b"\x7f" + size.to_bytes(8, "big")
        self.writer.write(bytes([0x80 | kind]) + length + payload)
        await self.writer.drain()

    async def _receive(self) -> tuple[int, bytes]:
        first, second = await self.reader.readexactly(2)
        size = second & 0x7F
        if size >= 126:
            size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
        mask = await self.reader.readexactly(4) if second & 0x80 else bytes(4)
        payload = await self.reader.readexactly(size)
        return first & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
