"""From what was chosen on the command line to the engine of a relay; Pulumi is installed if a person agrees."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from loopsy_daemon.errors import UsageError
from loopsy_deploy.cli.confirm import confirm
from loopsy_deploy.cli.opening import Opened, can_ask, say
from loopsy_deploy.cli.options import Choices
from loopsy_deploy.engine import choose_engine, find_pulumi, has_packages, pulumi_version
from loopsy_deploy.engine_choice import PULUMI
from loopsy_deploy.errors import EngineProblem

if TYPE_CHECKING:
    from loopsy_deploy.engine_pulumi import PulumiEngine

_SCHEMES = ("file:///", "https://", "s3://", "gs://", "azblob://")


def engine_of(relay: Opened, choices: Choices) -> "PulumiEngine | None":
    """Return Pulumi with the relay's stack, or None for wrangler alone. Raises LoopsyError."""
    chosen = (choices.state_url, choices.rate_limit, choices.access_emails)
    if choose_engine(choices.engine, relay.known, os.environ) != PULUMI:
        if any(value is not None for value in chosen):
            raise UsageError("--state-url, --rate-limit and --access-emails are for Pulumi.", "add --engine pulumi")
        return None
    if not has_packages():
        raise EngineProblem(
            "Pulumi's Python packages are not installed.", f"{sys.executable} -m pip install 'loopsy[pulumi]'"
        )
    program = find_pulumi(os.environ) or install(choices)
    from loopsy_deploy.engine_pulumi import PulumiEngine, Surroundings, open_pulumi

    emails = choices.access_emails
    return PulumiEngine(
        session=relay.session,
        paths=relay.paths,
        relay_name=relay.name,
        state_url=_state_url(choices) or (relay.known.state_url if relay.known else None),
        secrets_file=relay.secrets_file,
        surroundings=Surroundings(
            choices.rate_limit,
            None if emails is None else tuple(email.strip() for email in emails.split(",") if email.strip()),
        ),
        command=open_pulumi(program),
        say=say,
    )


def _state_url(choices: Choices) -> str | None:
    url = choices.state_url
    if url is not None and not url.startswith(_SCHEMES):
        raise UsageError(
            "That is no place for Pulumi's state.", f"--state-url with one of: {', '.join(_SCHEMES)} and what follows"
        )
    return url


def install(choices: Choices) -> Path:
    """Install Pulumi's command line program, which is Pulumi's own download, and return it."""
    root = Path.home() / ".pulumi" / "versions" / pulumi_version()
    if can_ask(choices):
        if not confirm(f"Pulumi is not installed. Download it from get.pulumi.com into {root}?", default=True):
            raise EngineProblem("Pulumi is not installed.", "loopsy-deploy-relay --engine wrangler")
    elif not choices.yes:
        raise EngineProblem(
            "Pulumi is not installed.", "loopsy-deploy-relay --engine pulumi --yes downloads it from get.pulumi.com"
        )
    from loopsy_deploy.engine_pulumi import install_pulumi

    install_pulumi(root, say)
    return root / "bin" / "pulumi"
