"""Identifiers and secrets as text: strict base32 and base64url, device and phone ids."""

import base64
import binascii
from typing import Final

from loopsy_daemon.wire.errors import MalformedMessage

DEVICE_ID_BYTES: Final = 24
PHONE_ID_BYTES: Final = 16
SECRET_BYTES: Final = 32


def encode_base64url(data: bytes) -> str:
    """Return RFC 4648 §5 text without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_base64url(text: str) -> bytes:
    """Return the bytes of strict base64url text.

    Raises MalformedMessage for padding, other characters or non-zero trailing bits: each value has one spelling.
    """
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as error:
        raise MalformedMessage("not base64url") from error
    if encode_base64url(data) != text:
        raise MalformedMessage("not base64url")
    return data


def encode_base32(data: bytes) -> str:
    """Return RFC 4648 §6 text in lower case, without padding."""
    return base64.b32encode(data).rstrip(b"=").decode("ascii").lower()


def decode_base32(text: str) -> bytes:
    """Return the bytes of strict lower-case base32 text. Raises MalformedMessage."""
    try:
        data = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except (ValueError, binascii.Error) as error:
        raise MalformedMessage("not base32") from error
    if encode_base32(data) != text:
        raise MalformedMessage("not base32")
    return data


def decode_device_id(text: str) -> bytes:
    """Return the 24 bytes of a device id; its tag is the relay's to check. Raises MalformedMessage."""
    return _sized(decode_base32(text), DEVICE_ID_BYTES, "device id")


def decode_phone_id(text: str) -> bytes:
    """Return the 16 bytes of a phone id. Raises MalformedMessage."""
    return _sized(decode_base32(text), PHONE_ID_BYTES, "phone id")


def decode_secret(text: str) -> bytes:
    """Return the 32 bytes of a device or phone secret. Raises MalformedMessage."""
    return _sized(decode_base64url(text), SECRET_BYTES, "secret")


def _sized(data: bytes, size_bytes: int, what: str) -> bytes:
    if len(data) != size_bytes:
        raise MalformedMessage(f"a {what} has {size_bytes} bytes, not {len(data)}")
    return data
