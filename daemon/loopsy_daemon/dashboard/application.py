"""The dashboard's routes: the app's files, logging in, what is shown beside sessions, and the link to those."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from loopsy_daemon import __version__
from loopsy_daemon.dashboard.admission import Admission
from loopsy_daemon.dashboard.answers import answer, encoded, failed, refuse
from loopsy_daemon.dashboard.app_files import AppFile
from loopsy_daemon.dashboard.audit_view import newest_lines
from loopsy_daemon.dashboard.link import BrowserTransport, Client, bearer, serve_link
from loopsy_daemon.dashboard.logins import Logins
from loopsy_daemon.dashboard.sources import LoggedIn, Login, Revoke, Sources
from loopsy_daemon.errors import LoopsyError

OPERATIONS: Final = frozenset(
    (
        *("context.list", "context.get", "context.set", "context.delete"),
        *("message.inbox", "message.read", "message.acknowledge", "message.outbox", "message.send"),
        *("task.list", "task.show", "task.add", "task.cancel"),
    )
)
"""What the app asks of the exchange: nothing that waits."""
MAX_BODY_BYTES: Final = 1_048_576
MAX_LINKS: Final = 32
_log = logging.getLogger(__name__)
Handler = Callable[[Request], Awaitable[Response]]
T = TypeVar("T")


class Dashboard:
    """The application. `links` is how many pages are connected; `active` is called with every request."""

    def __init__(
        self,
        *,
        name: str,
        app: dict[str, AppFile],
        logins: Logins,
        sources: Sources,
        audit_log: Path,
        new_client: Callable[[BrowserTransport], Client],
    ) -> None:
        self.links = 0
        self._name = name
        self._app = app
        self._logins = logins
        self._sources = sources
        self._audit_log = audit_log
        self._new_client = new_client

    def behind_admission(self, hosts: Iterable[str], active: Callable[[], None]) -> ASGIApp:
        """Return all of it, for pages that call this machine by one of these hosts."""
        routes = [
            *(Route(path, _plain(file), methods=["GET"]) for path, file in self._app.items()),
            Route("/v1/login", _guarded(self._login), methods=["POST"]),
            WebSocketRoute("/v1/link", self._link),
            *(
                Route(path, self._logged_in(handler), methods=[method])
                for method, path, handler in (
                    ("GET", "/v1/peers", self._peers),
                    ("GET", "/v1/phones", self._phones),
                    ("POST", "/v1/phones/revoke", self._revoke),
                    ("GET", "/v1/audit", self._audit),
                    ("POST", "/v1/exchange/{operation}", self._exchange),
                )
            ),
        ]
        return Admission(Starlette(routes=routes), hosts, active)

    async def _login(self, request: Request) -> Response:
        key = self._logins.redeem((await _body(request, Login)).token)
        if key is None:
            return refuse("link_over")
        return answer(LoggedIn(key=key, name=self._name, version=__version__))

    async def _peers(self, _request: Request) -> Response:
        return answer(await self._sources.peers())

    async def _phones(self, _request: Request) -> Response:
        return answer(await self._sources.phones())

    async def _revoke(self, request: Request) -> Response:
        await self._sources.revoke((await _body(request, Revoke)).phone_id)
        return answer({})

    async def _audit(self, request: Request) -> Response:
        text = request.query_params.get("text", "")
        return answer({"lines": await asyncio.to_thread(newest_lines, self._audit_log, text)})

    async def _exchange(self, request: Request) -> Response:
        operation: str = request.path_params["operation"]
        if operation not in OPERATIONS:
            return refuse("bad_request")
        return encoded(await self._sources.exchange(operation, await _bytes(request)))

    async def _link(self, socket: WebSocket) -> None:
        if self.links >= MAX_LINKS or not self._logins.knows(bearer(socket)):
            await socket.close()  # before it was accepted: the answer is 403
            return
        self.links += 1
        try:
            await serve_link(socket, self._new_client)
        finally:
            self.links -= 1

    def _logged_in(self, handler: Handler) -> Handler:
        async def checked(request: Request) -> Response:
            scheme, _, key = request.headers.get("authorization", "").partition(" ")
            if scheme != "Bearer" or not self._logins.knows(key):
                return refuse("logged_out")
            return await handler(request)

        return _guarded(checked)


class _Refused(Exception):
    """Carries the code of a refusal."""


def _plain(file: AppFile) -> Handler:
    caching = "no-cache" if file.changes else "public, max-age=31536000, immutable"

    async def send(_request: Request) -> Response:
        return Response(file.content, headers={"cache-control": caching, "content-type": file.kind})

    return send


def _guarded(handler: Handler) -> Handler:
    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except _Refused as refusal:
            return refuse(str(refusal))
        except LoopsyError as error:
            return failed(error)
        except Exception:  # noqa: BLE001 - the outermost place: a defect here is told to the log, not to the page
            _log.exception("%s failed", request.url.path)
            return refuse("internal")

    return guarded


async def _bytes(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise _Refused("too_large")
    return bytes(body)


async def _body(request: Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await _bytes(request), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _Refused("bad_request") from None
