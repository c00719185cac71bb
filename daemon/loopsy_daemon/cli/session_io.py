"""`loopsy session output|send`: what a session of a machine prints, and typing into it."""

from typing import TYPE_CHECKING, Annotated

import typer

from loopsy_daemon.cli.session_commands import JsonOption, MachineArgument, SessionArgument, on_machine
from loopsy_daemon.errors import UsageError

if TYPE_CHECKING:
    from loopsy_daemon.cli.session_results import FleetText
    from loopsy_daemon.lan.remote_sessions import SessionsOn
    from loopsy_daemon.lan.session_api import InputTaken


def register(app: typer.Typer) -> None:
    """Add the commands to `loopsy session`."""
    app.command()(output)
    app.command()(send)


def output(
    peer: MachineArgument,
    session: SessionArgument,
    screen: Annotated[bool, typer.Option("--screen", help="What its terminal shows now, instead.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the program ends.")] = False,
    offset: Annotated[int, typer.Option("--offset", min=0, help="From this byte of its output on.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Print what a session has printed, as plain text.

    Of long output the last two megabytes are kept.
    """
    from loopsy_daemon.cli.render import show

    if follow and (as_json or screen):
        raise UsageError("--follow goes with neither --json nor --screen.", "loopsy session output PEER NAME --follow")

    async def read(sessions: "SessionsOn") -> "FleetText":
        if screen:
            return await _screen(sessions, session)
        return await _output(sessions, session, offset, as_json=as_json, follow=follow)

    _, text = on_machine(peer, read)
    show(text, as_json=as_json)


def send(
    peer: MachineArgument,
    session: SessionArgument,
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="Typed as it is.", show_default=False)] = "",
    keys: Annotated[
        list[str] | None,
        typer.Option("--key", "-k", help="Then this key: enter, ctrl-c, escape, up, f5, …", show_default=False),
    ] = None,
    paste: Annotated[bool, typer.Option("--paste", help="Tell the program that the text is pasted.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Type into a session: loopsy session send studio worker 'make test' --key enter."""
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.session_results import FleetInput
    from loopsy_daemon.lan.session_api import TypeInto

    if not text and not keys:
        raise UsageError("Nothing is to be typed.", "loopsy session send PEER NAME TEXT --key enter")
    request = TypeInto(session=session, text=text, keys=keys or [], paste=paste)

    async def type_in(sessions: "SessionsOn") -> "InputTaken":
        return await sessions.type_in(request)

    machine, taken = on_machine(peer, type_in)
    show(FleetInput(machine, taken.session.name, taken.end), as_json=as_json)


async def _screen(sessions: "SessionsOn", session: str) -> "FleetText":
    from loopsy_daemon.cli.session_results import FleetText
    from loopsy_daemon.lan.session_api import ReadScreen

    shown = await sessions.screen(ReadScreen(session=session))
    info = shown.session
    return FleetText(sessions.machine, info.name, info.alive, info.code, info.signal, shown.text, shown.end)


async def _output(sessions: "SessionsOn", session: str, offset: int, *, as_json: bool, follow: bool) -> "FleetText":
    """Read to the end of what there is, or of the program; unless it is for JSON, print as it comes."""
    import sys

    from loopsy_daemon.cli.session_results import FleetText
    from loopsy_daemon.lan.plain_output import plain_output
    from loopsy_daemon.lan.session_api import MAX_WAIT_SECONDS, ReadOutput

    parts: list[str] = []
    pending, read_to = b"", offset
    while True:
        wait_seconds = MAX_WAIT_SECONDS if follow else 0.0
        piece = await sessions.output(ReadOutput(session=session, offset=read_to, wait_seconds=wait_seconds))
        if piece.offset != read_to:
            pending = b""
        session, read_to = piece.session.id, piece.next_offset
        is_over = piece.is_last or (not follow and read_to >= piece.end)
        data = pending + piece.data
        text, taken = plain_output(data, is_last=is_over)
        pending = data[taken:]
        if as_json:
            parts.append(text)
        else:
            sys.stdout.write(text)
            sys.stdout.flush()
        if is_over:
            info = piece.session
            return FleetText(sessions.machine, info.name, info.alive, info.code, info.signal, "".join(parts), piece.end)
