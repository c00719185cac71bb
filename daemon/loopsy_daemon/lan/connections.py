"""Connections from other machines: let in up to a limit, in all and for each address, and out if TLS takes long."""

import asyncio
import contextlib
import functools
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from typing import Any, Final, Protocol, cast

MAX_CONNECTIONS: Final = 256
MAX_CONNECTIONS_PER_ADDRESS: Final = 64
HANDSHAKE_SECONDS: Final = 10.0
# After so long without a sign of life a machine that went away without a word is noticed.
_KEEPALIVE: Final = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
_PAUSE_SECONDS: Final = 0.5
_log = logging.getLogger(__name__)


class Visitor(Protocol):
    """A protocol that tells when its connection has ended."""

    gone: asyncio.Future[None]


class Door:
    """Accepts from the sockets that it is opened for; what is above a limit is closed at once."""

    def __init__(self, make_visitor: Callable[[], Visitor], context: ssl.SSLContext) -> None:
        self._make_visitor = make_visitor
        self._context = context
        self._inside: Counter[str] = Counter()
        self._beginning: set[asyncio.Task[Any]] = set()
        self._listeners: dict[socket.socket, asyncio.TimerHandle | None] = {}
        self._is_told = False

    def open(self, listener: socket.socket) -> None:
        """Accept from a socket that listens and does not block, until closed."""
        # No task: one that is cancelled loses the connection that it has just been given.
        self._listeners[listener] = None
        asyncio.get_running_loop().add_reader(listener, self._accept, listener)

    async def close(self) -> None:
        """Accept no more; who is inside stays, and who only begins to come in does not."""
        for listener, pause in self._listeners.items():
            asyncio.get_running_loop().remove_reader(listener)
            if pause is not None:
                pause.cancel()
        self._listeners.clear()
        beginning = list(self._beginning)
        for task in beginning:
            task.cancel()
        await asyncio.gather(*beginning, return_exceptions=True)

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, address = listener.accept()
        except BlockingIOError:  # who came has gone
            return
        except OSError as error:  # the same, as some systems tell it, or there is no descriptor left
            self._pause(listener, error)
            return
        self._is_told = False
        host = str(address[0])
        if self._inside.total() >= MAX_CONNECTIONS or self._inside[host] >= MAX_CONNECTIONS_PER_ADDRESS:
            connection.close()
            return
        self._inside[host] += 1
        connection.setblocking(False)
        _notice_silence(connection)
        visitor = self._make_visitor()
        beginning = asyncio.create_task(
            asyncio.get_running_loop().connect_accepted_socket(
                lambda: cast("asyncio.Protocol", visitor),
                connection,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE_SECONDS,
            )
        )
        self._beginning.add(beginning)
        beginning.add_done_callback(functools.partial(self._began, connection, host, visitor))

    def _pause(self, listener: socket.socket, error: OSError) -> None:
        _log.log(logging.DEBUG if self._is_told else logging.WARNING, "a connection cannot be accepted: %s", error)
        self._is_told = True
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener)
        self._listeners[listener] = loop.call_later(_PAUSE_SECONDS, self.open, listener)

    def _began(self, connection: socket.socket, host: str, visitor: Visitor, beginning: asyncio.Task[Any]) -> None:
        self._beginning.discard(beginning)
        if not beginning.cancelled() and beginning.exception() is None:
            visitor.gone.add_done_callback(lambda _: self._leave(host))
            return
        if not beginning.cancelled():  # of TLS, too
            _log.debug("a connection ended while it began: %s", beginning.exception())
        connection.close()
        self._leave(host)

    def _leave(self, host: str) -> None:
        self._inside[host] -= 1
        if not self._inside[host]:
            del self._inside[host]


def _notice_silence(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # macOS refuses to set options of what was cut already
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE.items():
            if option := getattr(socket, name, None):  # macOS has others
                connection.setsockopt(socket.IPPROTO_TCP, option, value)
