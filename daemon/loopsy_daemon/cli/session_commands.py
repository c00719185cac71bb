"""`loopsy session …`: programs on terminals of other machines and of this one, single or as a fleet of workers."""

from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from loopsy_daemon.cli.completion import peer_names
from loopsy_daemon.errors import UsageError
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from loopsy_daemon.lan.remote_sessions import SessionsOn
    from loopsy_daemon.lan.session_api import SessionState
    from loopsy_daemon.service.fleet_values import Fleet
    from loopsy_daemon.service.machines import Machines

app = typer.Typer(
    name="session", help="Programs on terminals of other machines, and of this one.", no_args_is_help=True
)
MAX_FLEET: Final = 64
T = TypeVar("T")
MachineArgument = Annotated[
    str, typer.Argument(metavar="PEER", help="A paired machine; `local` is this one.", autocompletion=peer_names)
]
SessionArgument = Annotated[str, typer.Argument(metavar="NAME", help="Its name, or its id or the beginning of it.")]
MachinesArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PEER]…", help="These machines; all if none is named.", show_default=False),
]
CommandArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[-- COMMAND]", help="The program; a shell if not given.", show_default=False),
]
DirectoryOption = Annotated[str, typer.Option("--cwd", metavar="DIRECTORY", help="Where; the home directory there.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.command()
def start(
    peer: MachineArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the session will be called.")],
    command: CommandArgument = None,
    cwd: DirectoryOption = "",
    columns: Annotated[int, typer.Option("--columns", min=2, max=1_000, help="Width of its terminal.")] = 120,
    rows: Annotated[int, typer.Option("--rows", min=1, max=1_000, help="Height of its terminal.")] = 40,
    as_json: JsonOption = False,
) -> None:
    """Start a program on a terminal of a machine: loopsy session start PEER NAME -- COMMAND.

    It goes on without this command, and is in the lists of that machine's own terminals and phones, too.
    """
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.lan.session_api import StartSession
    from loopsy_daemon.service.fleet_values import Fleet, FleetSession

    request = StartSession(command=command or [], name=name, cwd=cwd, cols=columns, rows=rows)
    machine, state = on_machine(peer, lambda sessions: sessions.start(request))
    show(Fleet("started", (FleetSession.of(machine, state),)), as_json=as_json)


@app.command(name="start-fleet")
def start_fleet(
    peers: Annotated[str, typer.Argument(metavar="PEERS", help="`studio,laptop,local`; or `all`.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="They are called NAME-1, NAME-2, ….")],
    command: CommandArgument = None,
    count: Annotated[int, typer.Option("--count", "-c", min=1, max=MAX_FLEET, help="So many on each machine.")] = 3,
    cwd: DirectoryOption = "",
    as_json: JsonOption = False,
) -> int:
    """Start the same program several times: loopsy session start-fleet PEERS NAME -c 3 -- COMMAND.

    The exit status is 1 if any could not be started; those that could go on.
    """
    from loopsy_daemon.lan.session_api import StartSession
    from loopsy_daemon.service.fleet import started

    names = [part for part in peers.split(",") if part]
    if not names:
        raise UsageError("No machine is named.", "loopsy session start-fleet studio,local worker -c 2 -- COMMAND")
    requests = [StartSession(command=command or [], name=f"{name}-{number + 1}", cwd=cwd) for number in range(count)]
    return _on_all(names, lambda machines, wanted: started(machines, wanted, requests), as_json=as_json)


@app.command()
def stop(
    peer: MachineArgument,
    session: SessionArgument,
    signal: Annotated[str | None, typer.Option("--signal", help="Send this to the program, and no more.")] = None,
    as_json: JsonOption = False,
) -> None:
    """End the program of a session (hang-up, then kill two seconds later)."""
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.service.fleet_values import Fleet, FleetSession

    machine, state = on_machine(peer, lambda sessions: sessions.stop(session, signal))
    show(Fleet("stopped", (FleetSession.of(machine, state),)), as_json=as_json)


@app.command(name="stop-all")
def stop_all(peers: MachinesArgument = None, as_json: JsonOption = False) -> int:
    """End every program that was started from here with `loopsy session` or by an agent's tools.

    The exit status is 1 if a machine could not be asked.
    """
    from loopsy_daemon.service.fleet import stopped

    return _on_all(peers or [], stopped, as_json=as_json)


@app.command(name="list")
def list_sessions(peers: MachinesArgument = None, as_json: JsonOption = False) -> None:
    """List the sessions of machines: of a peer those that this machine started, of this one all."""
    from loopsy_daemon.service.fleet import listed

    _on_all(peers or [], listed, as_json=as_json)


@app.command()
def status(peer: MachineArgument, session: SessionArgument, as_json: JsonOption = False) -> None:
    """Tell how a session is."""
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.lan.session_api import ReadScreen
    from loopsy_daemon.service.fleet_values import FleetSession

    async def look(sessions: "SessionsOn") -> "SessionState":
        found = (await sessions.screen(ReadScreen(session=session))).session
        return next(state for state in await sessions.all() if state.session.id == found.id)

    show(FleetSession.of(*on_machine(peer, look)), as_json=as_json)


@app.command()
def remove(peer: MachineArgument, session: SessionArgument, as_json: JsonOption = False) -> None:
    """Forget a session, and end its program first if it runs."""
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.service.fleet_values import Fleet, FleetSession

    machine, state = on_machine(peer, lambda sessions: sessions.remove(session))
    show(Fleet("removed", (FleetSession.of(machine, state),)), as_json=as_json)


def on_machine(peer: str, act: "Callable[[SessionsOn], Awaitable[T]]") -> "tuple[str, T]":
    """Do something with the sessions of one machine; return the machine's name and what came of it."""
    import asyncio

    from loopsy_daemon.service.machines import Machines

    async def talk() -> "tuple[str, T]":
        async with Machines(Paths.from_environment()).sessions(peer) as sessions:
            return sessions.machine, await act(sessions)

    return asyncio.run(talk())


def _on_all(
    names: "Sequence[str]", act: "Callable[[Machines, Sequence[str]], Coroutine[None, None, Fleet]]", *, as_json: bool
) -> int:
    """Do something on machines, show it, and return 1 if any failed."""
    import asyncio

    from loopsy_daemon.cli.render import show
    from loopsy_daemon.service.fleet import named_machines
    from loopsy_daemon.service.machines import Machines

    machines = Machines(Paths.from_environment())
    fleet = asyncio.run(act(machines, named_machines(machines, names)))
    show(fleet, as_json=as_json)
    return 1 if fleet.problems else 0
