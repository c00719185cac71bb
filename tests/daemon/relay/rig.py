"""Channels with a real phone store and a real pairing desk, and a link that records what is sent."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from loopsy_daemon.relay.api import PairToken, RelayApi
from loopsy_daemon.relay.channels import Channels, Transport
from loopsy_daemon.relay.pairing import PairingDesk
from loopsy_daemon.relay.phones import PhoneStore
from loopsy_daemon.wire import channel, noise
from loopsy_daemon.wire.identifiers import encode_base32, encode_base64url
from loopsy_daemon.wire.messages import PhoneInfo
from loopsy_daemon.wire.pairing import decode_fragment, pairing_psk
from loopsy_daemon.wire.turns import Turns

DEVICE_ID = encode_base32(bytes(24))
TOKEN = encode_base64url(bytes(56))


def phone_id(number: int) -> str:
    """Return the id of a phone."""
    return encode_base32(number.to_bytes(16, "big"))


class RecordingApi(RelayApi):
    """The relay's HTTP interface without a relay: tokens are free, deletions are remembered."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1", DEVICE_ID, "")
        self.deleted: list[str] = []
        self.hang = False

    async def mint_pair_token(self, ttl_seconds: int) -> PairToken:
        """Return the same token always."""
        return PairToken(TOKEN, 0.0)

    async def delete_phone(self, phone_id: str) -> None:
        """Remember it; a relay that hangs never answers."""
        self.deleted.append(phone_id)
        if self.hang:
            await asyncio.Event().wait()


class Client:
    """Echoes what it receives."""

    def __init__(self, transport: Transport, phone: PhoneInfo) -> None:
        self.transport = transport
        self.phone = phone
        self.received: list[bytes] = []
        self.is_connected = True

    def receive(self, message: bytes) -> None:
        """Take a message and send it back."""
        self.received.append(message)
        self.transport.send(message)

    def disconnected(self) -> None:
        """The connection is gone."""
        assert self.is_connected, "told once"
        self.is_connected = False


class Link:
    """What the channels send."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.frames: list[tuple[int, bytes]] = []
        self.closed: list[tuple[int, int]] = []
        self.confirmed: list[str] = []

    def send_frame(self, conn: int, payload: bytes) -> None:
        """Remember a frame."""
        self.frames.append((conn, payload))

    def close_phone(self, conn: int, code: int, reason: str) -> None:
        """Remember a close."""
        self.closed.append((conn, int(code)))

    def confirm_phone(self, phone_id: str) -> None:
        """Remember a confirmation."""
        self.confirmed.append(phone_id)


@dataclass(slots=True)
class Rig:
    """All of it, and what happened."""

    directory: Path
    api: RecordingApi = field(default_factory=RecordingApi)
    link: Link = field(default_factory=Link)
    clients: list[Client] = field(default_factory=list)
    happened: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    device_key: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)
    phones: PhoneStore = field(init=False)
    desk: PairingDesk = field(init=False)
    channels: Channels = field(init=False)

    def __post_init__(self) -> None:
        self.phones = PhoneStore(self.directory / "phones.json", DEVICE_ID)
        self.desk = PairingDesk(
            self.api,
            "http://127.0.0.1:1",
            noise.public_bytes(self.device_key),
            lambda name, details: self.happened.append((name, {key: str(value) for key, value in details.items()})),
        )
        self.channels = Channels(
            device_id=DEVICE_ID,
            device_key=self.device_key,
            phones=self.phones,
            desk=self.desk,
            new_client=self._new_client,
            happened=lambda name, details: self.happened.append((name, details)),
        )
        self.channels.use(self.link)

    def _new_client(self, transport: Transport, phone: PhoneInfo) -> Client:
        self.clients.append(Client(transport, phone))
        return self.clients[-1]

    def names(self) -> list[str]:
        """Return the names of what happened."""
        return [name for name, _ in self.happened]

    async def open_pairing(self) -> bytes:
        """Open a pairing and return its psk."""
        invitation = await self.desk.open(300, 4)
        return pairing_psk(decode_fragment(invitation.url.partition("#")[2]).secret, invitation.code)

    async def paired(self, number: int, conn: int) -> "SimulatedPhone":
        """Pair a phone that stays connected."""
        phone = SimulatedPhone(self, number, conn)
        self.channels.phone_up(conn, phone.id)
        phone.handshake(await self.open_pairing())
        phone.say(b"hello")
        return phone


class SimulatedPhone:
    """One phone's end of a channel."""

    def __init__(self, rig: Rig, number: int, conn: int) -> None:
        self.id = phone_id(number)
        self.conn = conn
        self.key = X25519PrivateKey.generate()
        self.transport: channel.Transport
        self._rig = rig

    def initiator(self, psk: bytes | None = None) -> channel.Initiator:
        """Return the beginning of a handshake."""
        return channel.Initiator(
            prologue=channel.prologue(DEVICE_ID, self.id),
            static=self.key,
            ephemeral=X25519PrivateKey.generate(),
            device_key=noise.public_bytes(self._rig.device_key),
            label=f"phone {self.conn}",
            psk=psk,
        )

    def handshake(self, psk: bytes | None = None) -> Self:
        """Do the handshake, which must succeed."""
        initiator = self.initiator(psk)
        self._rig.channels.frame(self.conn, initiator.first_frame)
        conn, reply = self._rig.link.frames.pop()
        assert conn == self.conn
        self.transport = initiator.finish(reply)
        return self

    def say(self, message: bytes) -> None:
        """Send a message."""
        self._rig.channels.frame(self.conn, self.transport.seal(message))
