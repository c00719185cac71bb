"""`loopsy pair [ADDRESS|NAME]`: pair this machine with another one."""

from typing import TYPE_CHECKING, Annotated

import typer

from loopsy_daemon.cli.peers import PERMITS
from loopsy_daemon.errors import ConnectionLost, LoopsyError, RequestFailed
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.cli.peer_results import LanPaired
    from loopsy_daemon.lan.peers import Permission
    from loopsy_daemon.service.client import DaemonClient


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(pair)


def pair(
    other: Annotated[
        str | None,
        typer.Argument(metavar="ADDRESS|NAME", help="The machine on which `loopsy pair` waits; without it, wait here."),
    ] = None,
    permit: Annotated[
        str, typer.Option(metavar="PERMISSIONS", help=f"What the other machine may do here: {PERMITS}.")
    ] = "all",
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> int:
    """Pair this machine with another one: both show a code, and both people say whether the codes are the same.

    First `loopsy pair` on one, then `loopsy pair ADDRESS` on the other, with what the first one shows.
    """
    from loopsy_daemon.cli.peer_results import LanPaired
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.lan.peers import checked_permissions

    permissions = checked_permissions(part.strip() for part in permit.split(","))
    ended = LanPaired("paired", join(other, permissions)) if other else wait(permissions, as_json=as_json)
    show(ended, as_json=as_json)
    return 0 if ended.outcome == "paired" else LoopsyError.exit_code


def wait(permissions: "tuple[Permission, ...]", *, as_json: bool = False) -> "LanPaired":
    """Wait until a machine joins, and return how that ended. Raises LoopsyError."""
    from loopsy_daemon import config
    from loopsy_daemon.cli.daemon import ask, with_daemon
    from loopsy_daemon.cli.peer_results import LanPairing
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.wire import messages

    name = config.load(Paths.from_environment().config).name

    async def talk(client: "DaemonClient") -> "LanPaired":
        request = messages.LanPairOpen(id=client.next_id(), permissions=list(permissions))
        opened = await ask(client, request, messages.LanPairOpened)
        if not as_json:
            show(LanPairing(name, tuple(opened.addresses), opened.expires_at), as_json=False)
        return await _until_end(client, permissions)

    return with_daemon(talk)


async def _until_end(client: "DaemonClient", permissions: "tuple[Permission, ...]") -> "LanPaired":
    import asyncio
    from contextlib import suppress

    from loopsy_daemon.cli.daemon import ask
    from loopsy_daemon.cli.peer_results import LanPaired
    from loopsy_daemon.wire import messages

    async def answer(code: str, name: str) -> None:
        matches = await _compare(code, name, permissions)
        with suppress(RequestFailed):  # it has ended meanwhile
            await ask(client, messages.LanPairAnswer(id=client.next_id(), matches=matches), messages.Ok)

    name: str | None = None
    answering: asyncio.Task[None] | None = None
    try:
        async for pushed in client.messages():
            match pushed:
                case messages.Event(name="lan.pair.code", details=details):
                    name = str(details["name"])
                    answering = asyncio.create_task(answer(str(details["code"]), name))
                case messages.Event(name="lan.pair.ended", details=details):
                    return LanPaired(str(details["outcome"]), name)
                case _:
                    pass
    finally:
        if answering:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
    raise ConnectionLost


def join(other: str, permissions: "tuple[Permission, ...]") -> str:
    """Pair with a machine that waits, and return its name. Raises LoopsyError."""
    import asyncio

    from loopsy_daemon import config, files
    from loopsy_daemon.cli.lan import lan_state
    from loopsy_daemon.cli.peers import open_peers
    from loopsy_daemon.lan import identity
    from loopsy_daemon.lan.joining import Joiner

    paths = Paths.from_environment()
    files.private_directory(paths.home)
    state = lan_state(paths)
    named = [machine for machine in (state.machines if state else []) if machine.name.casefold() == other.casefold()]
    if len(named) > 1:
        raise LoopsyError(f"{len(named)} machines are called {other!r}.", "name an address: loopsy peers")
    address = named[0].addresses[0] if named and named[0].addresses else other
    store, keys = open_peers(paths)
    name = config.load(paths.config).name
    joiner = Joiner(identity.load_or_create(paths.lan_identity), name, state.port if state else 0, store, keys)

    async def compare(code: str, name: str) -> bool:
        return await _compare(code, name, permissions)

    return asyncio.run(joiner.pair(address, permissions, compare)).name


async def _compare(code: str, name: str, permissions: "tuple[Permission, ...]") -> bool:
    import sys

    from loopsy_daemon.cli.answers import says_yes
    from loopsy_daemon.cli.large_digits import large_digits
    from loopsy_daemon.cli.text import printable

    digits = "\n".join(f"    {line}" for line in large_digits(code))
    may = f"may then {', '.join(permissions)} here" if permissions else "may then do nothing here"
    print(f"\n{digits}\n\nCode {code}; {printable(name)} {may}.", file=sys.stderr)
    return await says_yes("Does the other screen show the same code?")
