"""HTTP calls to the relay: register this device, mint pair tokens, list and delete phones."""

from pathlib import Path
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from loopsy_daemon.errors import RelayError
from loopsy_daemon.relay.answer import Answer, not_a_relay
from loopsy_daemon.wire.errors import MalformedMessage
from loopsy_daemon.wire.identifiers import decode_device_id, decode_secret

T = TypeVar("T")
_UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Registration(Struct, frozen=True):
    """A new device at a relay. The secret is shown once."""

    device_id: str
    device_secret: str

    def __repr__(self) -> str:
        return f"Registration(device_id={self.device_id!r})"


class PairToken(Struct, frozen=True):
    """A pair token and when it expires, in seconds since 1970."""

    token: str
    expires_at: float

    def __repr__(self) -> str:
        return f"PairToken(expires_at={self.expires_at!r})"


class RelayPhone(Struct, frozen=True):
    """A phone as the relay knows it."""

    phone_id: str
    label: str
    pending: bool
    paired_at: float
    last_seen_at: float | None
    online: bool


class RelayHealth(Struct, frozen=True):
    """What a relay says of itself."""

    status: str
    version: str
    protocol: int
    deployment: str


class _PhoneList(Struct, frozen=True):
    phones: list[RelayPhone]


class _ErrorDetail(Struct, frozen=True):
    code: str
    message: str


class _ErrorBody(Struct, frozen=True):
    error: _ErrorDetail


class RelayApi:
    """The relay's HTTP interface as one device uses it. Raises RelayError.

    `certificate` is the only one that the relay may show, if it is self-made.
    """

    def __init__(self, url: str, device_id: str, device_secret: str, certificate: Path | None = None) -> None:
        self._url = url
        self._device = f"/v1/devices/{device_id}"
        self._secret = device_secret
        self._certificate = certificate

    async def mint_pair_token(self, ttl_seconds: int) -> PairToken:
        """Return a new pair token."""
        answer = await self._call("POST", f"{self._device}/pair-tokens", {"ttl": ttl_seconds})
        return _decode(answer, PairToken)

    async def list_phones(self) -> list[RelayPhone]:
        """Return the phones that the relay has, pending ones too."""
        answer = await self._call("GET", f"{self._device}/phones")
        return _decode(answer, _PhoneList).phones

    async def delete_phone(self, phone_id: str) -> None:
        """Make the relay forget a phone and close its sockets."""
        await self._call("DELETE", f"{self._device}/phones/{phone_id}")

    async def delete_device(self) -> None:
        """Make the relay forget this device."""
        await self._call("DELETE", self._device)

    async def _call(self, method: str, path: str, body: dict[str, object] | None = None) -> Answer:
        return await _call(self._url, method, path, bearer=self._secret, body=body, certificate=self._certificate)


async def register_device(url: str, bearer: str | None, certificate: Path | None = None) -> Registration:
    """Register this machine; `bearer` is the registration secret or an invite. Raises RelayError."""
    answer = await _call(url, "POST", "/v1/devices", bearer=bearer, body={}, certificate=certificate)
    registration = _decode(answer, Registration)
    try:
        decode_device_id(registration.device_id)
        decode_secret(registration.device_secret)
    except MalformedMessage as error:
        raise not_a_relay(url) from error
    return registration


async def read_health(url: str) -> RelayHealth:
    """Return what the relay says of itself. Raises RelayError."""
    return _decode(await _call(url, "GET", "/health"), RelayHealth)


async def _call(
    url: str,
    method: str,
    path: str,
    *,
    bearer: str | None = None,
    body: dict[str, object] | None = None,
    certificate: Path | None = None,
) -> Answer:
    from loopsy_daemon.relay.calls import call  # a daemon that only talks to its relay needs no HTTP client

    answer = await call(url, method, path, bearer=bearer, body=body, certificate=certificate)
    if 200 <= answer.status < 300:
        return answer
    raise _refusal(url, answer)


def _refusal(url: str, answer: Answer) -> RelayError:
    try:
        detail = msgspec.json.decode(answer.body, type=_ErrorBody).error
    except _UNDECODABLE:
        return not_a_relay(url, status=answer.status)
    hint = {
        "registration_closed": "ask whoever runs the relay for an invite: loopsy-deploy-relay invite",
        "rate_limited": "wait a minute and try again",
        "unauthorized": "check the secret or invite, then: loopsy relay configure",
        "not_configured": "deploy the relay again: loopsy-deploy-relay",
    }.get(detail.code)
    return RelayError(f"The relay refuses: {detail.message}", hint, status=answer.status, code=detail.code)


def _decode(answer: Answer, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except _UNDECODABLE as error:
        raise not_a_relay(answer.url, status=answer.status) from error
