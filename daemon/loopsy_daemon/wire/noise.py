"""The Noise handshakes IK and IKpsk1 over X25519, AES-GCM and SHA-256 (Noise Protocol Framework, revision 34)."""

import hashlib
import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from loopsy_daemon.wire.errors import DecryptionFailed, MalformedMessage
from loopsy_daemon.wire.limits import MAX_NOISE_MESSAGE_BYTES, NOISE_TAG_BYTES, REKEY_INTERVAL_MESSAGES

KEY_BYTES: Final = 32
IK: Final = "Noise_IK_25519_AESGCM_SHA256"
IKPSK1: Final = "Noise_IKpsk1_25519_AESGCM_SHA256"

# §7.5 and §9: the message patterns; the responder's static key is known before (`<- s`).
_PATTERNS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    IK: (("e", "es", "s", "ss"), ("e", "ee", "se")),
    IKPSK1: (("e", "es", "s", "ss", "psk"), ("e", "ee", "se")),
}
_MAX_NONCE: Final = (1 << 64) - 1  # §5.1: reserved for REKEY


class CipherState:
    """One direction's key and counter (§5.1); rekeys itself at the interval of the protocol."""

    def __init__(self, key: bytes, *, rekey_interval_messages: int | None = REKEY_INTERVAL_MESSAGES) -> None:
        self._aead = AESGCM(key)
        self._counter = 0
        self._rekey_interval_messages = rekey_interval_messages

    @property
    def counter(self) -> int:
        """The number of messages so far."""
        return self._counter

    def encrypt(self, plaintext: bytes, associated_data: bytes | None = None) -> bytes:
        """Return ciphertext ‖ tag."""
        nonce = self._next_nonce()  # first: it may change the key
        return self._aead.encrypt(nonce, plaintext, associated_data)

    def decrypt(self, ciphertext: bytes, associated_data: bytes | None = None) -> bytes:
        """Return the plaintext. Raises DecryptionFailed; the state must not be used afterwards."""
        if len(ciphertext) > MAX_NOISE_MESSAGE_BYTES:
            raise DecryptionFailed("a Noise message has at most 65,535 bytes")
        nonce = self._next_nonce()  # first: it may change the key
        try:
            return self._aead.decrypt(nonce, ciphertext, associated_data)
        except InvalidTag as error:
            raise DecryptionFailed("a message does not verify") from error

    def _next_nonce(self) -> bytes:
        counter = self._counter
        if self._rekey_interval_messages and counter and counter % self._rekey_interval_messages == 0:
            self._rekey()
        self._counter = counter + 1
        return _nonce(counter)

    def _rekey(self) -> None:
        # §4.2: the first 32 bytes of encrypting zeros with the largest nonce; the counter goes on
        self._aead = AESGCM(self._aead.encrypt(_nonce(_MAX_NONCE), bytes(KEY_BYTES), None)[:KEY_BYTES])


class HandshakeState:
    """One handshake (§5.3): `write_message` and `read_message` in turn, then `split`."""

    def __init__(
        self,
        *,
        protocol_name: str,
        initiator: bool,
        prologue: bytes,
        static: X25519PrivateKey,
        ephemeral: X25519PrivateKey,
        remote_static: bytes | None = None,
        psk: bytes | None = None,
    ) -> None:
        self._patterns = list(_PATTERNS[protocol_name])
        self._initiator = initiator
        self._static = static
        self._ephemeral = ephemeral
        self._remote_static = remote_static
        self._remote_ephemeral: bytes | None = None
        self._psk = psk
        if (psk is not None) != (protocol_name == IKPSK1):
            raise ValueError("a psk belongs to IKpsk1, and IKpsk1 needs one")
        self._symmetric = _SymmetricState(protocol_name.encode())
        self._symmetric.mix_hash(prologue)
        responder_static = remote_static if initiator else public_bytes(static)
        if responder_static is None:
            raise ValueError("an initiator of IK knows the responder's static key")
        self._symmetric.mix_hash(responder_static)

    @property
    def remote_static(self) -> bytes:
        """The other side's static public key, once its message was read."""
        if self._remote_static is None:
            raise ValueError("the remote static key is not known yet")
        return self._remote_static

    @property
    def handshake_hash(self) -> bytes:
        """The hash of everything so far (§11.2)."""
        return self._symmetric.hash

    @property
    def finished(self) -> bool:
        """Whether both messages are done."""
        return not self._patterns

    def write_message(self, payload: bytes) -> bytes:
        """Return the next handshake message with this payload."""
        out = bytearray()
        for token in self._patterns.pop(0):
            if token == "e":
                out += self._mix_ephemeral(public_bytes(self._ephemeral))
            elif token == "s":
                out += self._symmetric.encrypt_and_hash(public_bytes(self._static))
            else:
                self._mix_token(token)
        out += self._symmetric.encrypt_and_hash(payload)
        return bytes(out)

    def read_message(self, message: bytes) -> bytes:
        """Return the payload of the other side's message.

        Raises MalformedMessage if it is too short or too long, DecryptionFailed if it does not verify.
        """
        if len(message) > MAX_NOISE_MESSAGE_BYTES:
            raise MalformedMessage("a Noise message has at most 65,535 bytes")
        rest = message
        for token in self._patterns.pop(0):
            if token == "e":
                ephemeral, rest = _take(rest, KEY_BYTES)
                self._remote_ephemeral = self._mix_ephemeral(ephemeral)
            elif token == "s":
                encrypted, rest = _take(rest, KEY_BYTES + NOISE_TAG_BYTES)
                self._remote_static = self._symmetric.decrypt_and_hash(encrypted)
            else:
                self._mix_token(token)
        return self._symmetric.decrypt_and_hash(rest)

    def split(
        self, *, rekey_interval_messages: int | None = REKEY_INTERVAL_MESSAGES
    ) -> tuple[CipherState, CipherState]:
        """Return (send, receive) after the last handshake message."""
        if not self.finished:
            raise ValueError("the handshake is not finished")
        first, second = (
            CipherState(key, rekey_interval_messages=rekey_interval_messages) for key in self._symmetric.split()
        )
        return (first, second) if self._initiator else (second, first)

    def _mix_ephemeral(self, ephemeral: bytes) -> bytes:
        self._symmetric.mix_hash(ephemeral)
        if self._psk is not None:  # §9.2: an "e" in a psk handshake is mixed into the key too
            self._symmetric.mix_key(ephemeral)
        return ephemeral

    def _mix_token(self, token: str) -> None:
        if token == "psk":
            assert self._psk is not None
            self._symmetric.mix_key_and_hash(self._psk)
            return
        # "es" is the initiator's ephemeral with the responder's static, whoever computes it
        ours, theirs = (token[0], token[1]) if self._initiator else (token[1], token[0])
        private = self._ephemeral if ours == "e" else self._static
        public = self._remote_ephemeral if theirs == "e" else self._remote_static
        assert public is not None
        self._symmetric.mix_key(_exchange(private, public))


class _SymmetricState:
    """Chaining key, hash and handshake cipher (§5.2)."""

    def __init__(self, protocol_name: bytes) -> None:
        short = len(protocol_name) <= hashlib.sha256().digest_size
        self.hash = protocol_name.ljust(32, b"\0") if short else hashlib.sha256(protocol_name).digest()
        self._chaining_key = self.hash
        self._cipher: CipherState | None = None

    def mix_key(self, material: bytes) -> None:
        self._chaining_key, key = _hkdf(self._chaining_key, material, 2)
        self._cipher = CipherState(key)

    def mix_hash(self, data: bytes) -> None:
        self.hash = hashlib.sha256(self.hash + data).digest()

    def mix_key_and_hash(self, material: bytes) -> None:
        self._chaining_key, hashed, key = _hkdf(self._chaining_key, material, 3)
        self.mix_hash(hashed)
        self._cipher = CipherState(key)

    def encrypt_and_hash(self, plaintext: bytes) -> bytes:
        ciphertext = self._cipher.encrypt(plaintext, self.hash) if self._cipher else plaintext
        self.mix_hash(ciphertext)
        return ciphertext

    def decrypt_and_hash(self, ciphertext: bytes) -> bytes:
        plaintext = self._cipher.decrypt(ciphertext, self.hash) if self._cipher else ciphertext
        self.mix_hash(ciphertext)
        return plaintext

    def split(self) -> tuple[bytes, bytes]:
        first, second = _hkdf(self._chaining_key, b"", 2)
        return first, second


def public_bytes(private: X25519PrivateKey) -> bytes:
    """Return the 32 bytes of a private key's public key."""
    return private.public_key().public_bytes_raw()


def _exchange(private: X25519PrivateKey, public: bytes) -> bytes:
    try:
        return private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:  # a low-order point gives zeros; nothing honest sends one
        raise DecryptionFailed("an invalid public key") from error


def _hkdf(chaining_key: bytes, material: bytes, outputs: int) -> list[bytes]:
    temporary = hmac.digest(chaining_key, material, "sha256")
    result: list[bytes] = []
    previous = b""
    for index in range(1, outputs + 1):
        previous = hmac.digest(temporary, previous + bytes([index]), "sha256")
        result.append(previous)
    return result


def _nonce(counter: int) -> bytes:
    return counter.to_bytes(12, "big")  # §12.4: 32 zero bits, then the counter big-endian


def _take(message: bytes, size_bytes: int) -> tuple[bytes, bytes]:
    if len(message) < size_bytes:
        raise MalformedMessage("a handshake message is too short")
    return message[:size_bytes], message[size_bytes:]
