"""Cloudflare's API over one account: who may ask, what goes wrong on demand, which function answers."""

import asyncio
import re
import secrets
from dataclasses import dataclass, field
from typing import Final

# Importing a room of routes registers its addresses.
from tests.support.cloudflare import (
    account_routes,  # noqa: F401
    analytics_routes,  # noqa: F401
    asset_routes,  # noqa: F401
    domain_routes,  # noqa: F401
    errors,
    object_routes,  # noqa: F401
    script_routes,  # noqa: F401
    version_routes,  # noqa: F401
)
from tests.support.cloudflare.account import Account
from tests.support.cloudflare.faults import REFUSALS, Fault
from tests.support.cloudflare.http_server import CutConnection, Request, Response
from tests.support.cloudflare.routing import Call, find_route, refusal
from tests.support.cloudflare.tails import Tails

PREFIX: Final = "/client/v4"
RETRY_AFTER_SECONDS: Final = 1
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{40,}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is remembered: without its body and its credentials."""

    method: str
    path: str
    status: int  # 0: the connection was cut

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


@dataclass(slots=True)
class Api:
    """The API of one account, behind one token."""

    account: Account
    tails: Tails
    faults: list[Fault]
    requests: list[Asked]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(30), repr=False)

    async def handle(self, request: Request) -> Response:
        """Answer a request, or let it go wrong."""
        path = request.path.removeprefix(PREFIX)
        fault = next((fault for fault in self.faults if fault.applies(request.method, path)), None)
        status = 0
        try:
            if fault and fault.kind == "cut":
                raise CutConnection
            if fault and fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
            response = _injected(fault) or await self._answer(request, path)
            if fault and fault.kind == "cut_after":
                raise CutConnection
            status = response.status
            return response
        finally:
            self.requests.append(Asked(request.method, path, status))

    async def _answer(self, request: Request, path: str) -> Response:
        try:
            if not request.path.startswith(PREFIX):
                raise errors.no_route(path)
            route, names = find_route(request.method, path)
            self._authorize(request, path, route.permission)
            if names.get("account", self.account.id) != self.account.id:
                raise errors.wrong_token(path)
            return await route.handle(Call(self.account, self.tails, request, names))
        except errors.ApiError as error:
            return refusal(error)
        except (KeyError, TypeError, AttributeError) as error:
            # A body of another shape than the address expects.
            return refusal(errors.unreadable(repr(error)))

    def _authorize(self, request: Request, path: str, permission: str) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or not token:
            raise errors.no_credentials()
        if path.endswith("/workers/assets/upload"):
            return  # the session's token, which the upload checks
        if not _TOKEN.fullmatch(token):
            raise errors.malformed_token()
        if not secrets.compare_digest(token.encode(), self.token.encode()):
            raise errors.wrong_token(path)
        if permission and permission not in self.account.permissions:
            raise errors.missing_permission(path)


def _injected(fault: Fault | None) -> Response | None:
    """Return the refusal that a fault makes of a request."""
    if fault is None or fault.kind not in REFUSALS:
        return None
    status, code, message = REFUSALS[fault.kind]
    headers = {"retry-after": str(RETRY_AFTER_SECONDS)} if fault.kind == "busy" else {}
    return refusal(errors.ApiError(status, ((code, message),), headers))
