"""An HTTP/1.1 server on loopback that hands whole requests to one function (h11 does the protocol)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

import h11

from tests.support.cloudflare.loopback_server import LoopbackServer

_READ_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    """A request that has arrived completely."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class CutConnection(Exception):
    """Raised by a handler that wants the connection to end without an answer."""


Handler = Callable[[Request], Awaitable[Response]]


class HttpServer:
    """Serve `handle` on a free port of 127.0.0.1 until it is closed."""

    def __init__(self, handle: Handler) -> None:
        self._handle = handle
        self._server = LoopbackServer(self._serve, h11.RemoteProtocolError, CutConnection)

    async def start(self) -> int:
        """Listen; return the port."""
        return await self._server.start()

    async def close(self) -> None:
        """Stop listening and end every connection."""
        await self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        while True:
            request = await _receive(connection, reader, writer)
            if request is None:
                return
            response = await self._handle(request)
            headers = {"content-length": str(len(response.body)), **response.headers}
            writer.write(connection.send(h11.Response(status_code=response.status, headers=list(headers.items()))))
            if request.method != "HEAD":
                writer.write(connection.send(h11.Data(data=response.body)))
            writer.write(connection.send(h11.EndOfMessage()))
            await writer.drain()
            if connection.our_state is h11.MUST_CLOSE:
                return
            connection.start_next_cycle()


async def _receive(
    connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Request | None:
    """Return the next request, or None when the client has gone."""
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            if connection.they_are_waiting_for_100_continue:
                writer.write(connection.send(h11.InformationalResponse(status_code=100, headers=[])))
            connection.receive_data(await reader.read(_READ_BYTES))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            parts = urlsplit(head.target.decode("ascii"))
            return Request(
                method=head.method.decode("ascii"),
                path=unquote(parts.path),
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers={name.decode("ascii"): value.decode("latin-1") for name, value in head.headers},
                body=bytes(body),
            )
        else:
            return None
