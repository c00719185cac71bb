"""`loopsy lan enable|disable|status|openapi`: whether other machines can reach this one."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from loopsy_daemon.errors import DaemonNotRunning
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.config import LanConfig
    from loopsy_daemon.service.client import DaemonClient
    from loopsy_daemon.wire import messages

app = typer.Typer(name="lan", help="Whether other machines can reach this one.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.command()
def enable(
    loopback: Annotated[
        bool, typer.Option("--loopback", help="Only programs of this machine, e.g. behind a tunnel of yours.")
    ] = False,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="The port; 0 is any free one.")] = None,
    discovery: Annotated[bool, typer.Option(help="Announce this machine on the network, and see others.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Let paired machines reach this one, now and after each start; nobody else gets anything."""

    def change(lan: "LanConfig") -> "LanConfig":
        import msgspec

        return msgspec.structs.replace(
            lan,
            listen="loopback" if loopback else "lan",
            port=lan.port if port is None else port,
            discovery=discovery,
        )

    _change(change, as_json=as_json)


@app.command()
def disable(as_json: JsonOption = False) -> None:
    """Let no other machine reach this one; commands that peers run here end. Peers stay paired."""

    def change(lan: "LanConfig") -> "LanConfig":
        import msgspec

        return msgspec.structs.replace(lan, listen="off")

    _change(change, as_json=as_json)


@app.command()
def openapi() -> None:
    """Write the OpenAPI document of what paired machines may ask."""
    import json

    from loopsy_daemon.lan.openapi import document

    typer.echo(json.dumps(document(), indent=2))


@app.command()
def status(as_json: JsonOption = False) -> None:
    """Tell whether, and where, other machines can reach this one."""
    _show(as_json=as_json)


def lan_state(paths: Paths) -> "messages.LanState | None":
    """Return what the daemon says about other machines, or None if it does not run, or does not listen."""
    from loopsy_daemon.cli.daemon import ask, with_daemon
    from loopsy_daemon.wire import messages

    async def talk(client: "DaemonClient") -> messages.LanState:
        return await ask(client, messages.LanShow(id=client.next_id()), messages.LanState)

    try:
        state = with_daemon(talk, paths)
    except DaemonNotRunning:
        return None
    return None if state.listen == "off" else state


def reload(paths: Paths) -> None:
    """Let the daemon do what the configuration says now. Raises LoopsyError if it cannot."""
    from loopsy_daemon.cli.daemon import ask, with_daemon
    from loopsy_daemon.wire import messages

    async def talk(client: "DaemonClient") -> None:
        await ask(client, messages.LanReload(id=client.next_id()), messages.Ok)

    with_daemon(talk, paths)


def _change(change: Callable[["LanConfig"], "LanConfig"], *, as_json: bool) -> None:
    import msgspec

    from loopsy_daemon import config, files

    paths = Paths.from_environment()
    files.private_directory(paths.home)
    config.update(paths.config, lambda now: msgspec.structs.replace(now, lan=change(now.lan)))
    with suppress(DaemonNotRunning):  # it reads the configuration when it starts
        reload(paths)
    _show(as_json=as_json)


def _show(*, as_json: bool) -> None:
    from loopsy_daemon import config
    from loopsy_daemon.cli.peer_results import LanShown
    from loopsy_daemon.cli.render import show

    paths = Paths.from_environment()
    lan = config.load(paths.config).lan
    state = lan_state(paths)
    shown = LanShown(
        listen=lan.listen,
        active=state is not None,
        addresses=tuple(state.addresses) if state else (),
        discovery=lan.discovery,
    )
    show(shown, as_json=as_json)
