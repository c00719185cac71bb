"""A real relay on real workerd for tests, with devices and phones that speak its link layer and nothing above."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext
from types import TracebackType
from typing import Any, Final, Self

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from loopsy_deploy.local import RELAY_DIRECTORY, LocalRelay, RateLimits
from loopsy_deploy.local_certificate import Certificate

NO_LIMITS: Final = RateLimits(register=1_000_000, pair=1_000_000, link=1_000_000)
NO_ASSETS: Final = Path("no-assets")


@dataclass(frozen=True, slots=True)
class Device:
    """A registered device."""

    device_id: str
    device_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone that redeemed a pair token."""

    device_id: str
    phone_id: str
    phone_secret: str = field(repr=False)


class Link:
    """A WebSocket to the relay, as `async with`."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._awaited_pongs = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def send(self, data: str | bytes | dict[str, Any]) -> None:
        """Send a binary frame, a text frame, or a control message."""
        await self.socket.send(json.dumps(data) if isinstance(data, dict) else data)

    async def ping(self) -> None:
        """Send a ping, whose pong is not waited for."""
        self._awaited_pongs += 1
        await self.socket.send("ping")

    async def receive(self) -> str | bytes:
        """Receive a frame that is no pong."""
        while (frame := await self.socket.recv()) == "pong":
            self._awaited_pongs -= 1
        return frame

    async def receive_bytes(self) -> bytes:
        """Receive a frame, which must be binary."""
        frame = await self.receive()
        assert isinstance(frame, bytes), frame
        return frame

    async def receive_control(self) -> dict[str, Any]:
        """Receive a frame, which must be a control message."""
        frame = await self.receive()
        assert isinstance(frame, str), frame
        message = json.loads(frame)
        assert isinstance(message, dict)
        return message

    async def echo(self) -> None:
        """Wait for every pong, with nothing else before it: what was sent before has arrived."""
        await self.ping()
        while self._awaited_pongs:
            assert await self.socket.recv() == "pong"
            self._awaited_pongs -= 1

    async def close_code(self) -> int:
        """Wait until the relay closes the socket, dropping what still arrives, and return the code."""
        with suppress(ConnectionClosed):
            while True:
                await self.socket.recv()
        code = self.socket.close_code
        assert code is not None
        return code

    async def close(self) -> None:
        """Close from this side."""
        await self.socket.close()


class RelayUnderTest:
    """A running relay and what a test does with it."""

    def __init__(self, local: LocalRelay, http: httpx.AsyncClient, trusted: SSLContext | None = None) -> None:
        self.local = local
        self.http = http
        self._trusted = trusted

    @property
    def url(self) -> str:
        """The relay's address."""
        return self.local.url

    def objects(self) -> list[Path]:
        """Return the databases of the objects that exist."""
        found = self.local.objects_directory.rglob("*.sqlite")
        return sorted(path for path in found if path.name != "metadata.sqlite")  # that one holds the alarms

    async def register(self) -> Device:
        """Register a device."""
        answer = await self.request("POST", "/v1/devices", bearer=self.local.registration_secret)
        assert answer.status_code == 201, answer.text
        return Device(**answer.json())

    async def pair_token(self, device: Device, ttl_seconds: int = 300) -> str:
        """Make a pair token for the device."""
        path = f"/v1/devices/{device.device_id}/pair-tokens"
        answer = await self.request("POST", path, bearer=device.device_secret, body={"ttl": ttl_seconds})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])

    async def pair(self, device: Device, label: str = "a phone") -> Phone:
        """Redeem a new pair token; the phone is pending until its device confirms it."""
        token = await self.pair_token(device)
        answer = await self.request("POST", "/v1/pair", bearer=token, body={"label": label})
        assert answer.status_code == 201, answer.text
        return Phone(**answer.json())

    async def phones(self, device: Device) -> list[dict[str, Any]]:
        """List the device's phones."""
        answer = await self.request("GET", f"/v1/devices/{device.device_id}/phones", bearer=device.device_secret)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["phones"])

    async def revoke(self, device: Device, phone: Phone) -> None:
        """Revoke a phone as its device."""
        path = f"/v1/devices/{device.device_id}/phones/{phone.phone_id}"
        answer = await self.request("DELETE", path, bearer=device.device_secret)
        assert answer.status_code == 204, answer.text

    async def request(
        self,
        method: str,
        path: str,
        *,
        bearer: str | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request as is; bytes as a body are sent unchanged, anything else as JSON."""
        all_headers = dict(headers or {})
        if bearer is not None:
            all_headers["authorization"] = f"Bearer {bearer}"
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        return await self.http.request(method, self.url + path, headers=all_headers, content=content)

    async def connect(
        self,
        path: str,
        subprotocols: Sequence[str],
        *,
        origin: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Link:
        """Open a WebSocket as is."""
        socket = await connect(
            self.url.replace("http", "ws", 1) + path,
            subprotocols=[Subprotocol(name) for name in subprotocols],
            origin=None if origin is None else Origin(origin),
            additional_headers=dict(headers or {}),
            compression=None,
            max_size=None,
            ping_interval=None,
            proxy=None,
            ssl=self._trusted,
            close_timeout=5,
        )
        link = Link(socket)
        # Every client begins with a ping. (From one that never sent anything, workerd takes the answer to a close,
        # but keeps its TCP connection until the object sleeps.)
        with suppress(ConnectionClosed):
            await link.ping()
        return link

    async def device_link(self, device: Device) -> Link:
        """Connect the device."""
        return await self.connect(f"/v1/devices/{device.device_id}/link", link_subprotocols(device.device_secret))

    async def phone_link(self, phone: Phone) -> Link:
        """Connect a phone."""
        path = f"/v1/devices/{phone.device_id}/phones/{phone.phone_id}/link"
        return await self.connect(path, link_subprotocols(phone.phone_secret))

    async def connected_phone(self) -> tuple[Device, Phone, Link, Link]:
        """Return a device and its phone (conn 1), both connected, with nothing left to receive."""
        device = await self.register()
        phone = await self.pair(device)
        device_link = await self.device_link(device)
        assert await device_link.receive_control() == {"type": "phones", "phones": []}
        phone_link = await self.phone_link(phone)
        assert await phone_link.receive_control() == {"type": "device.up"}
        up = {"type": "phone.up", "conn": 1, "phone_id": phone.phone_id}
        assert await device_link.receive_control() == up
        return device, phone, device_link, phone_link


def device_frame(conn: int, payload: bytes) -> bytes:
    """Return a frame as it is on the device's socket."""
    return conn.to_bytes(4, "big") + payload


def link_subprotocols(secret: str) -> list[str]:
    """Return what a client offers: our protocol, and the secret where a URL would leak it."""
    return ["loopsy.v1", f"loopsy.bearer.{secret}"]


@asynccontextmanager
async def running_relay(
    directory: Path,
    *,
    assets_directory: Path = NO_ASSETS,
    bundle: Path = RELAY_DIRECTORY / "dist",
    rate_limits: RateLimits = NO_LIMITS,
    port: int = 0,
    allowed_origins: Sequence[str] = (),
    open_registration: bool = False,
    environment: Mapping[str, str] | None = None,
    certificate: Certificate | None = None,
    trusted: SSLContext | None = None,
    behind_proxy: bool = False,
) -> AsyncIterator[RelayUnderTest]:
    """Run a relay whose state is in `directory`; started again there, it has the same state and port.

    With a certificate it does TLS, and `trusted` says what its clients accept.
    """
    local = LocalRelay(
        directory,
        assets_directory=assets_directory,
        bundle=bundle,
        rate_limits=rate_limits,
        port=port,
        allowed_origins=allowed_origins,
        open_registration=open_registration,
        environment=environment,
        certificate=certificate,
        behind_proxy=behind_proxy,
    )
    async with local, httpx.AsyncClient(trust_env=False, timeout=10, verify=trusted or True) as http:
        yield RelayUnderTest(local, http, trusted)
