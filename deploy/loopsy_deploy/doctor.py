"""What deploying needs, examined one by one: each thing is asked for, and the answer is kept, good or bad."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.paths import Paths
from loopsy_deploy.cloudflare_session import CloudflareSession
from loopsy_deploy.known_relays import KnownRelays
from loopsy_deploy.node import find_node
from loopsy_deploy.observe import read_subdomain
from loopsy_deploy.payload import find_payload
from loopsy_deploy.relay_secrets import open_secret_store
from loopsy_deploy.results import Examined, Finding
from loopsy_deploy.wanted import DEFAULT_NAME
from loopsy_deploy.wrangler.failures import no_subdomain
from loopsy_deploy.wrangler.package import ensure_installed


def examine(
    paths: Paths,
    environment: Mapping[str, str],
    secrets_file: Path | None,
    open_session: Callable[[], CloudflareSession],
    say: Callable[[str], None],
) -> Examined:
    """Ask for everything and return what was found; raises nothing for what is not there."""

    def wrangler() -> str:
        return str(ensure_installed(find_node(environment), say, environment))

    def secrets() -> str:
        open_secret_store(paths, "doctor", DEFAULT_NAME, secrets_file, environment).load()
        return str(secrets_file) if secrets_file else "there is a place for them"

    def relays() -> str:
        return ", ".join(relay.name for relay in KnownRelays(paths.home).all()) or "none yet"

    findings = [
        _finding("relay and app", lambda: f"version {(found := find_payload()).version} in {found.root}"),
        _finding("Node.js", lambda: ".".join(map(str, find_node(environment).version))),
        _finding("wrangler", wrangler),
        _finding("secrets", secrets),
        _finding("relays deployed from here", relays),
    ]
    sessions: list[CloudflareSession] = []

    def login() -> str:
        session = open_session()
        with ExitStack() as unless_accepted:
            unless_accepted.enter_context(session.api)
            session.api.get("list your accounts", "/accounts")  # an account that was named was not asked for
            unless_accepted.pop_all()
        sessions.append(session)
        return f"account {session.account_id}"

    def subdomain() -> str:
        found = read_subdomain(sessions[0].api, sessions[0].account_id)
        if found is None:
            raise no_subdomain()
        return f"{found}.workers.dev"

    findings.append(_finding("login at Cloudflare", login))
    if sessions:
        with sessions[0].api:
            findings.append(_finding("workers.dev", subdomain))
    return Examined(tuple(findings))


def _finding(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except LoopsyError as error:
        return Finding(what, False, error.message, error.hint)
