"""`loopsy commands list|add|edit|remove|move`: the commands that phones can open a session with."""

import shlex
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopsy_daemon.errors import UsageError

if TYPE_CHECKING:
    from loopsy_daemon.service.client import DaemonClient
    from loopsy_daemon.wire import messages

app = typer.Typer(name="commands", help="The commands that every phone can open a session with.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
CommandArgument = Annotated[str, typer.Argument(metavar="COMMAND", help="Its label, or its id or the beginning of it.")]
DirectoryOption = Annotated[
    Path | None, typer.Option("--cwd", help="Where its sessions begin; home if not given.", show_default=False)
]
LineArgument = Annotated[
    list[str] | None, typer.Argument(metavar="-- PROGRAM [ARGUMENT…]", help="What is run.", show_default=False)
]
_SHORTEST_PREFIX_CHARACTERS = len("command-") + 4


@app.command(name="list")
def list_commands(as_json: JsonOption = False) -> None:
    """List the commands in the order in which phones show them."""

    async def talk(client: "DaemonClient") -> "messages.Commands":
        return await _all(client)

    _show(talk, as_json=as_json)


@app.command()
def add(
    label: Annotated[str, typer.Argument(metavar="LABEL", help="What phones call it.")],
    line: LineArgument = None,
    directory: DirectoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a command.

    It is started as it is typed here, without a shell: for pipes and variables run `sh -c '…'`.
    """
    if not line:
        raise UsageError("The command itself is missing.", f"loopsy commands add {shlex.quote(label)} -- make test")
    _require_text(label, str(directory or ""), *line)

    async def talk(client: "DaemonClient") -> "messages.Commands":
        from loopsy_daemon.wire import messages

        return await _ask(
            client,
            messages.CommandsSave(
                id=client.next_id(), label=label, arguments=line or [], directory=_absolute(directory)
            ),
        )

    _show(talk, as_json=as_json)


@app.command()
def edit(
    command: CommandArgument,
    line: LineArgument = None,
    label: Annotated[str | None, typer.Option("--label", help="Call it so.", show_default=False)] = None,
    directory: DirectoryOption = None,
    home: Annotated[bool, typer.Option("--home", help="Let its sessions begin at home.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Change a command; what is not given stays."""
    if directory is not None and home:
        raise UsageError("--cwd and --home exclude each other.", "loopsy commands edit --help")
    _require_text(label or "", str(directory or ""), *(line or ()))

    async def talk(client: "DaemonClient") -> "messages.Commands":
        from loopsy_daemon.wire import messages

        found = _find(await _all(client), command)
        return await _ask(
            client,
            messages.CommandsSave(
                id=client.next_id(),
                command=found.id,
                label=label or found.label,
                arguments=line or found.arguments,
                directory=None if home else _absolute(directory) or found.directory,
            ),
        )

    _show(talk, as_json=as_json)


@app.command()
def remove(command: CommandArgument, as_json: JsonOption = False) -> None:
    """Delete a command; sessions that it started go on."""

    async def talk(client: "DaemonClient") -> "messages.Commands":
        from loopsy_daemon.wire import messages

        found = _find(await _all(client), command)
        return await _ask(client, messages.CommandsRemove(id=client.next_id(), command=found.id))

    _show(talk, as_json=as_json)


@app.command()
def move(
    command: CommandArgument,
    position: Annotated[int, typer.Argument(metavar="PLACE", min=1, max=32, help="From 1; 1 is the first.")],
    as_json: JsonOption = False,
) -> None:
    """Give a command another place in the list."""

    async def talk(client: "DaemonClient") -> "messages.Commands":
        from loopsy_daemon.wire import messages

        found = _find(await _all(client), command)
        return await _ask(client, messages.CommandsMove(id=client.next_id(), command=found.id, position=position - 1))

    _show(talk, as_json=as_json)


def _require_text(*texts: str) -> None:
    """Refuse what is no UTF-8, before it is sent. Raises UsageError."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        raise UsageError("A command is UTF-8 text.", "put it into a script and save that") from None


def _absolute(directory: Path | None) -> str | None:
    return None if directory is None else str(directory.absolute())


async def _all(client: "DaemonClient") -> "messages.Commands":
    from loopsy_daemon.wire import messages

    return await _ask(client, messages.CommandsList(id=client.next_id()))


async def _ask(client: "DaemonClient", request: "messages.Message") -> "messages.Commands":
    from loopsy_daemon.cli.daemon import ask
    from loopsy_daemon.wire import messages

    return await ask(client, request, messages.Commands)


def _find(known: "messages.Commands", wanted: str) -> "messages.SavedCommand":
    """Return the command that a person means. Raises UsageError."""
    found = [command for command in known.commands if wanted == command.id] or [
        command for command in known.commands if wanted == command.label
    ]
    if not found and len(wanted) >= _SHORTEST_PREFIX_CHARACTERS:
        found = [command for command in known.commands if command.id.startswith(wanted)]
    if not found:
        raise UsageError(f"There is no command {wanted!r}.", "loopsy commands list")
    if len(found) > 1:
        raise UsageError(f"{len(found)} commands are called {wanted!r}.", "name one by its id: loopsy commands list")
    return found[0]


def _show(talk: "Callable[[DaemonClient], Awaitable[messages.Commands]]", *, as_json: bool) -> None:
    from loopsy_daemon.cli.daemon import with_daemon
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import CommandList, CommandRow

    commands = with_daemon(talk).commands
    rows = tuple(
        CommandRow(command.id, command.label, tuple(command.arguments), command.directory) for command in commands
    )
    show(CommandList(commands=rows), as_json=as_json)
