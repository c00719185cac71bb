"""HTTP calls to the relay: register this device, mint pair tokens, list and delete phones."""

from typing import Final, TypeVar

import httpx
import msgspec
from msgspec import Struct

from loopsy_daemon.errors import RelayError
from loopsy_daemon.wire.errors import MalformedMessage
from loopsy_daemon.wire.identifiers import decode_device_id, decode_secret

T = TypeVar("T")
_TIMEOUT: Final = httpx.Timeout(15.0)


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
    """The relay's HTTP interface as one device uses it. Raises RelayError."""

    def __init__(self, url: str, device_id: str, device_secret: str) -> None:
        self._url = url
        self._device = f"/v1/devices/{device_id}"
        self._secret = device_secret

    async def mint_pair_token(self, ttl_seconds: int) -> PairToken:
        """Return a new pair token."""
        response = await _call(
            self._url, "POST", f"{self._device}/pair-tokens", bearer=self._secret, body={"ttl": ttl_seconds}
        )
        return _decode(response, PairToken)

    async def list_phones(self) -> list[RelayPhone]:
        """Return the phones that the relay has, pending ones too."""
        response = await _call(self._url, "GET", f"{self._device}/phones", bearer=self._secret)
        return _decode(response, _PhoneList).phones

    async def delete_phone(self, phone_id: str) -> None:
        """Make the relay forget a phone and close its sockets."""
        await _call(self._url, "DELETE", f"{self._device}/phones/{phone_id}", bearer=self._secret)

    async def delete_device(self) -> None:
        """Make the relay forget this device."""
        await _call(self._url, "DELETE", self._device, bearer=self._secret)


async def register_device(url: str, bearer: str | None) -> Registration:
    """Register this machine; `bearer` is the registration secret or an invite. Raises RelayError."""
    registration = _decode(await _call(url, "POST", "/v1/devices", bearer=bearer, body={}), Registration)
    try:
        decode_device_id(registration.device_id)
        decode_secret(registration.device_secret)
    except MalformedMessage as error:
        raise _not_a_relay(url) from error
    return registration


async def read_health(url: str) -> RelayHealth:
    """Return what the relay says of itself. Raises RelayError."""
    return _decode(await _call(url, "GET", "/health"), RelayHealth)


async def _call(
    url: str, method: str, path: str, *, bearer: str | None = None, body: dict[str, object] | None = None
) -> httpx.Response:
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    try:
        async with httpx.AsyncClient(base_url=url, timeout=_TIMEOUT, follow_redirects=False) as client:
            response = await client.request(method, path, headers=headers, json=body)
    except httpx.HTTPError as error:
        reason = str(error) or type(error).__name__
        raise RelayError(f"The relay at {url} cannot be reached: {reason}.", f"curl {url}/health") from error
    except (httpx.InvalidURL, UnicodeError) as error:
        raise RelayError(f"{url} is not a URL.", "loopsy relay configure https://…") from error
    if response.is_success:
        return response
    raise _refusal(url, response)


def _refusal(url: str, response: httpx.Response) -> RelayError:
    try:
        detail = msgspec.json.decode(response.content, type=_ErrorBody).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _not_a_relay(url, status=response.status_code)
    hint = {
        "registration_closed": "ask whoever runs the relay for an invite: loopsy-deploy-relay invite",
        "rate_limited": "wait a minute and try again",
        "unauthorized": "check the secret or invite, then: loopsy relay configure",
        "not_configured": "deploy the relay again: loopsy-deploy-relay",
    }.get(detail.code)
    return RelayError(f"The relay refuses: {detail.message}", hint, status=response.status_code, code=detail.code)


def _decode(response: httpx.Response, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(response.content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_a_relay(str(response.request.url), status=response.status_code) from error


def _not_a_relay(url: str, *, status: int | None = None) -> RelayError:
    return RelayError(f"What answers at {url} is not a Loopsy relay.", f"curl {url}/health", status=status)
