"""The Unix socket of this home: local clients of the session server."""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

from loopsy_daemon import files
from loopsy_daemon.service.framing import read_message, with_length
from loopsy_daemon.service.served_client import LocalHandler, ServedClient
from loopsy_daemon.service.server import SessionServer
from loopsy_daemon.wire.close_codes import CloseCode
from loopsy_daemon.wire.errors import WireError

_log = logging.getLogger(__name__)


class LocalSocket:
    """Serves local clients; who may connect is whoever may enter the directory, which is 0700."""

    def __init__(self, path: Path, server: SessionServer, local: LocalHandler) -> None:
        self._path = path
        self._server = server
        self._local = local
        self._listener: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen. The caller holds the home's lock, so that a socket found here is a leftover."""
        files.private_directory(self._path.parent)
        self._path.unlink(missing_ok=True)
        self._listener = await asyncio.start_unix_server(self._connected, path=str(self._path))
        self._path.chmod(files.PRIVATE_FILE_MODE)

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._listener:
            self._listener.close()
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
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
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


class _SocketTransport:
    """Layer 3 messages to a local client."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def send(self, message: bytes) -> None:
        """Send a message; what a client leaves unread is bounded by its windows."""
        if not self._writer.is_closing():
            self._writer.write(with_length(message))

    def close(self, code: int, reason: str) -> None:
        """End the connection; a local client is told by the end alone."""
        _log.info("closing a local client: %d %s", CloseCode(code), reason)
        self._writer.close()
