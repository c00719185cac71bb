"""Requests that only the laptop's own clients may make: status, pairing, phones, relay, texts, recordings, shutdown."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from loopsy_daemon import __version__
from loopsy_daemon.errors import LoopsyError, RelayError
from loopsy_daemon.paths import Paths
from loopsy_daemon.relay.pairing import PairingDesk
from loopsy_daemon.service.dashboard_service import DashboardService
from loopsy_daemon.service.events import Events
from loopsy_daemon.service.lan_service import LanService
from loopsy_daemon.service.own_exchange import OwnExchange
from loopsy_daemon.service.own_tools import OwnTools
from loopsy_daemon.service.recordings import Recordings
from loopsy_daemon.service.relay_service import RelayService
from loopsy_daemon.service.served_client import ServedClient
from loopsy_daemon.service.session_text import SessionText
from loopsy_daemon.sessions.registry import Registry
from loopsy_daemon.wire import messages
from loopsy_daemon.wire.messages import PhoneListing
from loopsy_daemon.wire.pairing import OpenPairing


class LocalRequests:
    """Answers them; `shutdown` is called when a client asks for the end."""

    def __init__(
        self,
        *,
        paths: Paths,
        registry: Registry,
        relay: RelayService,
        events: Events,
        recordings: Recordings,
        lan: LanService,
        exchange: OwnExchange,
        dashboard: DashboardService,
        shutdown: Callable[[], None],
    ) -> None:
        self._paths = paths
        self._registry = registry
        self._relay = relay
        self._events = events
        self._shutdown = shutdown
        self._text = SessionText(registry)
        self._recordings = recordings
        self._lan = lan
        self._exchange = exchange
        self._dashboard = dashboard
        self._own_tools = OwnTools(registry, events)
        self._started_at = time.time()
        self._subscriptions: dict[ServedClient, _Subscription] = {}

    async def __call__(self, client: ServedClient, message: messages.ClientMessage) -> messages.Message:
        """Return the answer. Raises LoopsyError."""
        match message:
            case messages.Status(id=request_id):
                return self._status(request_id)
            case messages.Shutdown(id=request_id):
                self._shutdown()
                return messages.Ok(id=request_id)
            case messages.PairStart():
                return await self._pair(client, message)
            case messages.PairCancel(id=request_id):
                self._relay.relay.desk.cancel()
                return messages.Ok(id=request_id)
            case messages.PhonesList(id=request_id):
                return messages.Phones(id=request_id, phones=self._phones())
            case messages.PhonesRevoke(id=request_id, phone=text):
                await self._revoke(text)
                return messages.Ok(id=request_id)
            case messages.RelayReload(id=request_id):
                await self._relay.reload()
                return messages.Ok(id=request_id)
            case messages.OutputRead():
                return await self._text.read(client, message)
            case messages.RecordStart(id=request_id, session=session):
                return messages.Recording(id=request_id, recording=self._recordings.start(session))
            case messages.RecordStop(id=request_id, session=session):
                return messages.Recording(id=request_id, recording=self._recordings.stop(session))
            case messages.LanReload() | messages.LanShow() | messages.LanPairOpen() | messages.LanPairAnswer():
                return await self._lan.answer(client, message)
            case messages.SessionsAsk():
                return await self._own_tools.answer(message)
            case messages.ExchangeSay() | messages.ExchangeAsk() | messages.ExchangeRead():
                return await self._exchange.answer(client, message)
            case messages.DashboardOpen() | messages.DashboardStop():
                return await self._dashboard.answer(message)
            case messages.Watch(id=request_id):
                self._subscribe(client).sees_everything = True
                return messages.Ok(id=request_id)
            case _:
                raise LoopsyError("This is not a request.")

    def _status(self, request_id: int) -> messages.StatusReport:
        return messages.StatusReport(
            id=request_id,
            version=__version__,
            pid=os.getpid(),
            started_at=self._started_at,
            home=os.fsencode(self._paths.home).decode(errors="replace"),  # on disk a name is any bytes
            sessions=sum(1 for info in self._registry.infos() if info.alive),
            phones=self._relay.phone_count,
            phones_online=self._relay.online_count,
            relay=self._relay.status,
        )

    async def _pair(self, client: ServedClient, request: messages.PairStart) -> messages.PairStarted:
        desk = self._relay.relay.desk
        invitation = await desk.open(request.ttl, request.digits)
        self._subscribe(client).shown = (desk, desk.pairing)
        return messages.PairStarted(
            id=request.id, url=invitation.url, code=invitation.code, expires_at=invitation.expires_at
        )

    def _subscribe(self, client: ServedClient) -> "_Subscription":
        """Return the client's subscription, made at the first request for one and ended with the client."""
        known = self._subscriptions.get(client)
        if known:
            return known
        subscription = self._subscriptions[client] = _Subscription()
        end = self._events.subscribe(partial(subscription.forward, client))

        def gone() -> None:
            end()
            del self._subscriptions[client]
            subscription.end_pairing()

        client.at_end(gone)
        return subscription

    def _phones(self) -> list[PhoneListing]:
        relay = self._relay.relay
        online = relay.channels.online()
        return [
            PhoneListing(
                phone_id=phone.phone_id,
                label=phone.label,
                paired_at=phone.paired_at,
                last_seen_at=phone.last_seen_at,
                online=phone.phone_id in online,
            )
            for phone in relay.phones.all()
        ]

    async def _revoke(self, text: str) -> None:
        relay = self._relay.relay
        found = relay.phones.find(text)
        if not found:
            raise LoopsyError(f"No paired phone is called {text!r}.", "loopsy phone list")
        if len(found) > 1:
            raise LoopsyError(f"{len(found)} phones are called {text!r}.", "name one by its id: loopsy phone list")
        phone = found[0]
        try:
            relay.channels.revoke(phone.phone_id)
        finally:
            self._events.happened("phone.revoked", {"phone_id": phone.phone_id, "label": phone.label})
        try:
            await relay.api.delete_phone(phone.phone_id)
        except RelayError as error:
            raise LoopsyError(
                f"{phone.label} can no longer reach this laptop, but the relay could not be told: {error.message}",
                "it is refused all the same; the relay lists it until you revoke it again while it can be reached",
            ) from error


@dataclass(slots=True)
class _Subscription:
    """One client's view of what happens, however often it asks: each event arrives once."""

    sees_everything: bool = False
    shown: tuple[PairingDesk, OpenPairing | None] | None = None

    def forward(self, client: ServedClient, event: messages.Event) -> None:
        if self.sees_everything or event.name.startswith("pair.") or event.name == "phone.paired":
            client.send(event)

    def end_pairing(self) -> None:
        """End the pairing that this client showed: a code that nobody sees any more must not stay open."""
        if self.shown:
            desk, pairing = self.shown
            if pairing and desk.pairing is pairing:
                desk.cancel()
