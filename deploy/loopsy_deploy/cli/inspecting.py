"""`status` and `verify`: questions that change nothing."""

from loopsy_daemon.errors import LoopsyError
from loopsy_deploy.cli.opening import opened
from loopsy_deploy.cli.options import Choices
from loopsy_deploy.observe import observe
from loopsy_deploy.payload import find_payload
from loopsy_deploy.render import show
from loopsy_deploy.status import read_relay_status
from loopsy_deploy.verify import verify as compare

DIFFERENT = 1


def status(choices: Choices) -> None:
    """Print how the relay is."""
    with opened(choices) as relay:
        found = read_relay_status(relay.session, find_payload(), relay.paths, relay.name, relay.known, relay.url)
        show(found, as_json=choices.as_json)


def verify(choices: Choices) -> int:
    """Compare what is served with this installation; return the exit status."""
    with opened(choices) as relay:
        observed = observe(relay.session.api, relay.session.account_id, relay.name, None)
        url = relay.url or observed.url(relay.name, min(observed.domains, default=None))
        if not observed.exists or url is None:
            raise LoopsyError(f"There is no relay {relay.name} on this account.", "loopsy-deploy-relay")
        found = compare(relay.session.api, find_payload(), relay.session.account_id, relay.name, url)
        show(found, as_json=choices.as_json)
        return DIFFERENT if found.differences else 0
