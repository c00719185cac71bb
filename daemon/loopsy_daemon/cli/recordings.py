"""`loopsy record start|stop|list|play|export|remove`: what sessions printed, with its timing."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopsy_daemon.errors import LoopsyError, UsageError
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.recording.library import Entry
    from loopsy_daemon.service.client import DaemonClient
    from loopsy_daemon.wire import messages

app = typer.Typer(name="record", help="Record sessions, and play what was recorded.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
SessionArgument = Annotated[str, typer.Argument(metavar="SESSION", help="Its name, or its id or the beginning of it.")]
RecordingArgument = Annotated[
    str,
    typer.Argument(metavar="RECORDING", help="Its name or the beginning of it; or a session, for its newest one."),
]
STANDARD_OUTPUT = "-"


@app.command()
def start(session: SessionArgument, as_json: JsonOption = False) -> None:
    """Record what a session prints, from its present screen on; what is typed is not recorded.

    `loopsy shell --record` records a session from its beginning.
    """
    from loopsy_daemon.wire import messages

    _tell(session, messages.RecordStart, is_running=True, as_json=as_json)


@app.command()
def stop(session: SessionArgument, as_json: JsonOption = False) -> None:
    """End the recording of a session; the session goes on."""
    from loopsy_daemon.wire import messages

    _tell(session, messages.RecordStop, is_running=False, as_json=as_json)


@app.command(name="list")
def list_recordings(as_json: JsonOption = False) -> None:
    """List the recordings, oldest first."""
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import RecordingList, RecordingRow
    from loopsy_daemon.recording import library

    rows = tuple(
        RecordingRow(
            name=entry.name,
            session=entry.session,
            title=entry.title,
            state=entry.state,
            cols=entry.cols,
            rows=entry.rows,
            started_at=entry.started_at,
            seconds=entry.seconds,
            size_bytes=entry.size_bytes,
            path=str(entry.path),
        )
        for entry in library.entries(Paths.from_environment().recordings)
    )
    show(RecordingList(recordings=rows), as_json=as_json)


@app.command()
def play(
    recording: RecordingArgument,
    speed: Annotated[float, typer.Option("--speed", min=0.01, max=1_000, help="How many times as fast.")] = 1.0,
    idle_limit: Annotated[
        float | None, typer.Option("--idle-limit", metavar="SECONDS", min=0, help="Wait no longer than this.")
    ] = None,
) -> int:
    """Play a recording in this terminal.

    Space pauses and goes on, q or Ctrl-C quits.
    """
    from loopsy_daemon.cli.playing import play as play_events
    from loopsy_daemon.cli.terminal import LocalTerminal
    from loopsy_daemon.recording import library

    found = _find(recording)
    return play_events(
        LocalTerminal(f"loopsy record export {found.name} --text"),
        (found.cols, found.rows),
        library.events(found.path),
        speed=speed,
        idle_limit_seconds=idle_limit,
    )


@app.command()
def export(
    recording: RecordingArgument,
    file: Annotated[
        Path, typer.Argument(metavar="[FILE]", help="Where to write; - or nothing: standard output.")
    ] = Path(STANDARD_OUTPUT),
    as_text: Annotated[bool, typer.Option("--text", help="What was on the screen, as text without timing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Write a recording as an asciicast file (version 3) for other players, or as text."""
    from loopsy_daemon import files
    from loopsy_daemon.recording.text import recorded_text

    found = _find(recording)
    data = recorded_text(found).encode(errors="replace") if as_text else found.path.read_bytes()
    if str(file) == STANDARD_OUTPUT:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    if file.exists() and not force:
        raise UsageError(f"{file} exists already.", f"loopsy record export {found.name} {file} --force")
    files.write_atomically(file, data)


@app.command()
def remove(recording: RecordingArgument, as_json: JsonOption = False) -> None:
    """Delete a recording."""
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import RecordingRemoved

    found = _find(recording)
    if found.state == "recording":
        raise LoopsyError(f"{found.name} is being recorded.", f"loopsy record stop {found.session}")
    found.path.unlink(missing_ok=True)
    show(RecordingRemoved(name=found.name), as_json=as_json)


def _find(wanted: str) -> "Entry":
    from loopsy_daemon.recording import library

    return library.find(Paths.from_environment().recordings, wanted)


def _tell(
    session: str,
    kind: "type[messages.RecordStart] | type[messages.RecordStop]",
    *,
    is_running: bool,
    as_json: bool,
) -> None:
    from loopsy_daemon.cli.daemon import ask, with_daemon
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import RecordingState
    from loopsy_daemon.cli.sessions import find_session
    from loopsy_daemon.wire import messages

    async def talk(client: "DaemonClient") -> RecordingState:
        found = find_session(client.welcome.sessions, session)
        answer = await ask(client, kind(id=client.next_id(), session=found.id), messages.Recording)
        return RecordingState(name=answer.recording, session=found.id, is_running=is_running)

    show(with_daemon(talk), as_json=as_json)
