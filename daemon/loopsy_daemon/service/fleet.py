"""Sessions on several machines at once: what each did, and what did not work."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.lan.remote_sessions import SessionsOn
from loopsy_daemon.lan.session_api import LOCAL, SessionState, StartSession
from loopsy_daemon.service.fleet_values import Fleet, FleetProblem, FleetSession
from loopsy_daemon.service.machines import Machines

ALL = "all"


def named_machines(machines: Machines, names: Sequence[str]) -> tuple[str, ...]:
    """Return the machines that are meant: with `all` or no name, this one and all peers. Raises LoopsyError."""
    if not names or ALL in names:
        return (LOCAL, *(peer.node_id for peer in machines.peers.all()))
    wanted = [LOCAL if name.casefold() == LOCAL else machines.peers.find(name).node_id for name in names]
    return tuple(dict.fromkeys(wanted))


async def started(machines: Machines, names: Iterable[str], requests: Sequence[StartSession]) -> Fleet:
    """Start the same sessions on each machine."""

    async def start(sessions: SessionsOn, done: list[SessionState]) -> None:
        for request in requests:
            done.append(await sessions.start(request))  # noqa: PERF401 - what was started counts if the next one fails

    return await _on_each(machines, names, "started", start)


async def listed(machines: Machines, names: Iterable[str]) -> Fleet:
    """List the sessions of each machine."""

    async def look(sessions: SessionsOn, done: list[SessionState]) -> None:
        done += await sessions.all()

    return await _on_each(machines, names, "listed", look)


async def stopped(machines: Machines, names: Iterable[str]) -> Fleet:
    """Stop on each machine what was started from here."""

    async def stop(sessions: SessionsOn, done: list[SessionState]) -> None:
        for state in await sessions.all():
            if state.mine and state.session.alive:
                done.append(await sessions.stop(state.session.id))  # noqa: PERF401 - as above

    return await _on_each(machines, names, "stopped", stop)


async def _on_each(
    machines: Machines,
    names: Iterable[str],
    done: str,
    act: Callable[[SessionsOn, list[SessionState]], Awaitable[None]],
) -> Fleet:
    async def on_one(name: str) -> tuple[list[FleetSession], FleetProblem | None]:
        peer = machines.peers.get(name)
        shown = peer.name if peer else name
        states: list[SessionState] = []
        problem = None
        try:
            async with machines.sessions(name) as sessions:
                await act(sessions, states)
        except LoopsyError as error:
            problem = FleetProblem(shown, error.message, error.hint)
        return [FleetSession.of(shown, state) for state in states], problem

    found = await asyncio.gather(*map(on_one, names))
    return Fleet(
        done,
        tuple(session for sessions, _ in found for session in sessions),
        tuple(problem for _, problem in found if problem),
    )
