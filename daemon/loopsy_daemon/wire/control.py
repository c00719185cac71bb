"""Relay control on the device's link: JSON text frames as typed values."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.errors import MalformedMessage
from loopsy_daemon.wire.identifiers import decode_phone_id

PING: Final = "ping"
PONG: Final = "pong"

Conn = Annotated[int, Meta(ge=1, le=0xFFFF_FFFF)]


class ConnectedPhone(Struct, frozen=True):
    """A phone's connection in `phones`."""

    conn: Conn
    phone_id: str


class RelayMessage(Struct, frozen=True, tag_field="type"):
    """What the relay says to the device."""


class Phones(RelayMessage, frozen=True, tag="phones"):
    """The phones that are connected as the device connects, newly numbered."""

    phones: list[ConnectedPhone]


class PhoneUp(RelayMessage, frozen=True, tag="phone.up"):
    """A phone connected."""

    conn: Conn
    phone_id: str


class PhoneDown(RelayMessage, frozen=True, tag="phone.down"):
    """A phone's connection ended."""

    conn: Conn


_decoder: Final = msgspec.json.Decoder(Phones | PhoneUp | PhoneDown)
_any_decoder: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TYPES: Final = frozenset({"phones", "phone.up", "phone.down"})


def decode_relay_message(text: str) -> Phones | PhoneUp | PhoneDown | None:
    """Return what the relay said, or None for a type that this version does not know. Raises MalformedMessage."""
    try:
        message: Phones | PhoneUp | PhoneDown = _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        if _has_unknown_type(text):
            return None
        raise MalformedMessage(f"malformed relay control: {error}") from error
    if isinstance(message, Phones):
        for phone in message.phones:
            decode_phone_id(phone.phone_id)
    elif isinstance(message, PhoneUp):
        decode_phone_id(message.phone_id)
    return message


def encode_phone_close(conn: int, code: int, reason: str) -> str:
    """Return the text frame that asks the relay to close a phone's connection; a long reason is cut."""
    raw = reason.encode()[: limits.MAX_CLOSE_REASON_BYTES].decode(errors="ignore")
    return _json({"type": "phone.close", "conn": conn, "code": int(code), "reason": raw})


def encode_phone_confirm(phone_id: str) -> str:
    """Return the text frame that ends a phone's *pending*."""
    return _json({"type": "phone.confirm", "phone_id": phone_id})


def _json(message: dict[str, str | int]) -> str:
    return msgspec.json.encode(message).decode()


def _has_unknown_type(text: str) -> bool:
    try:
        message_type = msgspec.json.decode(_any_decoder.decode(text).get("type", msgspec.Raw(b"null")))
    except (msgspec.DecodeError, RecursionError):
        return False
    return isinstance(message_type, str) and message_type not in _TYPES
