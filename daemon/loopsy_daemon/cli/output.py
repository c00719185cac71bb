"""`loopsy output`: what a session has printed, as text."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from loopsy_daemon.errors import UsageError

if TYPE_CHECKING:
    from loopsy_daemon.service.client import DaemonClient
    from loopsy_daemon.wire import messages

NOTHING_FOUND_STATUS = 1


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(output)


def output(
    session: Annotated[str, typer.Argument(metavar="SESSION", help="Its name, or its id or the beginning of it.")],
    ansi: Annotated[bool, typer.Option("--ansi", help="Keep colours and other styles.")] = False,
    pattern: Annotated[
        str | None, typer.Option("--grep", metavar="PATTERN", help="Only lines in which this regular expression is.")
    ] = None,
    count: Annotated[int | None, typer.Option("--lines", "-n", min=0, help="Only the last so many lines.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> int:
    """Print a session's scrollback and screen as text.

    Wrapped lines are whole again.
    A session that has ended can be read until it is forgotten.
    With --grep the exit status is 1 if no line was found.
    """
    from loopsy_daemon.cli.daemon import with_daemon
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import SessionOutput
    from loopsy_daemon.cli.sessions import find_session
    from loopsy_daemon.cli.styled_text import bare, standing_alone

    wanted = _compiled(pattern)

    async def talk(client: "DaemonClient") -> "tuple[messages.SessionInfo, str]":
        found = find_session(client.welcome.sessions, session)
        return found, await _read(client, found.id, styled=ansi)

    found, text = with_daemon(talk)
    lines = text.removesuffix("\n").split("\n") if text else []
    if ansi:
        lines = list(standing_alone(lines))
    if wanted is not None:
        lines = [line for line in lines if wanted.search(bare(line))]
    if count is not None:
        lines = lines[len(lines) - min(count, len(lines)) :]
    lines = [line.rstrip() for line in lines]
    show(SessionOutput(id=found.id, name=found.name, alive=found.alive, lines=tuple(lines)), as_json=as_json)
    return NOTHING_FOUND_STATUS if wanted is not None and not lines else 0


async def _read(client: "DaemonClient", session: str, *, styled: bool) -> str:
    from loopsy_daemon.cli.daemon import ask
    from loopsy_daemon.wire import messages

    text = bytearray()
    while True:
        request = messages.OutputRead(id=client.next_id(), session=session, styled=styled, position=len(text))
        part = await ask(client, request, messages.OutputPart)
        text += part.data
        if len(text) >= part.total or not part.data:
            return text.decode(errors="replace")


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    if pattern is None:
        return None
    try:
        return re.compile(pattern)
    except re.error as error:
        raise UsageError(
            f"{pattern!r} is not a regular expression: {error.msg}.", "loopsy output SESSION --grep 'error|warning'"
        ) from None
