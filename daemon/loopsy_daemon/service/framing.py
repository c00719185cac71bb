"""Framing of the local socket: each layer 3 message behind its length as u32."""

import asyncio
import struct
from typing import Final

from loopsy_daemon.wire.errors import MalformedMessage
from loopsy_daemon.wire.limits import MAX_PLAINTEXT_BYTES

_LENGTH: Final = struct.Struct(">I")


def with_length(message: bytes) -> bytes:
    """Return the message behind its length."""
    return _LENGTH.pack(len(message)) + message


async def read_message(reader: asyncio.StreamReader) -> bytes:
    """Return the next message. Raises EOFError at the end, MalformedMessage for a length that is not allowed."""
    header = await reader.readexactly(_LENGTH.size)
    length_bytes: int = _LENGTH.unpack(header)[0]
    if not 1 <= length_bytes <= MAX_PLAINTEXT_BYTES:
        raise MalformedMessage(f"a message has 1 to {MAX_PLAINTEXT_BYTES} bytes, not {length_bytes}")
    return await reader.readexactly(length_bytes)
