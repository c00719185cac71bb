"""How a relay is: what is deployed against this installation, what answers, and this machine's phones there."""

import asyncio

from loopsy_daemon import config, keys
from loopsy_daemon.errors import LoopsyError, RelayError
from loopsy_daemon.paths import Paths
from loopsy_daemon.relay.api import RelayApi, RelayHealth, read_health
from loopsy_deploy.cloudflare_session import CloudflareSession
from loopsy_deploy.observe import observe
from loopsy_deploy.payload import Payload
from loopsy_deploy.results import PhonesOf, StatusShown
from loopsy_deploy.wanted import DEPLOYMENT_CHARACTERS, HASH_VARIABLE, VERSION_VARIABLE


def read_relay_status(
    session: CloudflareSession, payload: Payload, paths: Paths, name: str, url: str | None
) -> StatusShown:
    """Look and return what was found; only questions are asked. Raises CloudflareError."""
    observed = observe(session.api, session.account_id, name, None)
    domain = min(observed.domains, default=None)
    address = (url or observed.url(name, domain)) if observed.exists else None
    health, answer = _health(address)
    deployed = observed.variables.get(HASH_VARIABLE, "")
    return StatusShown(
        name=name,
        account_id=session.account_id,
        exists=observed.exists,
        url=address,
        deployed_version=observed.variables.get(VERSION_VARIABLE),
        version=payload.version,
        up_to_date=deployed == payload.bundle_hash,
        health=health,
        serves_deployed=answer is not None and answer.deployment == deployed[:DEPLOYMENT_CHARACTERS],
        secrets=tuple(sorted(observed.secret_names)),
        domains=tuple(sorted(observed.domains)),
        migration_tag=observed.migration_tag,
        phones=_phones(paths, address),
    )


def _health(address: str | None) -> tuple[str, RelayHealth | None]:
    if address is None:
        return "there is nothing to ask", None
    try:
        answer = asyncio.run(read_health(address))
    except RelayError as error:
        return error.message, None
    return f"{answer.status}, version {answer.version}, deployment {answer.deployment}", answer


def _phones(paths: Paths, address: str | None) -> PhonesOf | None:
    """Return this machine's phones if it is registered at that relay and can be recognised there."""
    try:
        current = config.load(paths.config)
        relay = current.relay
        if relay is None or relay.url != address:
            return None
        secret = keys.open_store(paths, current).get(keys.DEVICE_SECRET)
        if secret is None:
            return None
        phones = asyncio.run(RelayApi(relay.url, relay.device_id, secret).list_phones())
    except LoopsyError:
        return None  # the relay's own health tells why, if it is the relay
    return PhonesOf(sum(not phone.pending for phone in phones), sum(phone.online for phone in phones))
