"""The OpenAPI document of what peers may ask, made of the values that the routes themselves decode and encode."""

import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from loopsy_daemon import __version__
from loopsy_daemon.exchange import context_requests, message_requests, task_requests
from loopsy_daemon.exchange.operations import Operation
from loopsy_daemon.lan import api, session_api, transfer_api
from loopsy_daemon.lan.admission import STATUS_OF, answer
from loopsy_daemon.lan.application import Handler
from loopsy_daemon.lan.peers import Permission

PATH: Final = "/v1/openapi.json"
_JSON: Final = "application/json"
_BYTES: Final = "application/octet-stream"
_LINES: Final = "application/jsonl"
_SCHEMAS: Final = "#/components/schemas/{name}"


@dataclass(frozen=True, slots=True)
class Described:
    """One request. A body or an answer that is no type is bytes, or a line of JSON for each value of `lines`.

    `permission` is None where none is needed; `pairing` is one of the few that need no key either.
    """

    method: str
    path: str
    summary: str
    permission: Permission | None = None
    query: type[Struct] | None = None
    body: type[Struct] | str | None = None
    answers: Any = None
    lines: Any = None
    pairing: bool = False


def _summary(kind: type) -> str:
    """Return the first sentence of a value's docstring, without the request that it may begin with."""
    text = " ".join((inspect.getdoc(kind) or "").split())
    sentence = re.sub(r"^(The query of )?`[^`]*`[:;] ", "", text).split(". ")[0].rstrip(".")
    return sentence[:1].upper() + sentence[1:]


_SESSION_ANSWERS: Final[dict[str, type[session_api.SessionAnswer]]] = {
    "list": session_api.SessionStates,
    "output": session_api.OutputPiece,
    "screen": session_api.ScreenShown,
    "input": session_api.InputTaken,
}


def described() -> Iterator[Described]:
    """Yield every request that peers may make."""
    yield Described("GET", PATH, "This document")
    yield Described("GET", "/v1/health", "Who answers, and what the asking peer may do here", answers=api.Health)
    yield Described("DELETE", "/v1/peer", "Unpair the asking peer")
    yield Described("POST", "/v1/execute", _summary(api.Execute), "execute", body=api.Execute, lines=api.ExecutionEvent)
    yield Described("DELETE", "/v1/execute/{job}", "End a command of the asking peer")
    yield Described("GET", "/v1/files", "A directory, page by page", "transfer", transfer_api.ListQuery,
                    answers=transfer_api.Listing)  # fmt: skip
    yield Described("GET", "/v1/files/facts", "What a path is", "transfer", transfer_api.PathQuery,
                    answers=transfer_api.Facts)  # fmt: skip
    yield Described("POST", "/v1/files/directory", _summary(transfer_api.MakeDirectory), "transfer",
                    body=transfer_api.MakeDirectory, answers=transfer_api.MadeDirectory)  # fmt: skip
    yield Described("POST", "/v1/files/push", _summary(transfer_api.PushStart), "transfer",
                    body=transfer_api.PushStart, answers=transfer_api.PushPlace)  # fmt: skip
    yield Described("PUT", transfer_api.CONTENT_PATH, "Content from the offset on, and behind it the SHA-256 of all",
                    "transfer", transfer_api.PushHead, _BYTES, transfer_api.Pushed)  # fmt: skip
    yield Described("GET", transfer_api.CONTENT_PATH, "Content from the offset on, and behind it the SHA-256 of all",
                    "transfer", transfer_api.PullHead, answers=_BYTES)  # fmt: skip
    for verb, kind in session_api.VERBS.items():
        yield Described("POST", f"/v1/sessions/{verb}", _summary(kind), "session", body=kind,
                        answers=_SESSION_ANSWERS.get(verb, session_api.SessionState))  # fmt: skip
    for operation in _exchange_operations():
        yield Described("POST", operation.path, _summary(operation.question), operation.permission,
                        body=operation.question, answers=operation.answer)  # fmt: skip
    for step, said, heard in (
        ("commit", api.Commit, api.Committed),
        ("reveal", api.Reveal, None),
        ("confirm", api.Confirm, api.Confirmed),
        ("withdraw", api.Withdraw, None),
    ):
        yield Described("POST", f"/v1/pair/{step}", _summary(said), body=said, answers=heard, pairing=True)


def document() -> dict[str, Any]:
    """Return the document, as OpenAPI 3.1."""
    requests = list(described())
    kinds = [kind for request in requests for kind in (request.body, request.answers, request.lines)
             if kind is not None and not isinstance(kind, str)]  # fmt: skip
    queries = [request.query for request in requests if request.query]
    schemas, components = msgspec.json.schema_components([api.Problem, *kinds, *queries], ref_template=_SCHEMAS)
    schema_of = dict(zip(map(str, [api.Problem, *kinds, *queries]), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for request in requests:
        paths.setdefault(request.path, {})[request.method.lower()] = _operation(request, schema_of, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Loopsy, between paired machines",
            "version": __version__,
            "description": f"HTTPS with the certificate that was pinned at the pairing; `Host` is {api.HOST}.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "The key of the pairing"}},
        },
        "security": [{"key": []}],
    }


class OpenApi:
    """Tells peers what they may ask."""

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """Return method, path and handler."""
        return (("GET", PATH, self._tell),)

    async def _tell(self, _request: Request) -> Response:
        return answer(document())


def _operation(request: Described, schema_of: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"description": "It is done"}
    if request.lines is not None:
        told["content"] = {_LINES: {"itemSchema": schema_of[str(request.lines)], "schema": {"type": "string"}}}
    elif request.answers == _BYTES:
        told["content"] = {_BYTES: {"schema": {"type": "string", "format": "binary"}}}
    elif request.answers is not None:
        told["content"] = {_JSON: {"schema": schema_of[str(request.answers)]}}
    problem = {_JSON: {"schema": schema_of[str(api.Problem)]}}
    refusals = sorted({str(status) for status in (*STATUS_OF.values(), 404, 405)})
    operation: dict[str, Any] = {
        "operationId": f"{request.method.lower()}{re.sub('[^a-z]+', '_', request.path.removeprefix('/v1'))}",
        "summary": request.summary,
        "responses": {"200": told, **{status: {"description": "Refused", "content": problem} for status in refusals}},
    }
    if request.permission:
        operation["description"] = f"Needs the permission `{request.permission}`."
    if request.pairing:
        operation["security"] = []
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", request.path)
    ]
    if request.query:
        parameters += _query_parameters(schema_of[str(request.query)], components)
    if parameters:
        operation["parameters"] = parameters
    if request.body is not None:
        content = (
            {_BYTES: {"schema": {"type": "string", "format": "binary"}}}
            if isinstance(request.body, str)
            else {_JSON: {"schema": schema_of[str(request.body)]}}
        )
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _query_parameters(reference: dict[str, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    schema = components[reference["$ref"].rpartition("/")[2]]
    return [
        {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": kind}
        for name, kind in schema["properties"].items()
    ]


def _exchange_operations() -> list[Operation[Any, Any]]:
    return [
        value
        for module in (context_requests, message_requests, task_requests)
        for value in vars(module).values()
        if isinstance(value, Operation) and value.asked_by != "here"
    ]
