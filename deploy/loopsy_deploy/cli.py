"""`loopsy-deploy-relay`: a relay of your own on this machine (this version does not deploy to Cloudflare)."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from loopsy_daemon.errors import LoopsyError, UsageError

app = typer.Typer(
    name="loopsy-deploy-relay",
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
StateOption = Annotated[
    Path | None, typer.Option("--state", help="Where the relay keeps its state; LOOPSY_HOME/local-relay if not given.")
]


@app.callback(invoke_without_command=True)
def relay(
    context: typer.Context,
    local: Annotated[bool, typer.Option("--local", help="Run the relay on this machine until Ctrl-C.")] = False,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="The port; 0 takes the last one.")] = 0,
    allowed_origin: Annotated[
        list[str] | None,
        typer.Option("--allowed-origin", help="An address that the app is served at besides the relay's own."),
    ] = None,
    state: StateOption = None,
) -> None:
    """A relay of your own, on plain workerd. Deploying to Cloudflare is not in this version: see docs/operations.md."""
    if context.invoked_subcommand:
        return
    if not local:
        raise UsageError(
            "This version cannot deploy to Cloudflare by itself.",
            "loopsy-deploy-relay --local, or deploy by hand as docs/operations.md says",
        )
    import asyncio

    from loopsy_deploy.run_local import run_local

    asyncio.run(run_local(_state_directory(state), host, port, allowed_origin or []))


@app.command()
def invite(state: StateOption = None) -> None:
    """Print an invite: for 15 minutes another machine may register at the relay on this machine with it."""
    from loopsy_deploy.invite import make_invite
    from loopsy_deploy.local_state import LocalState

    directory = _state_directory(state)
    if not directory.is_dir():
        raise LoopsyError(f"There is no relay in {directory}.", "loopsy-deploy-relay --local")
    print(make_invite(LocalState(directory).secrets().registration))


def _state_directory(state: Path | None) -> Path:
    from loopsy_daemon.paths import Paths

    return state.absolute() if state else Paths.from_environment().home / "local-relay"


def main() -> int:
    """Run; return the exit code."""
    try:
        result = app(standalone_mode=False)
    except LoopsyError as error:
        print(f"{error}" + (f"\nhint: {error.hint}" if error.hint else ""), file=sys.stderr)
        return error.exit_code
    except typer.TyperException as error:
        message = " ".join(error.format_message().split())
        print(f"{message}\nhint: loopsy-deploy-relay --help", file=sys.stderr)
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 130
    return result if isinstance(result, int) else 0


if __name__ == "__main__":
    sys.exit(main())
