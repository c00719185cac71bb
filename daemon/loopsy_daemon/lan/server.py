"""The HTTPS server for peers: sockets on loopback or on the network, TLS 1.3, uvicorn within the daemon's loop."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

import uvicorn
from starlette.types import ASGIApp

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.lan import api
from loopsy_daemon.lan.connections import Door
from loopsy_daemon.lan.identity import Identity
from loopsy_daemon.lan.punctual_http import PunctualHttp

_BACKLOG: Final = 64
_START_SECONDS: Final = 10.0
_END_SECONDS: Final = 2
_HINT: Final = "choose another: lan.port in config.yaml, then loopsy lan enable"
_log = logging.getLogger(__name__)


class PeerServer:
    """Serves an application until it is closed."""

    def __init__(self, app: ASGIApp, identity: Identity) -> None:
        config = uvicorn.Config(
            app,
            loop="none",
            http=_PeerHttp,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ssl_keyfile=str(identity.path),
            ssl_certfile=str(identity.path),
            timeout_graceful_shutdown=_END_SECONDS,
        )
        config.load()
        assert config.ssl is not None
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None
        self.port = 0

    async def start(self, listen: Literal["loopback", "lan"], port: int) -> None:
        """Listen. Raises LoopsyError if the port is taken."""
        # Its warnings are what strangers say: they must not fill the log.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        sockets = listening_sockets(listen, port)
        self.port = int(sockets[0].getsockname()[1])
        self._task = asyncio.create_task(self._server.serve(sockets))
        async with asyncio.timeout(_START_SECONDS):
            await self._server.listening.wait()

    async def close(self) -> None:
        """Stop listening, and end the connections."""
        if self._task:
            self._server.should_exit = True
            await asyncio.gather(self._task, return_exceptions=True)


class _PeerHttp(PunctualHttp):
    """One connection of another machine."""

    gone: asyncio.Future[None]

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the door."""
        super().connection_lost(exc)
        self.gone.set_result(None)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, or has too long a head, in the words of all refusals."""
        del msg
        problem = api.Problem(code="bad_request", message="That is no such request.")
        super().send_400_response(api.encode(problem).decode("ascii"))


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        assert config.ssl is not None
        self._door = Door(self._make_protocol, config.ssl)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen through a door of our own: uvicorn lets everybody in."""
        self.servers = []
        for listener in sockets or []:
            self._door.open(listener)
        self.started = True
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody in any more, and end what is answered."""
        await self._door.close()
        await super().shutdown(sockets)

    def _make_protocol(self) -> _PeerHttp:
        protocol = _PeerHttp(self.config, self.server_state, {})
        protocol.gone = asyncio.get_running_loop().create_future()
        return protocol

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the daemon's."""
        yield


def listening_sockets(listen: Literal["loopback", "lan"], port: int) -> list[socket.socket]:
    """Return sockets for IPv4 and, where there is any, IPv6, on the same port. Raises LoopsyError."""
    hosts = ("127.0.0.1", "::1") if listen == "loopback" else ("0.0.0.0", "::")  # noqa: S104 - what was asked for
    first = _listen(socket.AF_INET, hosts[0], port)
    port = int(first.getsockname()[1])
    try:
        return [first, _listen(socket.AF_INET6, hosts[1], port)]
    except LoopsyError as error:
        _log.info("no IPv6: %s", error)
        return [first]


def _listen(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    try:
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise LoopsyError(f"{host} cannot be listened on: {error.strerror}.", _HINT) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise LoopsyError(f"Port {port} of {host} cannot be used: {error.strerror}.", _HINT) from error
    return listener
