"""Tools about peers: who they are, how one is, running a command there."""

import asyncio
import time
from contextlib import aclosing, suppress
from typing import Annotated, Any, Final

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from msgspec import Struct
from pydantic import Field

from loopsy_daemon.lan import api
from loopsy_daemon.lan.errors import PeerError, PeerUnreachable
from loopsy_daemon.lan.plain_output import plain_output
from loopsy_daemon.lan.remote import Remote
from loopsy_daemon.mcp.arguments import Command, Directory, Peer, argv
from loopsy_daemon.mcp.excerpt import Excerpt
from loopsy_daemon.mcp.progress import State, reporting
from loopsy_daemon.mcp.questions import meant_peer
from loopsy_daemon.mcp.registration import tool
from loopsy_daemon.service.machines import Machines
from loopsy_daemon.service.peer_states import peer_states

DEFAULT_TIMEOUT_SECONDS: Final = 600.0
DEFAULT_OUTPUT_BYTES: Final = 30_000
MAX_OUTPUT_BYTES: Final = 1_000_000
_END_SECONDS: Final = 7.0
_LINE_CHARACTERS: Final = 200


class PeerFacts(Struct, frozen=True, kw_only=True):
    """A paired machine. `state` is online, offline, refused, impostor or unknown.

    `permitted` is what this machine may do there, as far as that is known; `permits` what that one may do here.
    """

    name: str
    node_id: str
    state: str
    address: str | None
    version: str | None
    permitted: list[str]
    permits: list[str]
    seen_at: float | None


class PeerFactsList(Struct, frozen=True, kw_only=True):
    """The paired machines, and the names of others on the network that are not paired."""

    peers: list[PeerFacts]
    not_paired: list[str]


class PeerHealth(Struct, frozen=True, kw_only=True):
    """A peer that has answered just now, and what this machine may do there."""

    name: str
    node_id: str
    version: str
    platform: str
    permitted: list[str]
    milliseconds: int


class Executed(Struct, frozen=True, kw_only=True):
    """How a command has ended: `exited` with a code, or by a signal; after its `timeout`; `cancelled`.

    Of output longer than asked for the middle is left out, with a line that says so; `…_bytes` is what there was.
    """

    peer: str
    code: int | None
    signal: str | None
    reason: str
    stdout: str
    stderr: str
    stdout_bytes: int
    stderr_bytes: int
    seconds: float


def peer_tools(machines: Machines) -> list[Tool]:
    """Return the tools."""

    async def loopsy_list_peers() -> PeerFactsList:
        """List the machines that are paired with this one, whether each can be reached, and what is permitted."""
        states, others = await peer_states(machines)
        return PeerFactsList(
            peers=[
                PeerFacts(
                    name=found.peer.name,
                    node_id=found.peer.node_id,
                    state=found.state,
                    address=found.address,
                    version=found.version,
                    permitted=list(found.permitted),
                    permits=list[str](found.peer.permissions),
                    seen_at=found.seen_at,
                )
                for found in states
            ],
            not_paired=[other.name for other in others],
        )

    async def loopsy_peer_status(peer: Peer) -> PeerHealth:
        """Ask a peer how it is, now."""
        began = time.monotonic()
        async with machines.remote(peer) as remote:
            health = await remote.health()
        return PeerHealth(
            name=health.name,
            node_id=health.node_id,
            version=health.version,
            platform=health.platform,
            permitted=health.permissions,
            milliseconds=round((time.monotonic() - began) * 1_000),
        )

    async def loopsy_execute(
        context: Context[Any, Any],
        peer: Peer,
        command: Command,
        cwd: Directory = "",
        timeout_seconds: Annotated[float, Field(gt=0, le=api.MAX_TIMEOUT_SECONDS)] = DEFAULT_TIMEOUT_SECONDS,
        max_output_bytes: Annotated[
            int, Field(ge=2, le=MAX_OUTPUT_BYTES, description="Of each stream; of more, the middle is left out.")
        ] = DEFAULT_OUTPUT_BYTES,
    ) -> Executed:
        """Run a command on a peer to its end, without a terminal and without input, and return what it printed.

        While it runs, progress tells the seconds and its last line. Cancelling the call ends the command.
        For what asks questions or outlives the call, use loopsy_session_start.
        """
        wanted = api.Execute(command=argv(command), cwd=cwd, timeout_seconds=timeout_seconds)
        async with machines.remote(await meant_peer(context, machines, peer)) as remote:
            running = _Running(remote, max_output_bytes)
            async with reporting(context, running.state):
                ended = await running.run(wanted)
            return running.result(ended)

    return [
        tool("List peers", loopsy_list_peers, reads=True),
        tool("Peer status", loopsy_peer_status, reads=True),
        tool("Run a command on a peer", loopsy_execute, destroys=True),
    ]


class _Running:
    """A command that runs on a peer."""

    def __init__(self, remote: Remote, max_output_bytes: int) -> None:
        self._remote = remote
        self._began = time.monotonic()
        self._output = {"stdout": Excerpt(max_output_bytes), "stderr": Excerpt(max_output_bytes)}
        self._latest = "stdout"
        self._job: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def state(self) -> State:
        """Return how far it is."""
        line, _ = plain_output(self._output[self._latest].last_line, is_last=True)
        return round(time.monotonic() - self._began, 1), None, line[:_LINE_CHARACTERS] or None

    async def run(self, wanted: api.Execute) -> api.Ended:
        """Run to the end; a cancelled call ends the command there as Ctrl-C does, and waits for that.

        Raises PeerError.
        """
        following = asyncio.create_task(self._follow(wanted))
        try:
            return await asyncio.shield(following)
        except asyncio.CancelledError:
            with anyio.move_on_after(_END_SECONDS, shield=True), suppress(PeerError):
                either: set[asyncio.Future[Any]] = {following, self._job}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                if not following.done():
                    await self._remote.cancel(self._job.result())
                    await following
            raise
        finally:
            following.cancel()  # that closes the connection, which kills what still runs there

    async def _follow(self, wanted: api.Execute) -> api.Ended:
        async with aclosing(self._remote.execute(wanted)) as events:
            async for event in events:
                match event:
                    case api.Started(job=job) if not self._job.done():
                        self._job.set_result(job)
                    case api.Output(stream=stream, data=data):
                        self._output[stream].add(data)
                        self._latest = stream
                    case api.Ended():
                        return event
                    case _:
                        pass
        raise PeerUnreachable(f"{self._remote.name} went away.", "loopsy peers")

    def result(self, ended: api.Ended) -> Executed:
        """Return all of it."""
        stdout, stderr = self._output["stdout"], self._output["stderr"]
        return Executed(
            peer=self._remote.name,
            code=ended.code,
            signal=ended.signal,
            reason=ended.reason,
            stdout=stdout.data.decode(errors="replace"),
            stderr=stderr.data.decode(errors="replace"),
            stdout_bytes=stdout.size_bytes,
            stderr_bytes=stderr.size_bytes,
            seconds=round(time.monotonic() - self._began, 3),
        )
