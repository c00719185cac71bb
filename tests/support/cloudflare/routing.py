"""The addresses of the API: a table of method and path, each with a function and the permission it needs."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from tests.support.cloudflare import errors
from tests.support.cloudflare.account import Account
from tests.support.cloudflare.http_server import Request, Response
from tests.support.cloudflare.multipart import Part, parse_form
from tests.support.cloudflare.scripts import Json


class Tails(Protocol):
    """The live logs."""

    def create(self, script_name: str) -> Json:
        """Begin one."""

    def delete(self, script_name: str, tail_id: str) -> None:
        """End one."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request to the API, understood."""

    account: Account
    tails: Tails
    request: Request
    names: Mapping[str, str]

    @property
    def name(self) -> str:
        """The name of the Worker in the path."""
        return self.names["name"]

    def json(self) -> Any:
        """Return the body, which must be JSON."""
        try:
            return json.loads(self.request.body or b"{}")
        except ValueError:
            raise errors.unreadable("the body is not JSON") from None

    def form(self) -> dict[str, Part]:
        """Return the parts of the body, which must be a form."""
        return parse_form(self.request.headers.get("content-type", ""), self.request.body)


Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """One address."""

    method: str
    pattern: re.Pattern[str]
    permission: str
    handle: Handler


_ROUTES: Final[list[Route]] = []


def route(method: str, template: str, permission: str = "Workers Scripts") -> Callable[[Handler], Handler]:
    """Register a function: `{name}` stands for one segment, `P` at the start for `/accounts/{account}/workers`."""
    path = re.sub(r"^P/", "/accounts/{account}/workers/", template)
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

    def register(handle: Handler) -> Handler:
        _ROUTES.append(Route(method, pattern, permission, handle))
        return handle

    return register


def find_route(method: str, path: str) -> tuple[Route, Mapping[str, str]]:
    """Return what answers for a path."""
    is_known = False
    for candidate in _ROUTES:
        if match := candidate.pattern.fullmatch(path):
            if candidate.method == method:
                return candidate, match.groupdict()
            is_known = True
    if is_known:
        raise errors.ApiError.of(405, 10405, "Method not allowed for this authentication scheme")
    raise errors.no_route(path)


def result(value: object, status: int = 200, **info: object) -> Response:
    """Return a good answer in Cloudflare's envelope."""
    envelope = {"success": True, "errors": [], "messages": [], "result": value, **info}
    return Response(status, json.dumps(envelope).encode(), {"content-type": "application/json"})


def pages(values: list[Any]) -> Response:
    """Return a list as its first and only page."""
    size = max(len(values), 1)
    info = {"page": 1, "per_page": size, "count": len(values), "total_count": len(values), "total_pages": 1}
    return result(values, result_info=info)


def refusal(error: errors.ApiError) -> Response:
    """Return a refusal in Cloudflare's envelope."""
    listed: list[Json] = [{"code": code, "message": message} for code, message in error.errors]
    if error.chain:
        code, message = error.chain
        listed[0]["error_chain"] = [{"code": code, "message": message}]
    envelope = {"success": False, "errors": listed, "messages": [], "result": None}
    headers = {"content-type": "application/json", **error.headers}
    return Response(error.status, json.dumps(envelope).encode(), headers)
