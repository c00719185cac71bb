"""`invite`: for the relay that was deployed last, a named one, or the one on this machine."""

from pathlib import Path

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.paths import Paths
from loopsy_deploy.cli.opening import secrets_file_of
from loopsy_deploy.cli.options import Choices
from loopsy_deploy.invite import make_invite
from loopsy_deploy.known_relays import KnownRelay, KnownRelays
from loopsy_deploy.local_state import LocalState
from loopsy_deploy.relay_secrets import open_secret_store


def invite(choices: Choices, state: Path | None) -> None:
    """Print an invite. Raises LoopsyError without a relay whose registration secret is here."""
    paths = Paths.from_environment()
    known = KnownRelays(paths.home).find(choices.name) if state is None else None
    if known is None and choices.name is not None:
        raise LoopsyError(f"No relay {choices.name} was deployed from here.", "loopsy-deploy-relay")
    print(make_invite(_deployed_secret(paths, known, choices) if known else _local_secret(paths, state)))


def _deployed_secret(paths: Paths, known: KnownRelay, choices: Choices) -> str:
    file = secrets_file_of(choices, known)
    secret = open_secret_store(paths, known.account_id, known.name, file).load().get("REGISTRATION_SECRET")
    if secret is None:
        raise LoopsyError(
            f"The registration secret of {known.name} is not on this machine.",
            "run this where the relay was deployed from, or with its --secrets-file",
        )
    return secret


def _local_secret(paths: Paths, state: Path | None) -> str:
    directory = state or paths.home / "local-relay"
    if not directory.is_dir():
        raise LoopsyError(f"There is no relay in {directory}.", "loopsy-deploy-relay --local")
    return LocalState(directory).secrets().registration
