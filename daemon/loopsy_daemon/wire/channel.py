"""Layer 2: the responder's and the initiator's end of an encrypted channel, bytes in and bytes out."""

from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import Meta, Struct

from loopsy_daemon.wire import frames, limits, noise
from loopsy_daemon.wire.errors import DecryptionFailed, MalformedMessage, ProtocolViolation
from loopsy_daemon.wire.identifiers import decode_device_id, decode_phone_id

PROTOCOL_VERSION: Final = 1
_PROLOGUE: Final = b"loopsy/1"
_PATTERN_OF_SUITE: Final = {frames.SUITE_PAIRED: noise.IK, frames.SUITE_PAIRING: noise.IKPSK1}


class Introduction(Struct, frozen=True):
    """The payload of message 1. A relay can replay it: nothing is decided by it."""

    label: Annotated[str, Meta(max_length=limits.MAX_LABEL_CHARACTERS)]
    versions: Annotated[list[int], Meta(max_length=16)]


class Agreement(Struct, frozen=True):
    """The payload of message 2."""

    version: int


_UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # the last: nested too deeply
_introduction_decoder: Final = msgspec.msgpack.Decoder(Introduction)
_agreement_decoder: Final = msgspec.msgpack.Decoder(Agreement)


def prologue(device_id: str, phone_id: str) -> bytes:
    """Return the bytes that both ends hash before the handshake. Raises MalformedMessage."""
    return _PROLOGUE + decode_device_id(device_id) + decode_phone_id(phone_id)


class Transport:
    """An established channel: every frame is one Noise transport message."""

    def __init__(self, send: noise.CipherState, receive: noise.CipherState) -> None:
        self._send = send
        self._receive = receive

    def seal(self, message: bytes) -> bytes:
        """Return the channel frame of a layer 3 message of 1 to 65,519 bytes."""
        if not message or len(message) > limits.MAX_PLAINTEXT_BYTES:
            raise ValueError(f"a message has 1 to {limits.MAX_PLAINTEXT_BYTES} bytes, not {len(message)}")
        return b"\x00" + self._send.encrypt(message)

    def open(self, frame: bytes) -> bytes:
        """Return the layer 3 message of a transport frame. Raises DecryptionFailed: the connection is over then."""
        message = self._receive.decrypt(frame[1:])
        if not message:
            raise DecryptionFailed("an empty message")
        return message


@dataclass(frozen=True, slots=True)
class Accepted:
    """A handshake that the responder answered: `reply` is the frame of message 2."""

    transport: Transport
    reply: bytes
    suite: int
    phone_key: bytes
    introduction: Introduction


def accept(
    frame: bytes,
    *,
    prologue: bytes,
    static: X25519PrivateKey,
    ephemeral: X25519PrivateKey,
    psk: bytes | None = None,
) -> Accepted:
    """Answer message 1 as the daemon. `psk` is the open pairing's, for suite 0x02.

    Raises MalformedMessage for what is no handshake of a known suite, DecryptionFailed if it does not verify
    (wrong pairing code, another device's key, other ids), ProtocolViolation without a common version.
    """
    suite = suite_of(frame)
    handshake = noise.HandshakeState(
        protocol_name=_PATTERN_OF_SUITE[suite],
        initiator=False,
        prologue=prologue,
        static=static,
        ephemeral=ephemeral,
        psk=psk if suite == frames.SUITE_PAIRING else None,
    )
    payload = handshake.read_message(frame[1:])
    try:
        introduction = _introduction_decoder.decode(payload)
    except _UNDECODABLE as error:
        raise MalformedMessage("malformed introduction") from error
    if PROTOCOL_VERSION not in introduction.versions:
        raise ProtocolViolation("no common version")
    agreement = msgspec.msgpack.encode(Agreement(version=PROTOCOL_VERSION))
    reply = frame[:1] + handshake.write_message(agreement)
    return Accepted(Transport(*handshake.split()), reply, suite, handshake.remote_static, introduction)


def suite_of(frame: bytes) -> int:
    """Return the suite of a handshake frame. Raises MalformedMessage if it is none that we know."""
    if not frame or frame[0] not in _PATTERN_OF_SUITE:
        raise MalformedMessage("not a handshake of a known suite")
    return frame[0]


class Initiator:
    """The phone's end of a handshake; what the web app does, for tests, benchmarks and other clients in Python."""

    def __init__(
        self,
        *,
        prologue: bytes,
        static: X25519PrivateKey,
        ephemeral: X25519PrivateKey,
        device_key: bytes,
        label: str,
        psk: bytes | None = None,
    ) -> None:
        suite = frames.SUITE_PAIRED if psk is None else frames.SUITE_PAIRING
        self._handshake = noise.HandshakeState(
            protocol_name=_PATTERN_OF_SUITE[suite],
            initiator=True,
            prologue=prologue,
            static=static,
            ephemeral=ephemeral,
            remote_static=device_key,
            psk=psk,
        )
        introduction = msgspec.msgpack.encode(Introduction(label=label, versions=[PROTOCOL_VERSION]))
        self.first_frame: Final = bytes([suite]) + self._handshake.write_message(introduction)

    def finish(self, frame: bytes) -> Transport:
        """Return the channel, given message 2. Raises MalformedMessage, DecryptionFailed or ProtocolViolation."""
        if frame[:1] != self.first_frame[:1]:
            raise MalformedMessage("an answer of another suite")
        payload = self._handshake.read_message(frame[1:])
        try:
            agreement = _agreement_decoder.decode(payload)
        except _UNDECODABLE as error:
            raise MalformedMessage("malformed agreement") from error
        if agreement.version != PROTOCOL_VERSION:
            raise ProtocolViolation("no common version")
        return Transport(*self._handshake.split())
