"""The arithmetic of pairing two machines: hello, commitment, transcript, code, sealed keys; no sockets, no clock.

The joiner commits to its hello before it sees the opener's, so that somebody in the middle gets one try in a million,
and not as many as a computer can make: both codes follow from both hellos, and neither can be chosen after the other.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Meta, Struct

from loopsy_daemon.lan.identity import node_id_of
from loopsy_daemon.wire.errors import MalformedMessage

CODE_DIGITS: Final = 6
NONCE_BYTES: Final = 32
MAX_HELLO_BYTES: Final = 4_096
_LABEL: Final = b"loopsy-lan/1 "
_KEY_BYTES: Final = 32
_SEAL_NONCE: Final = bytes(12)  # each key seals one message
Role = Literal["opener", "joiner"]


class Hello(Struct, frozen=True, kw_only=True):
    """What a machine says of itself while pairing; `port` is 0 where it does not listen, `key` an ECDH point."""

    version: Literal[1] = 1
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    certificate: Annotated[bytes, Meta(max_length=2_048)]
    key: Annotated[bytes, Meta(min_length=65, max_length=65)]
    nonce: Annotated[bytes, Meta(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]
    port: Annotated[int, Meta(ge=0, le=65_535)] = 0


@dataclass(frozen=True, slots=True)
class Agreement:
    """What both sides have in common if nobody is between them; `code` is for people to compare."""

    code: str
    transcript: bytes
    opener_seal: bytes = field(repr=False)
    joiner_seal: bytes = field(repr=False)


def encode_hello(
    name: str, certificate: bytes, port: int, private_key: ec.EllipticCurvePrivateKey, nonce: bytes
) -> bytes:
    """Return a hello as it is sent and hashed."""
    point = private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return msgspec.msgpack.encode(Hello(name=name, certificate=certificate, key=point, nonce=nonce, port=port))


def decode_hello(data: bytes) -> Hello:
    """Return the hello that these bytes are. Raises MalformedMessage, also for a certificate that is none of ours."""
    if len(data) > MAX_HELLO_BYTES:
        raise MalformedMessage("a hello that is too long")
    try:
        hello = msgspec.msgpack.decode(data, type=Hello)
        node_id_of(hello.certificate)
        _point(hello)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise MalformedMessage("not a hello") from error
    return hello


def commitment(hello: bytes) -> bytes:
    """Return what the joiner says before its hello; the nonce in the hello hides it."""
    return hashlib.sha256(_LABEL + b"commitment" + hello).digest()


def keeps_commitment(committed: bytes, hello: bytes) -> bool:
    """Tell whether this hello is the one that was committed to."""
    return hmac.compare_digest(committed, commitment(hello))


def agree(role: Role, private_key: ec.EllipticCurvePrivateKey, opener_hello: bytes, joiner_hello: bytes) -> Agreement:
    """Return the agreement that follows from both hellos and the private key of one side. Raises MalformedMessage."""
    opener, joiner = decode_hello(opener_hello), decode_hello(joiner_hello)
    if opener.certificate == joiner.certificate or opener.key == joiner.key:
        raise MalformedMessage("a machine does not pair with itself")
    shared = private_key.exchange(ec.ECDH(), _point(joiner if role == "opener" else opener))
    transcript = hashlib.sha256(
        _LABEL + b"transcript" + b"".join(hashlib.sha256(hello).digest() for hello in (opener_hello, joiner_hello))
    ).digest()

    def derive(purpose: bytes, size_bytes: int = _KEY_BYTES) -> bytes:
        return HKDF(SHA256(), size_bytes, salt=transcript, info=_LABEL + purpose).derive(shared)

    number = int.from_bytes(derive(b"code", 16), "big") % 10**CODE_DIGITS
    return Agreement(f"{number:0{CODE_DIGITS}d}", transcript, derive(b"opener's seal"), derive(b"joiner's seal"))


def seal(agreement: Agreement, role: Role, key: str) -> bytes:
    """Return the sealed key that this side gives the other; each side seals once."""
    return AESGCM(_seal_of(agreement, role)).encrypt(_SEAL_NONCE, key.encode(), agreement.transcript)


def open_sealed(agreement: Agreement, role: Role, sealed: bytes) -> str:
    """Return the key that the side `role` has sealed. Raises MalformedMessage if it is not of this agreement."""
    try:
        return AESGCM(_seal_of(agreement, role)).decrypt(_SEAL_NONCE, sealed, agreement.transcript).decode("ascii")
    except (InvalidTag, ValueError) as error:
        raise MalformedMessage("a key that is sealed for another pairing") from error


def _seal_of(agreement: Agreement, role: Role) -> bytes:
    return agreement.opener_seal if role == "opener" else agreement.joiner_seal


def _point(hello: Hello) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), hello.key)
