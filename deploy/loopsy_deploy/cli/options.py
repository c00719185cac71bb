"""The options that several commands share, and their values together."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from loopsy_deploy.engine_choice import EngineChoice

NameOption = Annotated[
    str | None, typer.Option("--name", help="The relay's name; the one deployed last if not given.", show_default=False)
]
AccountOption = Annotated[
    str | None, typer.Option("--account", help="The Cloudflare account, by id or name, if the login has several.")
]
DomainOption = Annotated[
    str | None, typer.Option("--domain", help="A domain of a zone on the account that leads to the relay.")
]
UrlOption = Annotated[
    str | None,
    typer.Option("--url", help="Where the relay is reached, if not where Cloudflare says."),
]
OpenOption = Annotated[
    bool | None,
    typer.Option("--open-registration/--closed-registration", help="Whether anybody may register a device."),
]
OriginsOption = Annotated[
    str | None,
    typer.Option("--allowed-origins", "--allowed-origin", help="Further origins of the app, with commas between."),
]
SecretsFileOption = Annotated[
    Path | None, typer.Option("--secrets-file", help="Keep the relay's secrets in this private file, not the keyring.")
]
FreshOption = Annotated[
    bool, typer.Option("--fresh", help="Forget what earlier runs from this home remember.", show_default=False)
]
RotateOption = Annotated[bool, typer.Option("--rotate-secret", help="Make new secrets; paired phones stay paired.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON; asks nothing.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Show what wrangler says.")]
StateOption = Annotated[
    Path | None, typer.Option("--state", help="Where the relay of this machine keeps its state.", show_default=False)
]

EngineOption = Annotated[
    EngineChoice,
    typer.Option(
        "--engine",
        envvar="LOOPSY_ENGINE",
        help="What brings the relay about; auto is the relay's own, and for a new one Pulumi if it is installed.",
    ),
]
StateUrlOption = Annotated[
    str | None,
    typer.Option("--state-url", help="Where Pulumi keeps its state, as s3://bucket; a file in this home if not given."),
]
RateLimitOption = Annotated[
    int | None,
    typer.Option("--rate-limit", min=0, help="With Pulumi: requests of one address at the domain in 10 s; 0 for any."),
]
AccessEmailsOption = Annotated[
    str | None,
    typer.Option("--access-emails", help="With Pulumi: who may open the app at the domain, with commas between."),
]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose on the command line for a relay on Cloudflare."""

    name: str | None = None
    account: str | None = None
    domain: str | None = None
    url: str | None = None
    open_registration: bool | None = None
    allowed_origins: str | None = None
    secrets_file: Path | None = None
    fresh: bool = False
    rotate: bool = False
    yes: bool = False
    as_json: bool = False
    verbose: bool = False
    engine: EngineChoice = "auto"
    state_url: str | None = None
    rate_limit: int | None = None
    access_emails: str | None = None
