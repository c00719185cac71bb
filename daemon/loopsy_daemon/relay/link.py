"""One device's link to its relay: a WebSocket that is kept up, its frames, its presence messages."""

import asyncio
import logging
import random
import ssl
import time
from pathlib import Path
from typing import Any, Final, Protocol

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI, NegotiationError
from websockets.typing import Subprotocol

from loopsy_daemon.relay.address import is_loopback, link_url
from loopsy_daemon.relay.direct_connection import DirectConnection
from loopsy_daemon.relay.trust import trusting_only
from loopsy_daemon.relay.usage import DailyUsage
from loopsy_daemon.wire import control, frames, limits
from loopsy_daemon.wire.backoff import Backoff
from loopsy_daemon.wire.close_codes import RATE_LIMITED_PAUSE_SECONDS, CloseCode
from loopsy_daemon.wire.errors import WireError
from loopsy_daemon.wire.messages import RelayStatus
from loopsy_daemon.wire.turns import Turns

_SUBPROTOCOL: Final = Subprotocol("loopsy.v1")
_OPEN_DEADLINE_SECONDS: Final = 15.0
_CLOSE_DEADLINE_SECONDS: Final = 2.0
# `phones` names every connection of every phone; everything else is far smaller.
_MAX_MESSAGE_BYTES: Final = 1_048_576
# A protocol error is worth another try with a laptop that nobody watches; these are not.
_REFUSALS: Final[dict[int, str]] = {
    CloseCode.REPLACED: "another daemon connected with this device's identity",
    CloseCode.REVOKED: "the relay has revoked this device",
    CloseCode.UNKNOWN: "the relay does not know this device, or its secret has changed",
}
_log = logging.getLogger(__name__)


class LinkEvents(Protocol):
    """What happens on the link, told synchronously and in order."""

    def link_up(self) -> None:
        """The link is connected; connection numbers begin anew."""

    def link_down(self) -> None:
        """The link is gone, and every connection with it."""

    def phone_up(self, conn: int, phone_id: str) -> None:
        """A phone is connected."""

    def phone_down(self, conn: int) -> None:
        """A phone's connection has ended."""

    def frame(self, conn: int, payload: bytes) -> None:
        """A phone sent a frame."""


class RelayLink:
    """Keeps one WebSocket to the relay; `run` never returns, `try_once` raises.

    `certificate` is the only one that the relay may show, if it is self-made; it is read anew for every attempt.
    What the relay is used is counted in `usage`.
    """

    def __init__(
        self,
        url: str,
        device_id: str,
        device_secret: str,
        events: LinkEvents,
        certificate: Path | None = None,
        usage: DailyUsage | None = None,
    ) -> None:
        self._relay_url = url
        self._certificate = certificate if url.startswith("https") else None
        self._device_id = device_id
        self._secret = device_secret
        self._events = events
        self._usage = usage or DailyUsage()
        self.turns = Turns()
        self._socket: DirectConnection | None = None
        self._heard_at = 0.0
        self._up_at: float | None = None
        self._state = "connecting"
        self._since = time.time()
        self._last_error: str | None = None

    @property
    def status(self) -> RelayStatus:
        """How the link is, for the person at the laptop."""
        return RelayStatus(
            url=self._relay_url,
            state=self._state,
            since=self._since,
            device_id=self._device_id,
            last_error=self._last_error,
        )

    def send_frame(self, conn: int, payload: bytes) -> None:
        """Send a frame to a phone; dropped while the link is down, where no phone is connected."""
        self._put(frames.encode_device_frame(conn, payload))

    def close_phone(self, conn: int, code: int, reason: str) -> None:
        """Ask the relay to close a phone's connection."""
        self._put(control.encode_phone_close(conn, code, reason))

    def confirm_phone(self, phone_id: str) -> None:
        """Tell the relay that a phone is paired."""
        self._put(control.encode_phone_confirm(phone_id))

    async def run(self) -> None:
        """Connect, and again whenever the link ends; once the relay refuses this device, wait for ever."""
        backoff = Backoff(random.random)
        while True:
            self._up_at = None
            try:
                await self.try_once()
            except (OSError, TimeoutError, InvalidHandshake, InvalidURI, ConnectionClosed, WireError) as error:
                pause_seconds = self._failed(error)
            except Exception as error:  # noqa: BLE001 - a defect of ours must not cost the person the link
                _log.exception("the link failed")
                pause_seconds = self._failed(error)
            if self._state == "refused":
                _log.error("link refused: %s", self._last_error)
                await asyncio.Event().wait()
            backoff.connection_ended(self._lasted_seconds())
            delay_seconds = max(pause_seconds, backoff.next_delay_seconds())
            _log.info("link ended (%s); next attempt in %.1f s", self._last_error, delay_seconds)
            await asyncio.sleep(delay_seconds)

    async def try_once(self) -> None:
        """Connect and serve one WebSocket until it ends, which raises.

        Raises ConnectionClosed, OSError, TimeoutError, InvalidHandshake, InvalidURI or WireError.
        """
        try:
            await self._serve_socket()
        finally:
            self._went_down()

    async def _serve_socket(self) -> None:
        async with _DirectConnect(
            link_url(self._relay_url, self._device_id),
            subprotocols=[_SUBPROTOCOL, Subprotocol(f"loopsy.bearer.{self._secret}")],
            compression=None,  # ciphertext does not compress
            max_size=_MAX_MESSAGE_BYTES,
            open_timeout=_OPEN_DEADLINE_SECONDS,
            close_timeout=_CLOSE_DEADLINE_SECONDS,
            proxy=None if is_loopback(self._relay_url) else True,
            ssl=self._tls(),
            ping_interval=None,  # the protocol's own ping does not wake the relay
            create_connection=self._new_connection,  # type: ignore[arg-type]  # any callable will do
        ) as socket:
            assert isinstance(socket, DirectConnection)
            if socket.subprotocol != _SUBPROTOCOL:
                raise InvalidHandshake("what answers is not a Loopsy relay")
            socket.send_now(control.PING)  # workerd ends a connection that it refuses only once it has heard from it
            keeping = asyncio.create_task(self._keep_alive(socket))
            try:
                await socket.wait_end()
            finally:
                keeping.cancel()
                await asyncio.gather(keeping, return_exceptions=True)
                self._went_down()  # before the closing handshake, which may take a while

    def _tls(self) -> ssl.SSLContext | bool | None:
        if self._certificate is not None:
            return trusting_only(self._certificate)
        return True if self._relay_url.startswith("https") else None

    def _new_connection(self, *arguments: Any, **options: Any) -> DirectConnection:
        self._heard_at = time.monotonic()
        self._socket = DirectConnection(*arguments, take=self._take, turns=self.turns, **options)
        return self._socket

    def _take(self, message: str | bytes) -> None:
        if self._socket is None:
            return  # the rest of a link that has been given up
        self._heard_at = time.monotonic()
        if isinstance(message, bytes):
            conn, payload = frames.decode_device_frame(message)
            self._usage.message_sent()
            self._events.frame(conn, payload)
        elif message != control.PONG:
            self._control(message)

    def _control(self, text: str) -> None:
        match control.decode_relay_message(text):
            case control.Phones(phones):
                self._went_up()
                for phone in phones:
                    self._events.phone_up(phone.conn, phone.phone_id)
            case control.PhoneUp(conn, phone_id):
                self._usage.connected()
                self._events.phone_up(conn, phone_id)
            case control.PhoneDown(conn):
                self._events.phone_down(conn)
            case None:
                _log.debug("the relay said something that this version does not know")

    async def _keep_alive(self, socket: DirectConnection) -> None:
        pinged_at = time.monotonic()
        unanswered = 1  # the ping that opened the link
        while True:
            due = max(self._heard_at, pinged_at) + limits.PING_INTERVAL_SECONDS
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if self._heard_at > pinged_at:
                unanswered = 0
            if time.monotonic() < self._heard_at + limits.PING_INTERVAL_SECONDS:
                continue
            if unanswered >= limits.PINGS_MISSED_BEFORE_DROP:
                socket.fail(ConnectionResetError("the relay does not answer"))
                return
            unanswered += 1
            pinged_at = time.monotonic()
            socket.send_now(control.PING)

    def _put(self, message: str | bytes) -> None:
        if self._state == "connected" and self._socket:
            self._usage.message_sent()
            self._socket.send_now(message)

    def _went_up(self) -> None:
        self._state, self._since, self._last_error = "connected", time.time(), None
        self._up_at = time.monotonic()
        self._usage.connected()
        self._events.link_up()

    def _went_down(self) -> None:
        self._socket = None
        self.turns.link_lost()
        if self._state == "connected":
            self._state, self._since = "connecting", time.time()
            self._events.link_down()

    def _lasted_seconds(self) -> float:
        """Return how long ago the link came up; an attempt that did not get there counts for nothing."""
        return 0.0 if self._up_at is None else time.monotonic() - self._up_at

    def _failed(self, error: Exception) -> float:
        """Remember why; return the least pause before the next attempt."""
        self._last_error = _reason(error)
        code = error.rcvd.code if isinstance(error, ConnectionClosed) and error.rcvd else None
        refusal = _REFUSALS.get(code) if code is not None else None
        if refusal:
            self._state, self._since, self._last_error = "refused", time.time(), refusal
        limited = code == CloseCode.RATE_LIMITED or (
            isinstance(error, InvalidStatus) and error.response.status_code == 429
        )
        return RATE_LIMITED_PAUSE_SECONDS if limited else 0.0


class _DirectConnect(connect):
    """Connects to the address that it was given and to no other: a relay does not redirect."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Return the error: the secret is for the relay alone, and the relay must not choose whom we call."""
        return exc


def _reason(error: Exception) -> str:
    if isinstance(error, ConnectionClosed):
        close = error.rcvd
        return f"closed by the relay with {close.code}" if close else "the connection was lost"
    if isinstance(error, InvalidStatus):
        return f"the relay answered {error.response.status_code}"
    if isinstance(error, NegotiationError):
        return "what answers is not a Loopsy relay"  # its own text may quote the secret that we offered
    return str(error) or type(error).__name__
