"""Connections from other machines: let in up to a limit, in all and for each address, and out if TLS takes long."""

import asyncio
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Final, Protocol, cast

MAX_CONNECTIONS: Final = 256
MAX_CONNECTIONS_PER_ADDRESS: Final = 64
HANDSHAKE_SECONDS: Final = 10.0
# After so long without a sign of life a machine that went away without a word is noticed.
_KEEPALIVE: Final = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
_PAUSE_SECONDS: Final = 0.5
_log = logging.getLogger(__name__)


class Visitor(Protocol):
    """A protocol that tells when its connection has ended."""

    gone: asyncio.Event


class Door:
    """Accepts from the sockets that it is opened for; what is above a limit is closed at once."""

    def __init__(self, make_visitor: Callable[[], Visitor], context: ssl.SSLContext) -> None:
        self._make_visitor = make_visitor
        self._context = context
        self._inside: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self, listener: socket.socket) -> None:
        """Accept from a socket that listens and does not block, until closed."""
        self._start(self._accept(listener))

    async def close(self) -> None:
        """Accept no more; who is inside stays."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        is_told = False
        while True:
            try:
                connection, address = await loop.sock_accept(listener)
            except OSError as error:  # it was cut before we came to it, or we have no descriptor for it
                _log.log(logging.DEBUG if is_told else logging.WARNING, "a connection cannot be accepted: %s", error)
                is_told = True
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            is_told = False
            host = str(address[0])
            if self._inside.total() >= MAX_CONNECTIONS or self._inside[host] >= MAX_CONNECTIONS_PER_ADDRESS:
                connection.close()
                continue
            self._inside[host] += 1
            self._start(self._serve(connection, host))

    async def _serve(self, connection: socket.socket, host: str) -> None:
        visitor = self._make_visitor()
        try:
            _notice_silence(connection)
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: cast("asyncio.Protocol", visitor),
                connection,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE_SECONDS,
            )
            await visitor.gone.wait()
        except OSError as error:  # of TLS, too
            _log.debug("a connection ended while it began: %s", error)
            connection.close()
        finally:
            self._inside[host] -= 1
            if not self._inside[host]:
                del self._inside[host]

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _notice_silence(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if option := getattr(socket, name, None):  # macOS has others
            connection.setsockopt(socket.IPPROTO_TCP, option, value)
