"""`loopsy mcp serve`: the MCP server, for agents that start it and for those that connect to it."""

import sys
from typing import Annotated

import typer

from loopsy_daemon.errors import UsageError
from loopsy_daemon.paths import Paths


def register(app: typer.Typer) -> None:
    """Add the command to `loopsy mcp`."""
    app.command()(serve)


def serve(
    http: Annotated[bool, typer.Option("--http", help="Over HTTP on this machine, until Ctrl-C.")] = False,
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="With --http; 19533 if not given.", show_default=False)
    ] = None,
) -> None:
    """Serve agents over stdin and stdout: they start this themselves (loopsy mcp add).

    With --http they connect, with the token in mcp/token of LOOPSY_HOME.
    """
    import asyncio
    import gc

    if port is not None and not http:
        raise UsageError("--port goes with --http.", "loopsy mcp serve --http --port PORT")
    gc.disable()  # half a second of imports makes no garbage, but much to look through
    from loopsy_daemon.mcp import serving

    gc.enable()
    gc.freeze()
    paths = Paths.from_environment()
    if not http:
        asyncio.run(serving.serve_stdio(paths))
        return
    port = port or serving.DEFAULT_PORT
    serving.token(paths)
    sys.stderr.write(f"{serving.http_url(port)}\nAuthorization: Bearer, with the token in {paths.mcp_token}\n")
    asyncio.run(serving.serve_http(paths, port))
