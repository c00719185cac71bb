"""A paired laptop as a simulated phone keeps it, and the phone's link to its relay."""

from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from loopsy_daemon.wire.pairing import decode_fragment


@dataclass(frozen=True, slots=True)
class Machine:
    """What a phone keeps of a paired laptop."""

    relay_url: str
    device_id: str
    device_key: bytes
    phone_id: str
    phone_secret: str = field(repr=False)
    key: X25519PrivateKey = field(repr=False)
    label: str


class LinkClosed(Exception):
    """The link was closed, with the code of the protocol."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


async def redeem(pair_url: str, label: str) -> tuple[Machine, bytes]:
    """Redeem the token of a pairing link; return the machine, not confirmed yet, and the pairing secret."""
    parts = urlsplit(pair_url)
    offer = decode_fragment(parts.fragment)
    relay_url = f"{parts.scheme}://{parts.netloc}"
    async with httpx.AsyncClient(base_url=relay_url) as client:
        response = await client.post(
            "/v1/pair", headers={"authorization": f"Bearer {offer.token}"}, json={"label": label}
        )
    response.raise_for_status()
    answer = response.json()
    machine = Machine(
        relay_url=relay_url,
        device_id=answer["device_id"],
        device_key=offer.device_key,
        phone_id=answer["phone_id"],
        phone_secret=answer["phone_secret"],
        key=X25519PrivateKey.generate(),
        label=label,
    )
    return machine, offer.secret


async def open_link(machine: Machine) -> ClientConnection:
    """Open the phone's WebSocket."""
    url = f"ws{machine.relay_url.removeprefix('http')}/v1/devices/{machine.device_id}/phones/{machine.phone_id}/link"
    socket = await connect(
        url,
        subprotocols=[Subprotocol("loopsy.v1"), Subprotocol(f"loopsy.bearer.{machine.phone_secret}")],
        compression=None,
        max_size=1_048_576,
        ping_interval=None,
    )
    with suppress(ConnectionClosed):  # refused already: whoever reads is told why
        await socket.send("ping")
    return socket


def closed_link(error: ConnectionClosed) -> LinkClosed:
    """Return the close that ended a connection."""
    return LinkClosed(error.rcvd.code, error.rcvd.reason) if error.rcvd else LinkClosed(1006, "lost")


def closed_link_of(socket: ClientConnection) -> LinkClosed:
    """Return the close of a socket that has ended."""
    return LinkClosed(socket.close_code or 1006, socket.close_reason or "")
