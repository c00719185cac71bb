"""What is asked before a deployment, where somebody is there to answer; an empty line takes what is shown."""

from dataclasses import replace

from loopsy_daemon.paths import Paths
from loopsy_deploy.cli.confirm import ask
from loopsy_deploy.cli.options import Choices
from loopsy_deploy.known_relays import KnownRelays
from loopsy_deploy.wanted import DEFAULT_NAME, check_domain, check_name


def ask_what_is_missing(choices: Choices) -> Choices:
    """Return the choices with a name, and with a domain for a relay that is new. Raises UsageError for bad answers.

    Another name than the one that is offered is another relay, with secrets of its own.
    """
    relays = KnownRelays(Paths.from_environment().home)
    known = None if choices.fresh else relays.find(choices.name)
    name = choices.name or check_name(ask("Name of the relay", known.name if known else DEFAULT_NAME))
    is_new = choices.fresh or relays.find(name) is None
    domain = choices.domain
    if domain is None and is_new:
        answer = ask("Domain of yours that leads to it (empty: only its workers.dev address)", "")
        domain = check_domain(answer) if answer else None
    return replace(choices, name=name, domain=domain)
