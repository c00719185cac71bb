"""Live logs: a tail is a WebSocket on which every event of a running Worker arrives."""

import asyncio
import json
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from tests.support.cloudflare import errors
from tests.support.cloudflare.http_server import Request, Response
from tests.support.cloudflare.loopback_server import LoopbackServer
from tests.support.cloudflare.routing import Call, result, route
from tests.support.cloudflare.scripts import Json
from tests.support.cloudflare.tail_socket import TailSocket

_LIFE = timedelta(hours=6)


class Tails:
    """The live logs of an account."""

    def __init__(self) -> None:
        self._scripts: dict[str, str] = {}  # tail id → script name
        self._sockets: dict[str, TailSocket] = {}
        self._server = LoopbackServer(self._serve, asyncio.IncompleteReadError)
        self._port = 0

    async def start(self) -> None:
        """Listen for those who read."""
        self._port = await self._server.start()

    async def close(self) -> None:
        """End all of them."""
        await self._server.close()

    def create(self, script_name: str) -> Json:
        """Begin a tail."""
        tail_id = uuid.uuid4().hex
        self._scripts[tail_id] = script_name
        expires_at = (datetime.now(UTC) + _LIFE).isoformat()
        return {"id": tail_id, "url": f"ws://127.0.0.1:{self._port}/{tail_id}", "expires_at": expires_at}

    def delete(self, script_name: str, tail_id: str) -> None:
        """End a tail."""
        if self._scripts.get(tail_id) != script_name:
            raise errors.ApiError.of(404, 10001, "workers.api.error.tail_not_found")
        del self._scripts[tail_id]

    def listeners(self, script_name: str) -> int:
        """Return how many tails of a script are connected."""
        return sum(self._scripts.get(tail_id) == script_name for tail_id in self._sockets)

    async def receive(self, request: Request) -> Response:
        """Take in events of a running Worker, whose name is the path; send them to every tail of it."""
        script_name = request.path.removeprefix("/")
        for event in json.loads(request.body):
            message = json.dumps({"scriptName": script_name, **event})
            for tail_id, socket in list(self._sockets.items()):
                if self._scripts.get(tail_id) == script_name:
                    with suppress(OSError):
                        await socket.send(message)
        return Response(204)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        socket = await TailSocket.accept(reader, writer)
        tail_id = socket.path.removeprefix("/") if socket else ""
        if socket is None or tail_id not in self._scripts:
            return
        self._sockets[tail_id] = socket
        try:
            await socket.until_closed()
        finally:
            del self._sockets[tail_id]


@route("POST", "P/scripts/{name}/tails", "Workers Tail")
async def create_tail(call: Call) -> Response:
    call.account.script(call.name)
    return result(call.tails.create(call.name))


@route("DELETE", "P/scripts/{name}/tails/{tail}", "Workers Tail")
async def delete_tail(call: Call) -> Response:
    call.tails.delete(call.name, call.names["tail"])
    return result(None)
