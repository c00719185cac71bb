"""Who gets to a route: no web page, nobody without a peer's key but for pairing, nobody too often; each is audited."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.lan import api, audit
from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.lan.peers import Peer, PeerStore, Permission
from loopsy_daemon.lan.rate_limits import RateLimit
from loopsy_daemon.lan.under_way import UnderWay

PAIRING_PATHS: Final = "/v1/pair/"
STATUS_OF: Final = {
    "bad_request": 400,
    "unauthorised": 401,
    "not_permitted": 403,
    "denied": 403,
    "refused": 403,
    "no_pairing": 403,
    "not_found": 404,
    "busy": 409,
    "ended": 409,
    "too_large": 413,
    "misdirected": 421,
    "conflict": 409,
    "lost": 409,
    "full": 507,
    "cut": 400,
    "timeout": 408,
    "denied_path": 403,
    "bad_path": 400,
    "no_such_file": 404,
    "not_a_file": 409,
    "file_unreadable": 403,
    "file_exists": 409,
    "file_changed": 412,
    "bad_checksum": 422,
    "too_many_transfers": 409,
    "disk_full": 507,
    "write_failed": 409,
    "rate_limited": 429,
    "unavailable": 503,
}
BODY_SILENCE_SECONDS: Final = 30.0
BODY_SECONDS: Final = 30.0
_REQUESTS_PER_MINUTE: Final = 240
# A directory is moved file by file, with two requests for each.
_FILE_REQUESTS_PER_MINUTE: Final = 2_400
_FILE_REQUESTS_AT_ONCE: Final = 240
_FILE_PATHS: Final = "/v1/files"
_PAIRING_STEPS_PER_MINUTE: Final = 30
_FAILURES_PER_MINUTE: Final = 10
# What only browsers send; with the Host that they cannot send, either alone would do.
_BROWSER_HEADERS: Final = frozenset({b"origin", b"referer", b"sec-fetch-site", b"sec-fetch-mode", b"cookie"})
_MAX_LOGGED_PATH: Final = 120
_log = logging.getLogger(__name__)


class Admission:
    """ASGI middleware: what it lets through has a peer in its state, unless it is a step of a pairing."""

    def __init__(
        self, app: ASGIApp, peers: PeerStore, log: audit.AuditLog, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._peers = peers
        self._under_way = UnderWay(peers)
        self._audit = log
        self._clock = clock
        self._requests = RateLimit(per_minute=_REQUESTS_PER_MINUTE, burst=60)
        self._file_requests = RateLimit(per_minute=_FILE_REQUESTS_PER_MINUTE, burst=_FILE_REQUESTS_AT_ONCE)
        self._pairing_steps = RateLimit(per_minute=_PAIRING_STEPS_PER_MINUTE, burst=20)
        self._failures = RateLimit(per_minute=_FAILURES_PER_MINUTE, burst=10)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            return
        request = Request(scope)
        request.state.peer = None
        is_begun = False

        async def audited_send(message: Message) -> None:
            nonlocal is_begun
            if message["type"] == "http.response.start":
                is_begun = True
                self._note(request, message["status"])
            await send(message)

        try:
            self._admit(request)
        except _Flood as flood:
            await flood.response(scope, receive, send)  # not audited: a flood must not fill the log
        except PeerRefused as refusal:
            await refuse(refusal)(scope, receive, audited_send)
        else:
            peer: Peer | None = request.state.peer
            answering = self._app(scope, impatient(receive), audited_send)
            if peer is None:
                await answering
            elif not await self._under_way.do(peer, answering) and not is_begun:
                await refuse(_unknown_peer())(scope, receive, audited_send)

    def _admit(self, request: Request) -> None:
        now, address = self._clock(), remote_host(request)
        if request.headers.getlist("host") != [api.HOST] or _BROWSER_HEADERS & {
            name for name, _ in request.headers.raw
        }:
            self._count_failure(address, now)
            raise PeerRefused("misdirected", "Only Loopsy may ask this.")
        if request.url.path.startswith(PAIRING_PATHS):
            _take(self._pairing_steps, address, now)
            return
        peer = self._peer(request)
        if peer is None:
            self._count_failure(address, now)
            raise _unknown_peer()
        is_about_files = request.url.path.startswith(_FILE_PATHS)
        _take(self._file_requests if is_about_files else self._requests, peer.node_id, now)
        request.state.peer = peer

    def _peer(self, request: Request) -> Peer | None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        try:
            return self._peers.with_key(key) if scheme == "Bearer" and key else None
        except LoopsyError as error:
            _log.error("%s", error)
            raise PeerRefused("unavailable", "The other machine cannot read its peers.") from error

    def _count_failure(self, address: str, now: float) -> None:
        _take(self._failures, address, now)

    def _note(self, request: Request, status: int) -> None:
        peer: Peer | None = request.state.peer
        self._audit.write(
            audit.AuditLine(
                at=audit.now(),
                address=remote_host(request),
                method=request.method,
                path=request.url.path[:_MAX_LOGGED_PATH],
                status=status,
                peer=peer.node_id if peer else None,
                name=peer.name if peer else None,
                program=getattr(request.state, "program", None),
                job=getattr(request.state, "job", None),
                file=getattr(request.state, "file", "")[:_MAX_LOGGED_PATH] or None,
            )
        )


class _Flood(Exception):
    """Somebody asks too often."""

    def __init__(self, wait_seconds: float) -> None:
        super().__init__()
        self.response = refuse(PeerRefused("rate_limited", "Too many requests.", "wait a minute, and try again"))
        self.response.headers["retry-after"] = str(int(wait_seconds) + 1)


def _unknown_peer() -> PeerRefused:
    return PeerRefused("unauthorised", "That machine does not know this one.", "loopsy pair")


def _take(limit: RateLimit, name: str, now: float) -> None:
    wait_seconds = limit.wait_seconds(name, now)
    if wait_seconds:
        raise _Flood(wait_seconds)


def refuse(refusal: PeerRefused) -> Response:
    """Return the response that a refusal is; whatever else was to come on the connection is not read."""
    problem = api.Problem(code=refusal.code, message=refusal.message, hint=refusal.hint)
    response = answer(problem, STATUS_OF.get(refusal.code, 500))
    response.headers["connection"] = "close"
    return response


def answer(value: object, status: int = 200) -> Response:
    """Return a JSON response."""
    return Response(api.encode(value), status, {"cache-control": "no-store"}, "application/json")


def permitted(request: Request, permission: Permission) -> Peer:
    """Return the peer that asks. Raises PeerRefused unless it may do this here."""
    peer = known(request)
    if permission not in peer.permissions:
        raise PeerRefused(
            "not_permitted",
            f"The other machine does not permit this one to {permission}.",
            f"on that machine: loopsy peers permit NAME {permission}",
        )
    return peer


def known(request: Request) -> Peer:
    """Return the peer that asks."""
    peer = request.state.peer
    assert isinstance(peer, Peer)  # the middleware lets nobody else in
    return peer


def remote_host(request: Request) -> str:
    """Return the address that asks."""
    return request.client.host if request.client else ""


async def read_body(request: Request, max_bytes: int) -> bytes:
    """Return the body. Raises PeerRefused if it is too long: nobody fills our memory."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > max_bytes:
                    raise PeerRefused("too_large", f"A request has at most {max_bytes} bytes.")
    except TimeoutError:
        raise _too_slow() from None
    return bytes(body)


def impatient(receive: Receive) -> Receive:
    """Return what receives the same, as long as no part of the body is too long in coming."""
    is_whole = False

    async def received() -> Message:
        nonlocal is_whole
        if is_whole:  # what is awaited now is the end of the connection
            return await receive()
        try:
            async with asyncio.timeout(BODY_SILENCE_SECONDS):
                message = await receive()
        except TimeoutError:
            raise _too_slow() from None
        is_whole = not message.get("more_body", False)
        return message

    return received


def _too_slow() -> PeerRefused:
    return PeerRefused("timeout", "The request did not come to its end in time.", "look at the network between the two")
