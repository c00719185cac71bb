"""How a relay is: what is deployed against this installation, what answers, and this machine's phones there."""

import asyncio

from loopsy_daemon import config, keys
from loopsy_daemon.errors import LoopsyError, RelayError
from loopsy_daemon.paths import Paths
from loopsy_daemon.relay.api import RelayApi, RelayHealth, read_health
from loopsy_deploy.cloudflare_session import CloudflareSession
from loopsy_deploy.errors import CloudflareError
from loopsy_deploy.known_relays import KnownRelay
from loopsy_deploy.observe import observe
from loopsy_deploy.payload import Payload
from loopsy_deploy.results import PhonesOf, StatusShown
from loopsy_deploy.usage import Usage, count_devices, find_namespace, read_usage
from loopsy_deploy.wanted import DEPLOYMENT_CHARACTERS, HASH_VARIABLE, VERSION_VARIABLE


def read_relay_status(
    session: CloudflareSession, payload: Payload, paths: Paths, name: str, known: KnownRelay | None, url: str | None
) -> StatusShown:
    """Look and return what was found; only questions are asked. Raises CloudflareError."""
    observed = observe(session.api, session.account_id, name, None)
    domain = min(observed.domains, default=None)
    address = (url or observed.url(name, domain)) if observed.exists else None
    health, answer = _health(address)
    deployed = observed.variables.get(HASH_VARIABLE, "")
    devices, usage, problem = _use(session, name) if observed.exists else (None, None, None)
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
        engine=known.engine if known else None,
        phones=_phones(paths, address),
        devices=devices,
        usage=usage,
        usage_problem=problem,
    )


def _use(session: CloudflareSession, name: str) -> tuple[int | None, Usage | None, str | None]:
    """Return the number of devices, today's use, and why something of them is missing."""
    devices = None
    try:
        namespace = find_namespace(session.api, session.account_id, name)
        if namespace is not None:
            devices = count_devices(session.api, session.account_id, namespace)
        return devices, read_usage(session.api, session.account_id, name, namespace), None
    except CloudflareError as error:  # the rest of the status does not depend on it
        return devices, None, f"{error.message}" + (f" ({error.hint})" if error.hint else "")


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
