"""The Unix socket of this home: local clients of the session server."""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import Final

from loopsy_daemon import files
from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.service.framing import read_message, with_length
from loopsy_daemon.service.served_client import LocalHandler, ServedClient
from loopsy_daemon.service.server import SessionServer
from loopsy_daemon.wire.close_codes import CloseCode
from loopsy_daemon.wire.errors import WireError
from loopsy_daemon.wire.turns import Turns

_log = logging.getLogger(__name__)
# What a client leaves unread beyond its windows, such as lists that are pushed, must not grow for ever.
MAX_UNSENT_BYTES: Final = 4 * 1_048_576
FLUSH_DEADLINE_SECONDS: Final = 1.0


class LocalSocket:
    """Serves local clients; who may connect is whoever may enter the directory, which is 0700."""

    def __init__(self, path: Path, server: SessionServer, local: LocalHandler) -> None:
        self._path = path
        self._server = server
        self._local = local
        self._listener: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen. The caller holds the home's lock, so that a socket found here is a leftover. Raises LoopsyError."""
        files.private_directory(self._path.parent)
        try:
            self._path.unlink(missing_ok=True)
            self._listener = await asyncio.start_unix_server(self._accepted, path=str(self._path))
            self._path.chmod(files.PRIVATE_FILE_MODE)
        except OSError as error:
            reason = error.strerror or str(error)
            raise LoopsyError(f"{self._path} cannot be a socket: {reason}.", f"ls -ld {self._path}") from error

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._listener is None:
            return  # what lies at the path is not ours
        self._listener.close()
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # a task of ours: asyncio's own, for a coroutine, reports it as a failure when we cancel it
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = ServedClient(self._server, _SocketTransport(writer), local=self._local)
        try:
            while not writer.is_closing():
                client.receive(await read_message(reader))
        except (EOFError, OSError):
            pass  # the client went; nothing is owed to it
        except WireError as error:
            _log.info("a local client: %s", error)
        finally:
            client.disconnected()
            await _close(writer)


async def _close(writer: asyncio.StreamWriter) -> None:
    """Close; what a client does not read in time is lost to it."""
    writer.close()
    with suppress(OSError):  # a TimeoutError is one
        async with asyncio.timeout(FLUSH_DEADLINE_SECONDS):
            await writer.wait_closed()
    writer.transport.abort()


class _SocketTransport:
    """Layer 3 messages to a local client."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.turns = Turns()  # a socket of its own, whose streams are bounded by their windows: nobody waits
        self._writer = writer

    def send(self, message: bytes) -> None:
        """Send a message; a client that reads nothing for too long is given up."""
        if self._writer.is_closing():
            return
        self._writer.write(with_length(message))
        if self._writer.transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            _log.warning("a local client does not read: its connection ends")
            self._writer.transport.abort()

    def close(self, code: int, reason: str) -> None:
        """End the connection; a local client is told by the end alone."""
        _log.info("closing a local client: %d %s", CloseCode(code), reason)
        self._writer.close()
