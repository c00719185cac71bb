"""The program `loopsy`: its commands, and what a person sees when one fails."""

import os
import sys
from typing import Annotated

import typer

from loopsy_daemon import __version__
from loopsy_daemon.cli import (
    commands,
    completion,
    connect,
    context,
    dashboard,
    executing,
    lan,
    lan_pairing,
    lifecycle,
    listing_files,
    logs,
    mcp_commands,
    message,
    mobile,
    moving_files,
    output,
    peers,
    phone,
    recordings,
    relay,
    session_commands,
    session_io,
    sessions,
    setup,
    task,
)
from loopsy_daemon.cli.text import printable
from loopsy_daemon.errors import LoopsyError

PROGRAM = "loopsy"
EPILOG = (
    "Exit status: 0 done, 1 it failed, 2 wrong use, 3 the daemon is not running, 130 interrupted; "
    "shell and attach end with the status of the program. "
    "LOOPSY_HOME names the directory of everything (~/.loopsy)."
)

app = typer.Typer(
    name=PROGRAM,
    help="Your terminals on your phone, through a relay of your own that cannot read them.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
setup.register(app)
lifecycle.register(app)
sessions.register(app)
output.register(app)
app.add_typer(recordings.app)
app.add_typer(commands.app)
app.add_typer(relay.app)
app.add_typer(mobile.app)
app.add_typer(phone.app)
connect.register(app)
lan_pairing.register(app)
app.add_typer(peers.app)
app.add_typer(lan.app)
executing.register(app)
app.add_typer(context.app)
app.add_typer(message.app)
app.add_typer(task.app)
session_io.register(session_commands.app)
app.add_typer(session_commands.app)
app.add_typer(mcp_commands.app)
dashboard.register(app)
moving_files.register(app)
listing_files.register(app)
logs.register(app)
completion.register(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    del version  # its callback has done everything


def main() -> None:
    """Run the command line and end the process with its exit status."""
    sys.exit(_run())


def _run() -> int:
    if sys.stdout is None:  # closed by whoever started us, who does not want to hear anything
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    completion.prepare()
    try:
        status = app(prog_name=PROGRAM, standalone_mode=False)
    except LoopsyError as error:
        _complain(error.message, error.hint)
        return error.exit_code
    except typer.TyperException as error:
        return _complain_about_use(error)
    except typer.Abort:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; leave nothing for Python to flush into the closed pipe.
        sys.stdout = None
        return 1
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        _complain(f"{error.strerror or error}{where}.", None)
        return 1
    return status if isinstance(status, int) else 0


def _complain_about_use(error: typer.TyperException) -> int:
    message = " ".join(error.format_message().replace("Value error, ", "").split())
    if type(error).__name__ == "NoArgsIsHelpError":  # the message is the help
        typer.echo(error.format_message(), err=True)
    else:
        context = getattr(error, "ctx", None)
        command = PROGRAM if context is None else context.command_path
        _complain(message if message.endswith((".", "?")) else f"{message}.", f"{command} --help")
    return error.exit_code


def _complain(message: str, hint: str | None) -> None:
    """Say what went wrong; parts of it may come from elsewhere, and must not steer the terminal."""
    typer.echo(printable(message), err=True)
    if hint:
        typer.echo(f"hint: {printable(hint)}", err=True)
