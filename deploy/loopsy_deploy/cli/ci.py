"""`loopsy-deploy-relay ci …`: what makes a pipeline that deploys a relay, and what that pipeline calls."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from loopsy_deploy.cli.options import NameOption

if TYPE_CHECKING:
    from loopsy_deploy.ci_pipeline import Pipeline

app = typer.Typer(name="ci", help="Deploy from GitHub or GitLab.", no_args_is_help=True)


@app.command()
def init(
    provider: Annotated[Literal["github", "gitlab"], typer.Option("--provider", help="Whose pipeline.")] = "github",
    on: Annotated[Literal["main", "tags"], typer.Option("--on", help="Deploy changes of main, or tags v….")] = "main",
    name: NameOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file also if it was changed by hand.")] = False,
    stdout: Annotated[bool, typer.Option("--stdout", help="Print the file, write nothing.")] = False,
) -> None:
    """Write the pipeline that previews, deploys and verifies the relay, and say what it needs."""
    from loopsy_daemon import __version__
    from loopsy_daemon.paths import Paths
    from loopsy_deploy.ci_file import put_pipeline
    from loopsy_deploy.ci_pipeline import Pipeline
    from loopsy_deploy.known_relays import KnownRelays
    from loopsy_deploy.wanted import DEFAULT_NAME, check_name

    known = KnownRelays(Paths.from_environment().home).find(name)
    pipeline = Pipeline(provider, check_name(name or (known.name if known else DEFAULT_NAME)), on, __version__)
    if stdout:
        print(pipeline.text(), end="")
    else:
        path, change = put_pipeline(pipeline, Path.cwd(), force=force)
        print(f"{path} is {change}.")
    for line in _needs(pipeline, known.account_id if known else None):
        print(line, file=sys.stderr)


@app.command()
def comment(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="The comment's text, in Markdown.")
    ],
    name: NameOption = None,
) -> None:
    """Write the file as a comment on this job's pull request, or update the comment; for the pipeline on GitHub."""
    import os

    from loopsy_deploy.ci_comment import comment as write_comment
    from loopsy_deploy.wanted import DEFAULT_NAME

    print(write_comment(file.read_text(encoding="utf-8"), name or DEFAULT_NAME, os.environ))


def _needs(pipeline: "Pipeline", account_id: str | None) -> list[str]:
    from loopsy_deploy.wrangler.failures import TOKEN_PAGE

    account = account_id or "ACCOUNT_ID"
    lines = [
        f"It updates {pipeline.name}, whose secrets stay as they are deployed. Make a relay that is new from here:",
        f"  loopsy-deploy-relay --name {pipeline.name}",
        "It needs an API token with Workers Scripts: Edit and Account Settings: Read, for this account alone:",
        f"  {TOKEN_PAGE}",
    ]
    if pipeline.provider == "github":
        lines += [
            "Set the token (you are asked for it) and the account:",
            "  gh secret set CLOUDFLARE_API_TOKEN",
            f"  gh variable set CLOUDFLARE_ACCOUNT_ID --body {account}",
        ]
    else:
        lines += [
            "Set them under Settings, CI/CD, Variables:",
            "  CLOUDFLARE_API_TOKEN, masked and hidden",
            f"  CLOUDFLARE_ACCOUNT_ID = {account}",
            "Include the file in .gitlab-ci.yml:",
            "  include:",
            f"    - local: {pipeline.path.as_posix()}",
        ]
    if "dev" in pipeline.version:
        lines.append(f"Loopsy {pipeline.version} is under development: publish it first, for the pipeline installs it.")
    return lines
