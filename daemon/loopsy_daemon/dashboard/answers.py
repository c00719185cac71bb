"""What the dashboard answers: JSON, and refusals with a code, a sentence and a next step."""

from typing import Final

import msgspec
from starlette.responses import Response

from loopsy_daemon.errors import LoopsyError

_REFUSALS: Final = {
    "misdirected": (421, "The dashboard is not called by that name.", "loopsy dashboard"),
    "foreign": (403, "Only the dashboard's own page may ask this.", "loopsy dashboard"),
    "logged_out": (401, "This page is not logged in.", "loopsy dashboard"),
    "link_over": (401, "This link was used, or is too old.", "loopsy dashboard"),
    "bad_request": (400, "That is no such request.", None),
    "too_large": (413, "That is too large.", None),
    "internal": (500, "The daemon failed to do this.", "loopsy status"),
}
_STATUS_OF_CODE: Final = {"bad_request": 400, "not_found": 404, "too_large": 413, "full": 507}


def answer(value: object) -> Response:
    """Return a JSON response."""
    return encoded(msgspec.json.encode(value))


def encoded(body: bytes, status: int = 200) -> Response:
    """Return a response of what is JSON already."""
    return Response(body, status, {"cache-control": "no-store"}, "application/json")


def refuse(code: str) -> Response:
    """Return one of the refusals."""
    status, message, hint = _REFUSALS[code]
    return _problem(status, code, message, hint)


def failed(error: LoopsyError) -> Response:
    """Return why something could not be done."""
    code = getattr(error, "code", "failed")
    return _problem(_STATUS_OF_CODE.get(code, 409), code, error.message, error.hint)


def _problem(status: int, code: str, message: str, hint: str | None) -> Response:
    return encoded(msgspec.json.encode({"code": code, "message": message, "hint": hint}), status)
