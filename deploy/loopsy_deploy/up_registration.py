"""This machine as a device of the local relay: registered once, found again on later runs."""

import msgspec

from loopsy_daemon import config as configuration
from loopsy_daemon import keys
from loopsy_daemon.errors import RelayError
from loopsy_daemon.paths import Paths
from loopsy_daemon.relay.api import RelayApi, register_device

_UNAUTHORIZED = 401


async def ensure_registered(
    paths: Paths, store: keys.SecretStore, relay_url: str, registration_secret: str
) -> configuration.RelayConfig:
    """Return the home's registration at the relay, made if there is none. Raises RelayError, SecretsUnavailable."""
    known = configuration.load(paths.config).relay
    secret = store.get(keys.DEVICE_SECRET) if known else None
    if known and secret and await _is_known(relay_url, known.device_id, secret):
        relay = msgspec.structs.replace(known, url=relay_url)  # the port may have changed
    else:
        registration = await register_device(relay_url, registration_secret)
        store.put(keys.DEVICE_SECRET, registration.device_secret)
        relay = configuration.RelayConfig(url=relay_url, device_id=registration.device_id)
    if relay != known:
        configuration.update(paths.config, lambda former: msgspec.structs.replace(former, relay=relay))
    return relay


async def _is_known(relay_url: str, device_id: str, secret: str) -> bool:
    try:
        await RelayApi(relay_url, device_id, secret).list_phones()
    except RelayError as error:
        if error.status == _UNAUTHORIZED:
            return False
        raise
    return True
