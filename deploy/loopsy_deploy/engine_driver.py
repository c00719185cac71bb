"""The driver of the Pulumi program's script resource: wrangler, in the process where Pulumi keeps the resource."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.paths import Paths
from loopsy_deploy.apply import keep_secrets
from loopsy_deploy.cloudflare_session import CloudflareSession, SessionOpener
from loopsy_deploy.deployment import Request, prepare
from loopsy_deploy.known_relays import KnownRelays
from loopsy_deploy.observe import find_zone, observe
from loopsy_deploy.payload import find_payload
from loopsy_deploy.wanted import HASH_VARIABLE, Wanted, check_domain, check_name
from loopsy_deploy.wrangler.configuration import render
from loopsy_infra.relay_script import DeployedScript, ScriptFailed
from loopsy_infra.settings import HandSettings, RelaySettings, ScriptSettings

ENTRY: Final = "loopsy_deploy.engine_driver:WranglerDriver"
LATER: Final = "made when it is uploaded"
"""Stands for a secret in a preview, which makes none."""


class WranglerDriver:
    """Puts scripts on the account that the environment has a login for. Every call raises ScriptFailed."""

    def deploy(self, name: str, account_id: str, script: ScriptSettings) -> str:
        """Upload this installation's script, which must be the one that is wanted; return the version's id."""
        with _opened(account_id) as session:
            payload = find_payload()
            if payload.bundle_hash != script.bundle_hash:
                raise LoopsyError("This installation has another bundle than was planned.", "run this again")
            observed = observe(session.api, account_id, name, None)
            if observed.exists and not observed.is_relay:
                raise LoopsyError(f"The Worker {name} is no Loopsy relay.", "choose another name")
            wanted = Wanted(name, account_id, None, payload.version, payload.bundle_hash, script.variables)
            return session.wrangler().deploy(render(payload, wanted), script.secrets).version_id

    def read(self, name: str, account_id: str) -> DeployedScript | None:
        """Return the script as it is deployed, or None if there is none."""
        with _opened(account_id) as session:
            observed = observe(session.api, account_id, name, None)
        if not observed.exists:
            return None
        return DeployedScript(observed.variables.get(HASH_VARIABLE, ""), observed.variables, observed.workers_dev)

    def delete(self, name: str, account_id: str) -> None:
        """Delete the script with everything that its objects store; it need not be there."""
        with _opened(account_id) as session:
            observed = observe(session.api, account_id, name, None)
            if observed.exists and not observed.is_relay:
                raise LoopsyError(f"The Worker {name} is no Loopsy relay.", "delete it in Cloudflare's dashboard")
            if observed.exists:
                session.wrangler().delete(name)

    def describe(self, wanted: HandSettings, entry: str, *, preview: bool) -> tuple[RelaySettings, ScriptSettings]:
        """Return what `pulumi up` by hand is to bring about; a preview makes and keeps no secret."""
        name = check_name(wanted.name)
        domain = check_domain(wanted.domain) if wanted.domain else None
        paths = Paths.from_environment()
        known = KnownRelays(paths.home).find(name)
        file = wanted.secrets_file or (known.secrets_file if known else None)
        with _opened(wanted.account or (known.account_id if known else None)) as session:
            request = Request(name, domain, wanted.open_registration, wanted.allowed_origins)
            deployment = prepare(
                session, find_payload(), paths, request, known, Path(file).absolute() if file else None, _say
            )
            zone_id = find_zone(session.api, session.account_id, domain) if domain else None
        names = {name for step in deployment.plan.steps for name in step.secret_names}
        secrets = dict.fromkeys(names, LATER)
        if names and not preview:
            kept = keep_secrets(deployment.store())
            secrets = {name: kept[name] for name in names if name in kept}
        relay = RelaySettings(name, session.account_id, entry, domain, zone_id, wanted.rate_limit, wanted.access_emails)
        return relay, ScriptSettings(deployment.wanted.bundle_hash, deployment.wanted.variables, secrets)


@contextmanager
def _opened(account: str | None) -> Iterator[CloudflareSession]:
    """Open a session with the login that the environment has; what goes wrong becomes Pulumi's error."""
    # What Pulumi needs, its passphrase for one, is none of wrangler's business.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
    try:
        session = SessionOpener(environment, _say).open(account)
        with session.api:
            yield session
    except LoopsyError as error:
        raise ScriptFailed(f"{error.message}\nhint: {error.hint}" if error.hint else error.message) from None


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
