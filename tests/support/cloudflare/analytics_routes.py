"""The GraphQL address of the API: errors come with status 200 and no data, as Cloudflare sends them."""

import json
from typing import Any

from tests.support.cloudflare.analytics import read_dataset
from tests.support.cloudflare.graphql import Field, parse_query
from tests.support.cloudflare.http_server import Response
from tests.support.cloudflare.routing import Call, route

PERMISSION = "Account Analytics"


@route("POST", "/graphql", permission="")
async def graphql(call: Call) -> Response:
    body = call.json()
    try:
        answer: dict[str, Any] = {"data": _answer(call, parse_query(_query(body))), "errors": None}
    except ValueError as error:
        answer = {"data": None, "errors": [{"message": str(error), "extensions": {"code": "error"}}]}
    except PermissionError as error:
        answer = {"data": None, "errors": [{"message": str(error), "extensions": {"code": "authz"}}]}
    return Response(200, json.dumps(answer).encode(), {"content-type": "application/json"})


def _query(body: Any) -> str:
    if not isinstance(body, dict) or not {*body} <= {"query", "variables", "operationName"}:
        raise ValueError("cannot read the request")
    return str(body.get("query"))


def _answer(call: Call, fields: tuple[Field, ...]) -> dict[str, Any]:
    viewer = _only(fields, "viewer")
    accounts = _only(viewer.selection, "accounts")
    filters = accounts.arguments.get("filter")
    if {*accounts.arguments} != {"filter"} or not isinstance(filters, dict) or {*filters} != {"accountTag"}:
        raise ValueError("accounts needs a filter with accountTag")
    if filters["accountTag"] != call.account.id or PERMISSION not in call.account.permissions:
        raise PermissionError("not authorized for that account")
    found = {asked.key: read_dataset(asked, call.account.analytics) for asked in accounts.selection}
    if len(found) != len(accounts.selection):
        raise ValueError("fields conflict: use different aliases")
    return {viewer.key: {accounts.key: [found]}}


def _only(fields: tuple[Field, ...], name: str) -> Field:
    if len(fields) != 1 or fields[0].name != name:
        raise ValueError(f'unknown field "{fields[0].name}"' if fields else "object field must have selections")
    return fields[0]
