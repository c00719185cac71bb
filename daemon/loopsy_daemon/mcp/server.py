"""The MCP server of a home: its tools, resources and prompts."""

from typing import Any

from mcp.server.auth.provider import TokenVerifier
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer

from loopsy_daemon import __version__
from loopsy_daemon.mcp.newsroom import Newsroom
from loopsy_daemon.mcp.prompts import add_completion, add_prompts
from loopsy_daemon.mcp.resources import add_resources
from loopsy_daemon.mcp.subscribing import add_subscribing
from loopsy_daemon.mcp.tools_context import context_tools
from loopsy_daemon.mcp.tools_files import file_tools
from loopsy_daemon.mcp.tools_messages import message_tools
from loopsy_daemon.mcp.tools_peers import peer_tools
from loopsy_daemon.mcp.tools_sessions import session_tools
from loopsy_daemon.mcp.tools_tasks import task_tools
from loopsy_daemon.service.machines import Machines

INSTRUCTIONS = """\
Loopsy lets you use other machines of the same person that are paired with this one. Name a machine as \
loopsy_list_peers shows it; no keys or addresses are needed.
A command that ends by itself: loopsy_execute. A program that goes on, asks questions or draws a screen: \
loopsy_session_start, then loopsy_session_output or loopsy_session_screen, and loopsy_session_input.
Agents on other machines are reached with loopsy_send_message and loopsy_check_inbox; work for any of them goes into a \
queue with loopsy_task_add; small texts that all may read are shared with loopsy_context_set.
Whoever can watch resources need not ask again and again: loopsy://inbox, loopsy://tasks and the others say when they \
change.
An error says what to do next behind an arrow; a command that it names is for the person at the machine."""


def make_server(
    machines: Machines, *, auth: AuthSettings | None = None, token_verifier: TokenVerifier | None = None
) -> MCPServer[Any]:
    """Return the server for a home; over HTTP, who asks is known by a token."""
    newsroom = Newsroom(machines.paths.socket)
    server: MCPServer[Any] = MCPServer(
        "loopsy",
        title="Loopsy",
        version=__version__,
        instructions=INSTRUCTIONS,
        auth=auth,
        token_verifier=token_verifier,
        tools=[
            *peer_tools(machines),
            *session_tools(machines),
            *file_tools(machines),
            *context_tools(machines),
            *message_tools(machines),
            *task_tools(machines),
        ],
        subscriptions=False,
        log_level="WARNING",
    )
    add_resources(server, machines)
    add_subscribing(server, newsroom)
    add_prompts(server)
    add_completion(server, machines)
    return server
