"""`loopsy shell`, `list`, `attach`, `kill`: the programs that run on this machine."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopsy_daemon.errors import LoopsyError, UsageError
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.service.client import DaemonClient
    from loopsy_daemon.wire import messages

JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
SessionArgument = Annotated[str, typer.Argument(metavar="SESSION", help="Its name, or its id or the beginning of it.")]
PrefixOption = Annotated[
    str | None,
    typer.Option(
        "--prefix", metavar="KEY", help="Leave with this key and d: C-a, C-b, C-], …, or none.", show_default=False
    ),
]
DEFAULT_SIZE = (80, 24)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(shell)
    app.command(name="list")(list_sessions)
    app.command()(attach)
    app.command()(kill)


def shell(
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- COMMAND]", help="Run this instead of your shell.", show_default=False),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="What the lists call the session.")] = None,
    directory: Annotated[
        Path | None, typer.Option("--cwd", help="Where the session starts; here if not given.", show_default=False)
    ] = None,
    detached: Annotated[bool, typer.Option("--detached", help="Do not attach; print the session's id.")] = False,
    record: Annotated[bool, typer.Option("--record", help="Record what it prints: loopsy record list.")] = False,
    prefix: PrefixOption = None,
    force: Annotated[bool, typer.Option("--force", help="Attach although this terminal is a session already.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --detached: answer in JSON.")] = False,
) -> int:
    """Start a session and attach to it.

    Ctrl-A d leaves it running; Ctrl-A Ctrl-A types one Ctrl-A.
    Another key than Ctrl-A: --prefix, or attach.prefix in config.yaml.
    """
    from loopsy_daemon import config
    from loopsy_daemon.cli.attaching import chosen_prefix, refuse_nesting, say, show_session
    from loopsy_daemon.cli.daemon import ask, with_daemon
    from loopsy_daemon.cli.terminal import LocalTerminal
    from loopsy_daemon.wire import messages

    if as_json and not detached:
        raise UsageError("--json goes with --detached: an attached session shows itself.", "loopsy shell --detached")
    attaching = config.load(Paths.from_environment().config).attach
    leave_key = chosen_prefix(prefix, attaching)
    if not detached:
        refuse_nesting("loopsy shell --detached, or --force", force=force)
    terminal = None if detached else LocalTerminal()
    columns, rows = terminal.size() if terminal else DEFAULT_SIZE
    started_in = str(Path(os.path.abspath(directory)) if directory else Path.cwd())  # noqa: PTH100 - links stay

    async def talk(client: "DaemonClient") -> int:
        request = messages.Open(
            id=client.next_id(),
            agent="shell",
            name=name,
            cwd=started_in,
            cols=columns,
            rows=rows,
            command=command or None,
        )
        session = (await ask(client, request, messages.Opened)).session
        recording = None
        if record:
            start = messages.RecordStart(id=client.next_id(), session=session.id)
            recording = (await ask(client, start, messages.Recording)).recording
        if terminal is not None:
            status = await show_session(client, terminal, session, leave_key, attaching.wait_seconds)
            if recording is not None:
                say(f"[recorded: loopsy record play {recording}]")
            return status
        from loopsy_daemon.cli.render import show
        from loopsy_daemon.cli.results import SessionOpened

        show(SessionOpened(id=session.id, name=session.name, recording=recording), as_json=as_json)
        return 0

    return with_daemon(talk)


def list_sessions(as_json: JsonOption = False) -> None:
    """List the sessions, those that have ended too."""
    from loopsy_daemon.cli.daemon import with_daemon
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import SessionList, SessionRow

    async def talk(client: "DaemonClient") -> "list[messages.SessionInfo]":
        return client.welcome.sessions

    rows = tuple(
        SessionRow(
            id=session.id,
            name=session.name,
            agent=session.agent,
            title=session.title,
            cwd=session.cwd,
            alive=session.alive,
            code=session.code,
            signal=session.signal,
            clients=session.clients,
            created_at=session.created_at,
            active_at=session.active_at,
            preview=session.preview,
        )
        for session in with_daemon(talk)
    )
    show(SessionList(sessions=rows), as_json=as_json)


def attach(
    session: SessionArgument,
    prefix: PrefixOption = None,
    force: Annotated[bool, typer.Option("--force", help="Attach although this terminal is a session already.")] = False,
) -> int:
    """Attach to a session.

    Ctrl-A d leaves it running; Ctrl-A Ctrl-A types one Ctrl-A.
    Another key than Ctrl-A: --prefix, or attach.prefix in config.yaml.
    If the daemon is restarted meanwhile, the session goes on where it was.
    """
    from loopsy_daemon import config
    from loopsy_daemon.cli.attaching import chosen_prefix, refuse_nesting, show_session
    from loopsy_daemon.cli.daemon import with_daemon
    from loopsy_daemon.cli.terminal import LocalTerminal

    attaching = config.load(Paths.from_environment().config).attach
    leave_key = chosen_prefix(prefix, attaching)
    refuse_nesting("leave it first, or --force", force=force)
    terminal = LocalTerminal()

    async def talk(client: "DaemonClient") -> int:
        found = find_session(client.welcome.sessions, session)
        if os.environ.get("LOOPSY_SESSION") == found.id:
            raise LoopsyError("You are in this session already.", "attach from another terminal")
        return await show_session(client, terminal, found, leave_key, attaching.wait_seconds)

    return with_daemon(talk)


def kill(session: SessionArgument, as_json: JsonOption = False) -> None:
    """End a session's program; forget a session that has ended."""
    from loopsy_daemon.cli.daemon import ask, with_daemon
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import SessionEnded
    from loopsy_daemon.wire import messages

    async def talk(client: "DaemonClient") -> SessionEnded:
        found = find_session(client.welcome.sessions, session)
        kind = messages.Kill if found.alive else messages.Dismiss
        await ask(client, kind(id=client.next_id(), session=found.id), messages.Ok)
        return SessionEnded(id=found.id, name=found.name, was_alive=found.alive)

    show(with_daemon(talk), as_json=as_json)


def find_session(sessions: "list[messages.SessionInfo]", wanted: str) -> "messages.SessionInfo":
    """Return the session with this id, name, or beginning of an id. Raises LoopsyError if none or several match."""
    for matches in (
        [session for session in sessions if session.id == wanted],
        [session for session in sessions if session.name == wanted],
        [session for session in sessions if wanted and session.id.startswith(wanted)],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise LoopsyError(f"{len(matches)} sessions match `{wanted}`.", "loopsy list shows their ids")
    raise LoopsyError(f"There is no session `{wanted}`.", "loopsy list")
