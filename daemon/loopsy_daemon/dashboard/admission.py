"""What a web page must be to reach the dashboard: one that the dashboard served itself, under its own address."""

from collections.abc import Callable, Iterable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loopsy_daemon.dashboard.answers import refuse

PAGE: Final = "/"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; font-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS: Final = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(self), geolocation=(), payment=(), usb=()",
}


class Admission:
    """ASGI middleware around everything; `hosts` are the names and ports by which the dashboard is called."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], active: Callable[[], None]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._active = active

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it; `active` is called for those that are passed on."""
        if scope["type"] not in {"http", "websocket"}:
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        problem = self._problem(scope, Headers(scope=scope))
        if problem is None:
            self._active()
            await self._app(scope, receive, send_with_headers)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # before it was accepted: the answer is 403
        else:
            await refuse(problem)(scope, receive, send_with_headers)

    def _problem(self, scope: Scope, headers: Headers) -> str | None:
        """Return why nobody answers this: another site's page asks, or this one under another name."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return "misdirected"
        origins = headers.getlist("origin")
        if origins and origins != [f"http://{hosts[0]}"]:
            return "foreign"
        if scope["type"] == "websocket" or scope["method"] not in {"GET", "HEAD"}:
            return None if origins else "foreign"  # every browser says where these come from
        if scope["path"] != PAGE and headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return "foreign"  # a link to the page itself may be anywhere
        return None
