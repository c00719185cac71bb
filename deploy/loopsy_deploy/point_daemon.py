"""Offer a deployed relay to this machine's daemon; no phone of another relay is cut off unasked."""

import asyncio
from contextlib import suppress
from typing import Final, Protocol

import msgspec

from loopsy_daemon import config, keys
from loopsy_daemon.cli.daemon import tell_relay_changed
from loopsy_daemon.cli.text import printable
from loopsy_daemon.errors import LoopsyError, RelayError
from loopsy_daemon.paths import Paths
from loopsy_daemon.relay.api import RelayApi, register_device
from loopsy_daemon.relay.phones import PhoneStore
from loopsy_deploy.deployment import Deployment

REGISTRATION_SECRET: Final = "REGISTRATION_SECRET"


class Confirm(Protocol):
    """A yes-or-no question to a person."""

    def __call__(self, question: str, *, default: bool) -> bool:
        """Return the answer."""


def point_daemon(deployment: Deployment, confirm: Confirm | None) -> str:
    """Register this machine at the relay if that is wanted; return what holds now, in one sentence.

    Without somebody to ask, only a machine that was set up and has no relay yet is registered.
    """
    paths, url = deployment.paths, deployment.url
    how = f"loopsy-deploy-relay invite --name {deployment.wanted.name} | loopsy relay configure {url} --invite-file -"
    if confirm is None and not paths.config.exists():
        return f"Register a machine: {how}"
    relay = config.load(paths.config).relay
    if relay is not None and relay.url == url:
        return "This machine uses it already."
    if relay is not None:
        phones = [printable(phone.label) for phone in PhoneStore(paths.phones, relay.device_id).all()]
        paired = f"its phones ({', '.join(phones)}) would have to be paired again" if phones else "no phone is paired"
        note = f"This machine uses {relay.url}; {paired}."
        if confirm is None or not confirm(f"{note} Use {url} instead?", default=not phones):
            return f"{note} To change: loopsy relay unset, then {how}"
    elif confirm is not None and not confirm(f"Register this machine at {url}?", default=True):
        return f"Register a machine: {how}"
    try:
        _register(paths, url, deployment.store().load().get(REGISTRATION_SECRET))
    except LoopsyError as error:  # the relay stands all the same
        return f"This machine is not registered: {error.message}" + (f" ({error.hint})" if error.hint else "")
    return "This machine is registered at it; pair a phone: loopsy mobile pair"


def _register(paths: Paths, url: str, secret: str | None) -> None:
    current = config.load(paths.config)
    store = keys.open_store(paths, current)  # before the relay makes a device whose secret we could not keep
    former_secret = store.get(keys.DEVICE_SECRET)
    registration = asyncio.run(register_device(url, secret))
    store.put(keys.DEVICE_SECRET, registration.device_secret)
    relay = config.RelayConfig(url=url, device_id=registration.device_id)
    config.update(paths.config, lambda former: msgspec.structs.replace(former, relay=relay))
    tell_relay_changed(paths)
    if current.relay is not None and former_secret is not None:
        former = RelayApi(current.relay.url, current.relay.device_id, former_secret)
        with suppress(RelayError):  # a relay that cannot be told forgets this machine after a year
            asyncio.run(former.delete_device())
