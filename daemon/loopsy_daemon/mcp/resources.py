"""What agents can read without calling a tool: peers, sessions, the inbox, tasks, values, a session's screen."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import msgspec
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.exchange import context_requests, message_requests, task_requests
from loopsy_daemon.exchange.operations import A, Operation, Q
from loopsy_daemon.lan.session_api import ReadScreen
from loopsy_daemon.mcp.news import INBOX, PEERS, SESSIONS, TASKS, VALUES
from loopsy_daemon.mcp.registration import said
from loopsy_daemon.service.exchange_on import exchange_on
from loopsy_daemon.service.fleet import listed, named_machines
from loopsy_daemon.service.machines import Machines
from loopsy_daemon.service.peer_states import peer_states

JSON: Final = "application/json"
T = TypeVar("T")


def add_resources(server: MCPServer[Any], machines: Machines) -> None:
    """Offer them."""

    async def exchanged(operation: Operation[Q, A], question: Q) -> str:
        async def read() -> A:
            async with exchange_on(machines, None) as exchange:
                return await exchange.ask(operation, question)

        return _json(await _readable(read))

    @server.resource(PEERS, name="peers", title="Peers", mime_type=JSON)
    async def peers() -> str:
        """The paired machines, and whether each can be reached."""
        states, _ = await _readable(lambda: peer_states(machines))
        return _json([{"name": found.peer.name, "state": found.state, "address": found.address} for found in states])

    @server.resource(SESSIONS, name="sessions", title="Sessions", mime_type=JSON)
    async def sessions() -> str:
        """The sessions on this machine and on the peers, and what did not work."""
        fleet = await _readable(lambda: listed(machines, named_machines(machines, [])))
        return _json(fleet)

    @server.resource(INBOX, name="inbox", title="Inbox", mime_type=JSON)
    async def inbox() -> str:
        """The messages that nobody has acknowledged, the oldest first."""
        return await exchanged(message_requests.INBOX, message_requests.ListReceived())

    @server.resource(TASKS, name="tasks", title="Tasks", mime_type=JSON)
    async def tasks() -> str:
        """The newest tasks of this machine's queues, without their texts and results."""
        return await exchanged(task_requests.LIST, task_requests.ListTasks())

    @server.resource(VALUES, name="values", title="Shared values", mime_type=JSON)
    async def values() -> str:
        """The shared values of this machine without their texts, by key: as many as fit into one page."""
        return await exchanged(context_requests.LIST, context_requests.ListEntries())

    @server.resource("loopsy://sessions/{machine}/{session}/screen", name="screen", title="A session's screen")
    async def screen(machine: str, session: str) -> str:
        """What the terminal of a session shows now; `local` is this machine."""

        async def read() -> str:
            async with machines.sessions(machine) as found:
                return (await found.screen(ReadScreen(session=session))).text

        return await _readable(read)


async def _readable(read: Callable[[], Awaitable[T]]) -> T:
    try:
        return await read()
    except LoopsyError as error:
        raise ResourceError(said(error)) from error


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
