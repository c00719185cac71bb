"""`loopsy start`, `stop`, `restart`, `status`: the daemon of this machine."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from loopsy_daemon.cli.text import count
from loopsy_daemon.errors import DaemonNotRunning, LoopsyError
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.cli.results import Started

JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (start, stop, restart, status):
        app.command()(command)


def start(
    foreground: Annotated[bool, typer.Option("--foreground", help="Stay in front until Ctrl-C; for services.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Start the daemon in the background.

    It does no harm if the daemon runs already.
    """
    from loopsy_daemon.cli.render import show

    paths = Paths.from_environment()
    if foreground:
        from loopsy_daemon.service.main import run

        _check_can_start(paths)
        return run(paths.home)
    show(_start(paths), as_json=as_json)
    return 0


def stop(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask, whatever runs.")] = False,
    as_json: JsonOption = False,
) -> None:
    """End the daemon and the programs of all sessions.

    In a terminal it asks first if programs run. `loopsy restart` lets them go on.
    """
    from loopsy_daemon.cli import background
    from loopsy_daemon.cli.render import show

    paths = Paths.from_environment()
    if not yes and not as_json and sys.stdin.isatty() and sys.stderr.isatty():
        running = background.running_programs(paths)
        if running and not typer.confirm(f"{count(running, 'program')} will end. Stop all the same?", err=True):
            raise LoopsyError("Nothing was ended.")
    show(background.stop(paths), as_json=as_json)


def restart(as_json: JsonOption = False) -> None:
    """End the daemon and start it again; the programs of its sessions go on."""
    from loopsy_daemon.cli import background
    from loopsy_daemon.cli.render import show

    paths = Paths.from_environment()
    _check_can_start(paths)  # before the running one is ended
    background.end_daemon(paths)
    show(_start(paths), as_json=as_json)


def status(as_json: JsonOption = False) -> int:
    """Tell how the daemon, its relay and its phones are.

    The exit status is 3 if the daemon does not run.
    """
    from loopsy_daemon import __version__, config
    from loopsy_daemon.cli.daemon import read_status
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import RelayState, StatusResult

    paths = Paths.from_environment()
    loaded = config.load_with_warnings(paths.config)
    report = read_status(paths)
    relay = loaded.config.relay
    state = None if relay is None else RelayState(url=relay.url, device_id=relay.device_id)
    if report is None:
        result = StatusResult(
            running=False,
            home=str(paths.home),
            name=loaded.config.name,
            version=__version__,
            relay=state,
            unknown_config_keys=loaded.unknown_keys,
        )
    else:
        if report.relay is not None:
            link = report.relay
            state = RelayState(link.url, link.device_id, link.state, link.since, link.last_error)
        result = StatusResult(
            running=True,
            home=report.home,
            name=loaded.config.name,
            version=report.version,
            pid=report.pid,
            started_at=report.started_at,
            sessions=report.sessions,
            phones=report.phones,
            phones_online=report.phones_online,
            relay=state,
            unknown_config_keys=loaded.unknown_keys,
        )
    show(result, as_json=as_json)
    return 0 if report is not None else DaemonNotRunning.exit_code


def _start(paths: Paths) -> "Started":
    from loopsy_daemon.cli import background
    from loopsy_daemon.cli.results import Started

    pid = background.running_pid(paths)
    if pid is not None:
        return Started(pid=pid, already_running=True)
    _check_can_start(paths)
    return Started(pid=background.start_in_background(paths), already_running=False)


def _check_can_start(paths: Paths) -> None:
    """Raise what would end the daemon at once, where the person sees it and not only the log does."""
    from loopsy_daemon import config, keys

    keys.open_store(paths, config.load(paths.config)).get(keys.DEVICE_KEY)
