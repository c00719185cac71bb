"""Pairing as values and a state machine: the link's fragment, the psk, the attempts."""

import hmac
from dataclasses import dataclass, field
from typing import Final

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.errors import MalformedMessage
from loopsy_daemon.wire.identifiers import DEVICE_ID_BYTES, decode_base64url, encode_base32, encode_base64url

FRAGMENT_VERSION: Final = 1
TOKEN_BYTES: Final = 56
PAIRING_SECRET_BYTES: Final = 16
_KEY_BYTES: Final = 32
_FRAGMENT_BYTES: Final = 2 + TOKEN_BYTES + _KEY_BYTES + PAIRING_SECRET_BYTES
_PSK_INFO: Final = b"loopsy/1 pairing"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the pairing link carries; the code is not in it and cannot be computed from it."""

    digits: int
    token: str = field(repr=False)
    device_key: bytes
    secret: bytes = field(repr=False)

    @property
    def device_id(self) -> str:
        """The device that the token is for."""
        return encode_base32(decode_base64url(self.token)[:DEVICE_ID_BYTES])


def encode_fragment(offer: Offer) -> str:
    """Return the text behind `#` of a pairing link."""
    token = decode_base64url(offer.token)
    raw = bytes([FRAGMENT_VERSION, offer.digits]) + token + offer.device_key + offer.secret
    if len(raw) != _FRAGMENT_BYTES:
        raise MalformedMessage("a part of the offer has a wrong length")
    return encode_base64url(raw)


def decode_fragment(text: str) -> Offer:
    """Return the offer of a fragment. Raises MalformedMessage."""
    raw = decode_base64url(text)
    if len(raw) != _FRAGMENT_BYTES or raw[0] != FRAGMENT_VERSION:
        raise MalformedMessage("not a pairing link of this version")
    digits = raw[1]
    if not limits.CODE_DIGITS_MIN <= digits <= limits.CODE_DIGITS_MAX:
        raise MalformedMessage("a code has 4 to 8 digits")
    key_at = 2 + TOKEN_BYTES
    secret_at = key_at + _KEY_BYTES
    return Offer(digits, encode_base64url(raw[2:key_at]), raw[key_at:secret_at], raw[secret_at:])


def pairing_psk(secret: bytes, code: str) -> bytes:
    """Return the 32-byte psk of suite 0x02: HKDF-SHA256 (RFC 5869) over the pairing secret and the code's digits."""
    pseudorandom_key = hmac.digest(bytes(32), secret + code.encode("ascii"), "sha256")
    return hmac.digest(pseudorandom_key, _PSK_INFO + b"\x01", "sha256")


@dataclass(slots=True)
class OpenPairing:
    """A pairing that waits for a phone; it ends with success, with the fifth failure, or at `expires_at` (seconds)."""

    psk: bytes = field(repr=False)
    expires_at: float
    failures: int = 0
    ended: bool = False

    def is_open(self, now: float) -> bool:
        """Tell whether a phone may still try."""
        return not self.ended and now < self.expires_at

    def fail(self) -> int:
        """Count a wrong code; return how many tries are left, 0 ends the pairing."""
        self.failures += 1
        left = limits.MAX_PAIRING_FAILURES - self.failures
        if left <= 0:
            self.ended = True
        return max(left, 0)

    def succeed(self) -> None:
        """One pairing pairs one phone."""
        self.ended = True
