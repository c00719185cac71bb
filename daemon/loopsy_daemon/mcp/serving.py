"""The ways to the MCP server: a program's stdin and stdout, or HTTP on loopback for who has the token."""

import hmac
import secrets
import socket
from collections.abc import Callable
from typing import Any, Final

from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer

from loopsy_daemon import files
from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.mcp.server import make_server
from loopsy_daemon.paths import Paths
from loopsy_daemon.service.machines import Machines

HOST: Final = "127.0.0.1"
PATH: Final = "/mcp"
DEFAULT_PORT: Final = 19_533
_TOKEN_BYTES: Final = 32
_END_SECONDS: Final = 2


async def serve_stdio(paths: Paths) -> None:
    """Serve one client until stdin ends; what it still has running on peers ends with it."""
    await make_server(Machines(paths)).run_stdio_async()


async def serve_http(paths: Paths, port: int, make: Callable[..., MCPServer[Any]] = make_server) -> None:
    """Serve clients of this machine until a signal. Raises LoopsyError if the port is taken.

    Who asks says `Authorization: Bearer` and the token; a Host or an Origin of another machine is refused, too.
    """
    import uvicorn  # a web server: not for who speaks over stdin and stdout

    _require_free(port)
    url = http_url(port)
    auth = AuthSettings.model_validate({"issuer_url": url, "resource_server_url": None})
    server = make(Machines(paths), auth=auth, token_verifier=_OneToken(token(paths)))
    app = server.streamable_http_app(host=HOST, streamable_http_path=PATH)
    config = uvicorn.Config(
        app,
        host=HOST,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_END_SECONDS,
    )
    await uvicorn.Server(config).serve()


def http_url(port: int) -> str:
    """Return where it is served."""
    return f"http://{HOST}:{port}{PATH}"


def token(paths: Paths) -> str:
    """Return the token, made at the first use. Raises LoopsyError if the file is not ours alone."""
    files.private_directory(paths.mcp_token.parent)
    with files.locked(paths.mcp_token):
        known = (files.read_private(paths.mcp_token) or b"").decode(errors="replace").strip()
        if not known:
            known = secrets.token_urlsafe(_TOKEN_BYTES)
            files.write_atomically(paths.mcp_token, f"{known}\n".encode())
    return known


class _OneToken:
    """Knows one token."""

    def __init__(self, known: str) -> None:
        self._known = known.encode()

    async def verify_token(self, token: str) -> AccessToken | None:
        """Return who presents the token, or None."""
        if not hmac.compare_digest(token.encode(), self._known):
            return None
        return AccessToken(token=token, client_id="local", scopes=[])


def _require_free(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise LoopsyError(
                f"Port {port} cannot be used: {error.strerror}.", "choose another: loopsy mcp serve --http --port PORT"
            ) from error
