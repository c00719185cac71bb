"""The addresses through which static assets are uploaded."""

from tests.support.cloudflare import errors
from tests.support.cloudflare.http_server import Response
from tests.support.cloudflare.routing import Call, result, route


@route("POST", "P/scripts/{name}/assets-upload-session")
async def open_session(call: Call) -> Response:
    return result(call.account.store.open_session(call.name, call.json().get("manifest")), status=201)


# The session's own token is the permission.
@route("POST", "P/assets/upload", "")
async def upload(call: Call) -> Response:
    if call.request.query.get("base64") != "true":
        raise errors.unreadable("assets must be uploaded as base64")
    token = call.request.headers.get("authorization", "").removeprefix("Bearer ")
    answer = call.account.store.upload(token, call.form())
    return result(answer, status=201 if answer else 202)
