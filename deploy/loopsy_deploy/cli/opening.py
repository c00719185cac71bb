"""From what was chosen on the command line to a session at Cloudflare and the relay that is meant."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loopsy_daemon.cli.relay import normalise_url
from loopsy_daemon.errors import UsageError
from loopsy_daemon.paths import Paths
from loopsy_deploy.cli.options import Choices
from loopsy_deploy.cloudflare_session import CloudflareSession, SessionOpener
from loopsy_deploy.deployment import Deployment, Request, prepare
from loopsy_deploy.engine import Engine
from loopsy_deploy.known_relays import KnownRelay, KnownRelays
from loopsy_deploy.payload import find_payload
from loopsy_deploy.wanted import DEFAULT_NAME, check_domain, check_name


@dataclass(frozen=True, slots=True)
class Opened:
    """The relay that is meant, what this home knows of it, and the session to ask about it."""

    session: CloudflareSession
    paths: Paths
    name: str
    known: KnownRelay | None
    url: str | None
    secrets_file: Path | None


def say(line: str) -> None:
    """Tell a person what happens, beside what was asked for."""
    print(line, file=sys.stderr, flush=True)


def can_ask(choices: Choices) -> bool:
    """Say whether somebody is there to answer."""
    return not choices.yes and not choices.as_json and sys.stdin.isatty() and sys.stderr.isatty()


@contextmanager
def opened(choices: Choices) -> Iterator[Opened]:
    """Open a session for the relay that is named, or was deployed last. Raises LoopsyError."""
    paths = Paths.from_environment()
    known = None if choices.fresh else KnownRelays(paths.home).find(choices.name)
    name = check_name(choices.name or (known.name if known else DEFAULT_NAME))
    choose = _choose_account if can_ask(choices) else None
    opener = SessionOpener(os.environ, say, choose, verbose=choices.verbose)
    session = opener.open(choices.account or (known.account_id if known else None))
    if known is not None and known.account_id != session.account_id:
        known = KnownRelays(paths.home).find(name, session.account_id)  # of the same name, and another relay
    url = normalise_url(choices.url) if choices.url else (known.url if known else None)
    with session.api:
        yield Opened(session, paths, name, known, url, secrets_file_of(choices, known))


def prepared(opened_relay: Opened, choices: Choices, engine: Engine | None) -> Deployment:
    """Return the deployment that the choices ask for, with its plan. Raises LoopsyError."""
    known = opened_relay.known
    domain = check_domain(choices.domain) if choices.domain else (known.domain if known else None)
    origins = choices.allowed_origins
    request = Request(
        name=opened_relay.name,
        domain=domain,
        open_registration=choices.open_registration,
        allowed_origins=None if origins is None else _origins(origins),
        rotate=choices.rotate,
        url=normalise_url(choices.url) if choices.url else None,
    )
    return prepare(
        opened_relay.session, find_payload(), opened_relay.paths, request, known, opened_relay.secrets_file, say, engine
    )


def secrets_file_of(choices: Choices, known: KnownRelay | None) -> Path | None:
    """Return the file that keeps the relay's secrets, as chosen now or when it was deployed."""
    if choices.secrets_file is not None:
        return choices.secrets_file.absolute()
    return Path(known.secrets_file) if known is not None and known.secrets_file is not None else None


def _origins(text: str) -> tuple[str, ...]:
    return tuple(normalise_url(part.strip()) for part in text.split(",") if part.strip())


def _choose_account(accounts: Mapping[str, str]) -> str:
    numbered = list(accounts)
    for number, account_id in enumerate(numbered, 1):
        say(f"{number}. {accounts[account_id]} ({account_id})")
    print("Which account? ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip()
    if not answer.isdecimal() or not 1 <= int(answer) <= len(numbered):
        raise UsageError("That is none of the numbers.", "loopsy-deploy-relay --account ID")
    return numbered[int(answer) - 1]
