"""The commands of `loopsy-deploy-relay` and what a person sees when one fails; each imports its work when it runs."""

import signal
import sys
from types import FrameType
from typing import Annotated, NoReturn

import typer

from loopsy_daemon.errors import LoopsyError
from loopsy_deploy.cli import ci
from loopsy_deploy.cli.local import HostOption, PortOption
from loopsy_deploy.cli.local import app as local_app
from loopsy_deploy.cli.options import (
    AccessEmailsOption,
    AccountOption,
    Choices,
    DomainOption,
    EngineOption,
    FreshOption,
    JsonOption,
    NameOption,
    OpenOption,
    OriginsOption,
    RateLimitOption,
    RotateOption,
    SecretsFileOption,
    StateOption,
    StateUrlOption,
    UrlOption,
    VerboseOption,
    YesOption,
)

PROGRAM = "loopsy-deploy-relay"
EPILOG = (
    "Exit status: 0 done, 1 it failed, 2 wrong use, 130 interrupted; verify ends with 1 where something differs. "
    "CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID are used if they are set; else you are asked to log in."
)
SIGNALLED_STATUS = 128

app = typer.Typer(
    name=PROGRAM,
    epilog=EPILOG,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(ci.app)


@app.callback(invoke_without_command=True)
def relay(
    context: typer.Context,
    name: NameOption = None,
    domain: DomainOption = None,
    account: AccountOption = None,
    url: UrlOption = None,
    open_registration: OpenOption = None,
    allowed_origins: OriginsOption = None,
    engine: EngineOption = "auto",
    state_url: StateUrlOption = None,
    rate_limit: RateLimitOption = None,
    access_emails: AccessEmailsOption = None,
    secrets_file: SecretsFileOption = None,
    fresh: FreshOption = False,
    rotate_secret: RotateOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be done, as preview does.")] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    local: Annotated[bool, typer.Option("--local", help="Run the relay on this machine, as local run does.")] = False,
    host: HostOption = None,
    port: PortOption = None,
    state: StateOption = None,
) -> None:
    """Deploy your relay to Cloudflare, or update it: safe to run again, and again."""
    if context.invoked_subcommand:
        return
    if local:
        from loopsy_deploy.cli import running_local

        own = running_local.choices(host, port, allowed_origins=allowed_origins, open_registration=open_registration)
        running_local.run(state, own)
        return
    from loopsy_deploy.cli import deploying

    choices = Choices(
        name=name,
        account=account,
        domain=domain,
        url=url,
        open_registration=open_registration,
        allowed_origins=allowed_origins,
        secrets_file=secrets_file,
        fresh=fresh,
        rotate=rotate_secret,
        yes=yes,
        as_json=as_json,
        verbose=verbose,
        engine=engine,
        state_url=state_url,
        rate_limit=rate_limit,
        access_emails=access_emails,
    )
    (deploying.preview if dry_run else deploying.deploy)(choices)


@app.command()
def preview(
    name: NameOption = None,
    domain: DomainOption = None,
    account: AccountOption = None,
    url: UrlOption = None,
    open_registration: OpenOption = None,
    allowed_origins: OriginsOption = None,
    engine: EngineOption = "auto",
    state_url: StateUrlOption = None,
    rate_limit: RateLimitOption = None,
    access_emails: AccessEmailsOption = None,
    secrets_file: SecretsFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what deploying would do, and why; nothing is changed."""
    from loopsy_deploy.cli import deploying

    deploying.preview(
        Choices(
            name=name,
            account=account,
            domain=domain,
            url=url,
            open_registration=open_registration,
            allowed_origins=allowed_origins,
            engine=engine,
            state_url=state_url,
            rate_limit=rate_limit,
            access_emails=access_emails,
            secrets_file=secrets_file,
            as_json=as_json,
        )
    )


@app.command()
def status(
    name: NameOption = None, account: AccountOption = None, url: UrlOption = None, as_json: JsonOption = False
) -> None:
    """Tell what is deployed, whether it answers, and whether this installation has something newer."""
    from loopsy_deploy.cli import inspecting

    inspecting.status(Choices(name=name, account=account, url=url, as_json=as_json))


@app.command()
def verify(
    name: NameOption = None, account: AccountOption = None, url: UrlOption = None, as_json: JsonOption = False
) -> int:
    """Compare every file that is served with this installation's."""
    from loopsy_deploy.cli import inspecting

    return inspecting.verify(Choices(name=name, account=account, url=url, as_json=as_json))


@app.command()
def invite(name: NameOption = None, secrets_file: SecretsFileOption = None, state: StateOption = None) -> None:
    """Print an invite: for 15 minutes another machine may register at the relay with it."""
    from loopsy_deploy.cli import inviting

    inviting.invite(Choices(name=name, secrets_file=secrets_file), state.absolute() if state else None)


@app.command()
def destroy(
    name: NameOption = None,
    account: AccountOption = None,
    engine: EngineOption = "auto",
    state_url: StateUrlOption = None,
    secrets_file: SecretsFileOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Delete the relay with everything that it stores: its machines and phones must be set up anew elsewhere."""
    from loopsy_deploy.cli import destroying

    destroying.destroy(
        Choices(
            name=name,
            account=account,
            engine=engine,
            state_url=state_url,
            secrets_file=secrets_file,
            yes=yes,
            as_json=as_json,
            verbose=verbose,
        )
    )


@app.command()
def rotate(
    name: NameOption = None,
    account: AccountOption = None,
    engine: EngineOption = "auto",
    state_url: StateUrlOption = None,
    secrets_file: SecretsFileOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Give the relay new secrets; the former ones are accepted for half an hour, and paired phones stay paired."""
    from loopsy_deploy.cli import deploying

    deploying.rotate(
        Choices(
            name=name,
            account=account,
            engine=engine,
            state_url=state_url,
            secrets_file=secrets_file,
            yes=yes,
            as_json=as_json,
            verbose=verbose,
        )
    )


@app.command()
def rollback(
    version: Annotated[
        str | None, typer.Argument(help="The version's id; the one that served before if not given.")
    ] = None,
    name: NameOption = None,
    account: AccountOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let an earlier version serve again."""
    from loopsy_deploy.cli import operating

    operating.rollback(Choices(name=name, account=account, yes=yes, as_json=as_json), version)


@app.command()
def logs(name: NameOption = None, account: AccountOption = None, as_json: JsonOption = False) -> int:
    """Show what happens at the relay, as it happens; Ctrl-C ends it."""
    from loopsy_deploy.cli import operating

    return operating.logs(Choices(name=name, account=account, as_json=as_json))


@app.command()
def doctor(account: AccountOption = None, secrets_file: SecretsFileOption = None, as_json: JsonOption = False) -> int:
    """Examine what deploying needs, and say what to do about what is not there."""
    from loopsy_deploy.cli import operating

    return operating.doctor(Choices(account=account, secrets_file=secrets_file, as_json=as_json))


app.add_typer(local_app)


def main() -> int:
    """Run; return the exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        result = app(prog_name=PROGRAM, standalone_mode=False)
    except LoopsyError as error:
        print(f"{error}" + (f"\nhint: {error.hint}" if error.hint else ""), file=sys.stderr)
        return error.exit_code
    except typer.TyperException as error:
        message = " ".join(error.format_message().split())
        print(f"{message}\nhint: {PROGRAM} --help", file=sys.stderr)
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        print(f"{error.strerror or error}{where}.", file=sys.stderr)
        return 1
    return result if isinstance(result, int) else 0


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    # Unwinds the stack, so that what was started is ended and what was made for the moment is removed.
    sys.exit(SIGNALLED_STATUS + number)
