"""The channels with the phones: a handshake per connection, then a session-server client behind each."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from loopsy_daemon.relay.pairing import PairingDesk
from loopsy_daemon.relay.phones import PhoneRecord, PhoneStore
from loopsy_daemon.wire import channel, frames, limits
from loopsy_daemon.wire.close_codes import CloseCode
from loopsy_daemon.wire.errors import DecryptionFailed, ProtocolViolation, WireError
from loopsy_daemon.wire.identifiers import decode_base64url, encode_base64url
from loopsy_daemon.wire.messages import PhoneInfo
from loopsy_daemon.wire.pairing import OpenPairing
from loopsy_daemon.wire.turns import Turns

_log = logging.getLogger(__name__)
# What a relay that keeps to the protocol can have connected at once.
MAX_CONNECTIONS: Final = limits.MAX_CONNECTIONS_PER_PHONE * (limits.MAX_PAIRED_PHONES + limits.MAX_PENDING_PHONES)


class LinkSender(Protocol):
    """The link, as the channels use it."""

    @property
    def turns(self) -> Turns:
        """When it has room, for streams that can wait."""

    def send_frame(self, conn: int, payload: bytes) -> None:
        """Send a frame to a phone's connection."""

    def close_phone(self, conn: int, code: int, reason: str) -> None:
        """Close a phone's connection."""

    def confirm_phone(self, phone_id: str) -> None:
        """Tell the relay that a phone is paired."""


class Client(Protocol):
    """The session server's end of a client."""

    def receive(self, message: bytes) -> None:
        """Take a layer 3 message."""

    def disconnected(self) -> None:
        """The connection is gone."""


class Transport(Protocol):
    """What a client is given to answer with."""

    @property
    def turns(self) -> Turns:
        """When the link has room, for streams that can wait."""

    def send(self, message: bytes) -> None:
        """Send a layer 3 message."""

    def close(self, code: int, reason: str) -> None:
        """End the connection."""


ClientFactory = Callable[[Transport, PhoneInfo], Client]
Happening = Callable[[str, dict[str, str]], None]


@dataclass(slots=True)
class _Connection:
    """One phone connection; `candidate` waits for its first transport message, which proves that it is no replay."""

    phone_id: str
    label: str = ""
    transport: channel.Transport | None = None
    candidate: PhoneRecord | None = None
    pairing: OpenPairing | None = None
    client: Client | None = None
    deadline: asyncio.TimerHandle | None = None


class Channels:
    """Answers handshakes of paired and pairing phones, and passes what they say to the session server."""

    def __init__(
        self,
        *,
        device_id: str,
        device_key: X25519PrivateKey,
        phones: PhoneStore,
        desk: PairingDesk,
        new_client: ClientFactory,
        happened: Happening,
    ) -> None:
        self._device_id = device_id
        self._device_key = device_key
        self._phones = phones
        self._desk = desk
        self._new_client = new_client
        self._happened = happened
        self._connections: dict[int, _Connection] = {}
        self._link: LinkSender | None = None

    def use(self, link: LinkSender) -> None:
        """Answer through this link."""
        self._link = link

    def online(self) -> set[str]:
        """Return the phones that have an open channel."""
        return {connection.phone_id for connection in self._connections.values() if connection.client}

    def revoke(self, phone_id: str) -> None:
        """Forget the phone's key and close what it has open: effective with a hostile relay too.

        Raises LoopsyError if that could not be stored: the phone is out until the daemon starts again.
        """
        try:
            self._phones.remove(phone_id)
        finally:
            for conn, connection in list(self._connections.items()):
                if connection.phone_id == phone_id:
                    self.close(conn, CloseCode.REVOKED, "revoked")

    def link_up(self) -> None:
        """Confirm phones that were paired while the relay could not be told."""
        self._drop_all()
        recent = time.time() - limits.PENDING_PHONE_SECONDS
        for phone in self._phones.all():
            if phone.paired_at >= recent:
                self._sender.confirm_phone(phone.phone_id)
        self._happened("relay.connected", {})

    def link_down(self) -> None:
        """Every connection is gone with the link."""
        self._drop_all()
        self._happened("relay.disconnected", {})

    def phone_up(self, conn: int, phone_id: str) -> None:
        """A phone is connected; it begins with a handshake. Raises ProtocolViolation for more than there can be."""
        self.phone_down(conn)  # a relay that repeats itself must not leave a client behind
        if len(self._connections) >= MAX_CONNECTIONS:
            raise ProtocolViolation("the relay names more connections than there can be")
        self._connections[conn] = _Connection(phone_id)

    def phone_down(self, conn: int) -> None:
        """A phone's connection has ended."""
        connection = self._connections.pop(conn, None)
        if connection:
            self._reset(connection)

    def frame(self, conn: int, payload: bytes) -> None:
        """Take a channel frame."""
        connection = self._connections.get(conn)
        if connection is None or not payload:
            return
        try:
            if payload[0] != frames.TAG_TRANSPORT:
                self._handshake(conn, connection, payload)
            elif connection.transport:
                self._transport_message(conn, connection, connection.transport.open(payload))
            # a transport frame without a channel is a leftover of a former one
        except WireError as error:
            _log.info("conn %d: %s", conn, error)
            self.close(conn, CloseCode.PROTOCOL_ERROR, "protocol error")

    def _handshake(self, conn: int, connection: _Connection, frame: bytes) -> None:
        self._reset(connection)  # a handshake always starts afresh
        suite = channel.suite_of(frame)
        pairing = self._desk.pairing if suite == frames.SUITE_PAIRING else None
        if suite == frames.SUITE_PAIRING and not pairing:
            self.close(conn, CloseCode.NO_PAIRING, "no pairing is open")
            return
        try:
            accepted = channel.accept(
                frame,
                prologue=channel.prologue(self._device_id, connection.phone_id),
                static=self._device_key,
                ephemeral=X25519PrivateKey.generate(),
                psk=pairing.psk if pairing else None,
            )
        except DecryptionFailed:
            if not pairing:  # made for another device key: this laptop was set up anew
                self.close(conn, CloseCode.REVOKED, "not paired")
                return
            left = self._desk.wrong_code()
            if left == 0:
                self._forget_pending(connection.phone_id)
            code = CloseCode.HANDSHAKE_REFUSED if left else CloseCode.NO_PAIRING
            self.close(conn, code, f"wrong code, {left} left" if left else "wrong code, the pairing has ended")
            return
        key = encode_base64url(accepted.phone_key)
        if pairing:
            connection.pairing = pairing
            connection.candidate = PhoneRecord(
                phone_id=connection.phone_id, key=key, label=accepted.introduction.label, paired_at=time.time()
            )
        else:
            known = self._phones.get(connection.phone_id)
            if known is None or decode_base64url(known.key) != accepted.phone_key:
                self.close(conn, CloseCode.REVOKED, "not paired")
                return
        connection.transport = accepted.transport
        connection.deadline = asyncio.get_running_loop().call_later(
            limits.HANDSHAKE_DEADLINE_SECONDS, self.close, conn, CloseCode.NORMAL, "the handshake took too long"
        )
        self._sender.send_frame(conn, accepted.reply)

    def _transport_message(self, conn: int, connection: _Connection, message: bytes) -> None:
        if connection.client is None:
            connection.client = self._established(conn, connection)
            if connection.client is None:
                return
        connection.client.receive(message)

    def _established(self, conn: int, connection: _Connection) -> Client | None:
        if connection.deadline:
            connection.deadline.cancel()
        phone = connection.candidate
        if phone and connection.pairing:
            if not self._desk.complete(connection.pairing, partial(self._phones.add, phone)):
                self._forget_pending(phone.phone_id)  # another phone was faster, or the time is over
                self.close(conn, CloseCode.NO_PAIRING, "no pairing is open")
                return None
            self._sender.confirm_phone(phone.phone_id)
            self._happened("phone.paired", {"phone_id": phone.phone_id, "label": phone.label})
        else:
            phone = self._phones.get(connection.phone_id)
            if phone is None:
                self.close(conn, CloseCode.REVOKED, "not paired")
                return None
        connection.label = phone.label
        self._happened("phone.connected", {"phone_id": phone.phone_id, "label": phone.label})
        return self._new_client(
            _ChannelTransport(self, conn, connection, self._sender.turns),
            PhoneInfo(phone_id=phone.phone_id, label=phone.label),
        )

    def send(self, conn: int, connection: _Connection, message: bytes) -> None:
        """Seal a layer 3 message and send it."""
        if connection.transport and self._connections.get(conn) is connection:
            self._sender.send_frame(conn, connection.transport.seal(message))

    def close(self, conn: int, code: int, reason: str) -> None:
        """End a phone's connection with a close code."""
        self.phone_down(conn)
        self._sender.close_phone(conn, code, reason)

    def _reset(self, connection: _Connection) -> None:
        """Forget a connection's channel and its client."""
        client, connection.client = connection.client, None
        connection.transport = connection.candidate = connection.pairing = None
        if connection.deadline:
            connection.deadline.cancel()
            connection.deadline = None
        if client:
            client.disconnected()
            self._phones.seen(connection.phone_id, time.time())
            self._happened("phone.disconnected", {"phone_id": connection.phone_id, "label": connection.label})

    def _forget_pending(self, phone_id: str) -> None:
        """Make the relay delete a phone that did not pair; one that is paired under this id stays."""
        if self._phones.get(phone_id) is None:
            self._desk.forget_pending(phone_id)

    def _drop_all(self) -> None:
        for conn in list(self._connections):
            self.phone_down(conn)
        self._phones.flush()

    @property
    def _sender(self) -> LinkSender:
        assert self._link is not None
        return self._link


class _ChannelTransport:
    """A client's way back to its phone; silent once the connection has another channel."""

    def __init__(self, channels: Channels, conn: int, connection: _Connection, turns: Turns) -> None:
        self.turns = turns
        self._channels: Final = channels
        self._conn = conn
        self._connection = connection
        self._transport = connection.transport

    def send(self, message: bytes) -> None:
        """Send a layer 3 message."""
        if self._connection.transport is self._transport:
            self._channels.send(self._conn, self._connection, message)

    def close(self, code: int, reason: str) -> None:
        """End the connection."""
        if self._connection.transport is self._transport:
            self._channels.close(self._conn, code, reason)
