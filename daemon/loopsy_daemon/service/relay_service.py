"""The relay as the daemon runs it: link, channels and pairing desk, replaced when the configuration changes."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from loopsy_daemon import config as configuration
from loopsy_daemon import keys
from loopsy_daemon.errors import ConfigError, RelayError
from loopsy_daemon.paths import Paths
from loopsy_daemon.relay.api import RelayApi
from loopsy_daemon.relay.channels import Channels, ClientFactory
from loopsy_daemon.relay.link import RelayLink
from loopsy_daemon.relay.pairing import NoRelay, PairingDesk
from loopsy_daemon.relay.phones import PhoneStore
from loopsy_daemon.relay.usage import DailyUsage
from loopsy_daemon.service.events import Events
from loopsy_daemon.wire import noise
from loopsy_daemon.wire.messages import RelayStatus

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConnectedRelay:
    """What belongs to one relay and one device id."""

    api: RelayApi
    link: RelayLink
    channels: Channels
    desk: PairingDesk
    phones: PhoneStore
    device_id: str
    task: asyncio.Task[None]


class RelayService:
    """At most one relay at a time. `device_changed` is told the device id, or None."""

    def __init__(
        self,
        *,
        paths: Paths,
        device_key: X25519PrivateKey,
        events: Events,
        new_client: ClientFactory,
        device_changed: Callable[[str | None], None],
    ) -> None:
        self._paths: Final = paths
        self._device_key = device_key
        self._events = events
        self._new_client = new_client
        self._device_changed = device_changed
        self.usage: Final = DailyUsage()
        self._relay: ConnectedRelay | None = None
        self._changing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_over = False

    @property
    def relay(self) -> ConnectedRelay:
        """The relay. Raises NoRelay if none is configured."""
        if self._relay is None:
            raise NoRelay
        return self._relay

    @property
    def status(self) -> RelayStatus | None:
        """How the link is, or None without a relay."""
        return self._relay.link.status if self._relay else None

    @property
    def phone_count(self) -> int:
        """The number of paired phones."""
        return len(self._relay.phones) if self._relay else 0

    @property
    def online_count(self) -> int:
        """The number of phones that are connected."""
        return len(self._relay.channels.online()) if self._relay else 0

    def forget(self, phone_id: str, say_goodbye: Callable[[], None]) -> None:
        """End a pairing at the phone's own wish; `say_goodbye` is called once its key is gone, before its channel is.

        Raises LoopsyError if the phone would be back after a restart.
        """
        relay = self.relay
        phone = relay.phones.get(phone_id)
        relay.phones.remove(phone_id)
        self._events.happened("phone.left", {"phone_id": phone_id, "label": phone.label if phone else None})
        say_goodbye()
        relay.channels.revoke(phone_id)
        self._keep(asyncio.get_running_loop().create_task(self._tell_left(relay.api, phone_id)))

    async def _tell_left(self, api: RelayApi, phone_id: str) -> None:
        try:
            await api.delete_phone(phone_id)
        except RelayError as error:  # the phone tells it, too, and is refused here in any case
            _log.info("the relay could not be told that %s has left: %s", phone_id, error)

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def reload(self) -> None:
        """Read the configuration and use the relay that it names. Raises LoopsyError; then the former relay stays.

        It is done even if whoever asked for it goes away: half of it would leave the laptop without a relay.
        """
        task = asyncio.get_running_loop().create_task(self._reload())
        self._keep(task)
        await asyncio.shield(task)

    async def _reload(self) -> None:
        async with self._changing:
            if not self._is_over:
                await self._replace()

    async def _replace(self) -> None:
        config = configuration.load(self._paths.config)
        secret = keys.open_store(self._paths, config).get(keys.DEVICE_SECRET) if config.relay else None
        if config.relay and not secret:
            raise ConfigError("The secret of this device at the relay is missing.", "loopsy relay configure https://…")
        if config.relay:
            PhoneStore(self._paths.phones, config.relay.device_id)  # raises while the former relay still runs
        await self._disconnect()
        if config.relay and secret:
            self._relay = self._start(config.relay, secret)
        self._device_changed(config.relay.device_id if config.relay else None)

    async def stop(self) -> None:
        """Close the link and the pairing, for good."""
        async with self._changing:
            self._is_over = True
            await self._disconnect()

    async def _disconnect(self) -> None:
        relay, self._relay = self._relay, None
        if relay is None:
            return
        await relay.desk.close()
        relay.task.cancel()
        await asyncio.gather(relay.task, return_exceptions=True)  # its end is told to the channels

    def _start(self, relay: configuration.RelayConfig, secret: str) -> ConnectedRelay:
        phones = PhoneStore(self._paths.phones, relay.device_id)
        certificate = Path(relay.certificate) if relay.certificate else None
        api = RelayApi(relay.url, relay.device_id, secret, certificate)
        desk = PairingDesk(api, relay.url, noise.public_bytes(self._device_key), self._events.happened)
        channels = Channels(
            device_id=relay.device_id,
            device_key=self._device_key,
            phones=phones,
            desk=desk,
            new_client=self._new_client,
            happened=self._events.happened,
        )
        link = RelayLink(relay.url, relay.device_id, secret, channels, certificate, self.usage)
        channels.use(link)
        task = asyncio.create_task(link.run())
        return ConnectedRelay(api, link, channels, desk, phones, relay.device_id, task)
