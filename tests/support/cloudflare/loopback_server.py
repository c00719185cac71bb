"""A server on a free port of 127.0.0.1 that can be closed with every connection it has."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class LoopbackServer:
    """Calls `serve` for each connection, and ends the connection when it returns.

    The exceptions in `ends` end a connection quietly, as an OSError does.
    """

    def __init__(self, serve: Serve, *ends: type[Exception]) -> None:
        self._serve = serve
        self._ends = ends
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listen; return the port."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._server:
            self._server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        try:
            # Cancelled only by `close`; asyncio would log a connection that ends as a cancelled task.
            with suppress(OSError, asyncio.CancelledError, *self._ends):
                await self._serve(reader, writer)
        finally:
            writer.transport.abort()
