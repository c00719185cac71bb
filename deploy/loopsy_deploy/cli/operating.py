"""`rollback`, `logs` and `doctor`: what one does with a relay that is there, or cannot be deployed."""

import os

from loopsy_daemon.paths import Paths
from loopsy_deploy.cli.confirm import confirm
from loopsy_deploy.cli.opening import can_ask, opened, say
from loopsy_deploy.cli.options import Choices
from loopsy_deploy.cloudflare_session import CloudflareSession, SessionOpener
from loopsy_deploy.doctor import examine
from loopsy_deploy.known_relays import KnownRelays
from loopsy_deploy.render import show
from loopsy_deploy.rollback import roll_back


def rollback(choices: Choices, version_id: str | None) -> None:
    """Serve an earlier version again."""
    with opened(choices) as relay:
        if can_ask(choices) and not confirm(f"Let {relay.name} serve an earlier version?", default=True):
            say("Nothing was changed.")
            return
        done = roll_back(relay.session.api, relay.session.account_id, relay.name, version_id)
        show(done, as_json=choices.as_json)


def logs(choices: Choices) -> int:
    """Show the relay's events as they happen; return wrangler's exit status."""
    with opened(choices) as relay:
        say(f"Events of {relay.name}; Ctrl-C ends this.")
        return relay.session.wrangler().tail(relay.name, as_json=choices.as_json)


def doctor(choices: Choices) -> int:
    """Examine what deploying needs; return 1 if something is not there."""
    paths = Paths.from_environment()

    def open_session() -> CloudflareSession:
        known = KnownRelays(paths.home).find(choices.name)
        opener = SessionOpener(os.environ, say, None, verbose=choices.verbose)
        return opener.open(choices.account or (known.account_id if known else None))

    file = choices.secrets_file.absolute() if choices.secrets_file else None
    found = examine(paths, os.environ, file, open_session, say)
    show(found, as_json=choices.as_json)
    return int(not all(finding.good for finding in found.findings))
