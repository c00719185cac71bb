"""A request with a large body or a large answer, over a connection of its own and through few hands."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import h11

_READ_BYTES: Final = 262_144
_Events = AsyncGenerator[h11.Event, None]


class BulkAnswer:
    """An answer that has begun."""

    def __init__(self, status: int, events: _Events, patience_seconds: float) -> None:
        self.status = status
        self._events = events
        self._patience_seconds = patience_seconds

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes. Raises OSError if it breaks off."""
        while True:
            async with asyncio.timeout(self._patience_seconds):
                event = await anext(self._events)
            if isinstance(event, h11.EndOfMessage):
                return
            if isinstance(event, h11.Data):
                yield bytes(event.data)


@asynccontextmanager
async def bulk(
    host: str,
    port: int,
    context: ssl.SSLContext,
    *,
    request: h11.Request,
    content: AsyncIterable[bytes] | None,
    connect_seconds: float,
    patience_seconds: float,
) -> AsyncIterator[BulkAnswer]:
    """Send a request and give its answer as soon as there is one: if it refuses, the rest of the body is not sent.

    `content` is as long as the headers say; what it raises is raised here. Raises OSError if the other end takes and
    gives nothing for `patience_seconds`, goes away, or does not speak HTTP.
    """
    async with asyncio.timeout(connect_seconds):
        reader, writer = await asyncio.open_connection(host, port, ssl=context, limit=_READ_BYTES)
    connection = h11.Connection(h11.CLIENT)
    events = _received(connection, reader)
    sending = asyncio.create_task(_send(connection, writer, request, content, patience_seconds))
    beginning = asyncio.create_task(_answer(events))
    try:
        await asyncio.wait({sending, beginning}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done() and not isinstance(sending.exception(), OSError):  # a refusal may have come before the cut
            sending.result()
        async with asyncio.timeout(patience_seconds):
            answer = await beginning
        yield BulkAnswer(answer.status_code, events, patience_seconds)
    finally:
        sending.cancel()
        beginning.cancel()
        await asyncio.gather(sending, beginning, return_exceptions=True)
        await events.aclose()
        writer.transport.abort()


async def _send(
    connection: h11.Connection,
    writer: asyncio.StreamWriter,
    request: h11.Request,
    content: AsyncIterable[bytes] | None,
    patience_seconds: float,
) -> None:
    writer.write(connection.send(request) or b"")
    if content is not None:
        async for data in content:
            for piece in connection.send_with_data_passthrough(h11.Data(data=data)) or ():
                writer.write(piece)
            async with asyncio.timeout(patience_seconds):
                await writer.drain()
    connection.send(h11.EndOfMessage())
    async with asyncio.timeout(patience_seconds):
        await writer.drain()


async def _answer(events: _Events) -> h11.Response:
    async for event in events:
        if isinstance(event, h11.Response):
            return event
    raise ConnectionResetError


async def _received(connection: h11.Connection, reader: asyncio.StreamReader) -> _Events:
    """Yield what the other end says, up to the end of its answer. Raises OSError."""
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(_READ_BYTES))
            elif isinstance(event, h11.Event):
                yield event
                if isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                    return
            else:
                raise ConnectionResetError
    except h11.RemoteProtocolError as error:
        raise ConnectionResetError(str(error)) from error
