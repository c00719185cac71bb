"""`destroy`: the relay, its secrets here and what this home remembers of it, once a person has typed its name."""

from contextlib import suppress

from loopsy_daemon.errors import LoopsyError, SecretsUnavailable, UsageError
from loopsy_deploy.cli.confirm import ask
from loopsy_deploy.cli.engines import engine_of
from loopsy_deploy.cli.opening import can_ask, opened, say
from loopsy_deploy.cli.options import Choices
from loopsy_deploy.known_relays import KnownRelays
from loopsy_deploy.observe import observe
from loopsy_deploy.relay_secrets import open_secret_store
from loopsy_deploy.render import show
from loopsy_deploy.results import Destroyed


def destroy(choices: Choices) -> None:
    """Delete the relay. Raises LoopsyError."""
    if not choices.yes and not can_ask(choices):
        raise UsageError("Nobody is there to confirm that the relay is to be deleted.", "add --yes")
    with opened(choices) as relay:
        account_id = relay.session.account_id
        observed = observe(relay.session.api, account_id, relay.name, None)
        if observed.exists and not observed.is_relay:
            raise LoopsyError(f"The Worker {relay.name} is no Loopsy relay.", "delete it in Cloudflare's dashboard")
        engine = engine_of(relay, choices)
        if observed.exists and not choices.yes:
            say(f"This deletes {relay.name} ({relay.url}) with every machine and phone that it knows.")
            if ask("Type its name to go on", "") != relay.name:
                say("Nothing was changed.")
                return
        existed = observed.exists
        if engine is not None and engine.destroy():
            observed = observe(relay.session.api, account_id, relay.name, None)  # the stack may not have had the script
        if observed.exists:
            relay.session.wrangler().delete(relay.name)
        with suppress(SecretsUnavailable):  # without a place for secrets there are none to forget
            open_secret_store(relay.paths, account_id, relay.name, relay.secrets_file).forget()
        KnownRelays(relay.paths.home).forget(account_id, relay.name)
        show(Destroyed(relay.name, account_id, existed), as_json=choices.as_json)
