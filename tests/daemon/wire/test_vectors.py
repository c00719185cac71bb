"""The shared vectors of layers 2 and 3, run by Python."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from loopsy_daemon.wire import channel, frames, messages, noise, pairing
from loopsy_daemon.wire.errors import DecryptionFailed, MalformedMessage, ProtocolViolation, WireError
from tests import noise_vectors

VECTORS = Path(__file__).parents[2] / "vectors"
ERRORS: dict[str, type[WireError]] = {
    "malformed": MalformedMessage,
    "violation": ProtocolViolation,
    "decryption": DecryptionFailed,
}


def load(name: str, keys: set[str]) -> dict[str, list[dict[str, Any]]]:
    vectors: dict[str, list[dict[str, Any]]] = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    assert set(vectors) == keys
    return vectors


CHANNEL = load("channel.json", {"conversations", "rejected", "rekey"})
PAIRING = load("pairing.json", {"fragments", "bad_fragments", "psks"})
SESSION = load("session.json", {"stream_messages", "control", "ignored", "malformed"})


def private(text: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(bytes.fromhex(text))


def test_public_noise_vectors() -> None:
    assert noise_vectors.run_file(VECTORS / "noise.json") == (2, 0, 0)


def test_a_changed_noise_vector_fails(tmp_path: Path) -> None:
    changed = json.loads((VECTORS / "noise.json").read_text(encoding="utf-8"))
    changed["vectors"][0]["messages"][3]["ciphertext"] = "00" * 27
    changed["vectors"][1]["protocol_name"] = "Noise_XX_25519_AESGCM_SHA256"
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(changed), encoding="utf-8")
    assert noise_vectors.run_file(path) == (0, 1, 1)
    assert noise_vectors.main([str(path)]) == 1
    assert noise_vectors.main([str(tmp_path / "missing.json")]) == 1


@pytest.mark.parametrize("vector", CHANNEL["conversations"], ids=lambda vector: vector["name"])
def test_conversation(vector: dict[str, Any]) -> None:
    assert set(vector) == {
        "name", "device_id", "phone_id", "device_static", "device_ephemeral", "phone_static", "phone_ephemeral",
        "psk", "label", "first_frame", "reply_frame", "transport",
    }  # fmt: skip
    prologue = channel.prologue(vector["device_id"], vector["phone_id"])
    psk = bytes.fromhex(vector["psk"]) if vector["psk"] else None
    device = private(vector["device_static"])
    phone = channel.Initiator(
        prologue=prologue,
        static=private(vector["phone_static"]),
        ephemeral=private(vector["phone_ephemeral"]),
        device_key=noise.public_bytes(device),
        label=vector["label"],
        psk=psk,
    )
    first = bytes.fromhex(vector["first_frame"])
    reply = bytes.fromhex(vector["reply_frame"])
    # MessagePack leaves the order of a map open, so a first frame is read, and compared only with our own encoder
    assert phone.first_frame == first
    accepted = channel.accept(
        first, prologue=prologue, static=device, ephemeral=private(vector["device_ephemeral"]), psk=psk
    )
    assert accepted.reply == reply
    assert accepted.phone_key == noise.public_bytes(private(vector["phone_static"]))
    assert accepted.introduction == channel.Introduction(label=vector["label"], versions=[1])
    ends = {"phone": phone.finish(reply), "daemon": accepted.transport}
    for step in vector["transport"]:
        assert set(step) == {"from", "message", "frame"}
        frame = bytes.fromhex(step["frame"])
        assert ends[step["from"]].seal(bytes.fromhex(step["message"])) == frame
        other = ends["daemon" if step["from"] == "phone" else "phone"]
        assert other.open(frame) == bytes.fromhex(step["message"])


@pytest.mark.parametrize("vector", CHANNEL["rejected"], ids=lambda vector: vector["name"])
def test_rejected_first_frame(vector: dict[str, Any]) -> None:
    assert set(vector) == {"name", "frame", "error"}
    good = CHANNEL["conversations"][0]
    with pytest.raises(ERRORS[vector["error"]]):
        channel.accept(
            bytes.fromhex(vector["frame"]),
            prologue=channel.prologue(good["device_id"], good["phone_id"]),
            static=private(good["device_static"]),
            ephemeral=private(good["device_ephemeral"]),
            psk=bytes(32),
        )


def test_rekey() -> None:
    vector: Any = CHANNEL["rekey"]
    assert set(vector) == {"key", "messages"}
    send, receive = (noise.CipherState(bytes.fromhex(vector["key"])) for _ in range(2))
    expected = {message["number"]: message for message in vector["messages"]}
    for number in range(max(expected) + 1):
        plaintext = b"message %d" % number
        ciphertext = send.encrypt(plaintext)
        if number in expected:
            assert ciphertext.hex() == expected[number]["ciphertext"]
            assert plaintext.hex() == expected[number]["plaintext"]
        assert receive.decrypt(ciphertext) == plaintext


@pytest.mark.parametrize("vector", PAIRING["fragments"])
def test_fragment(vector: dict[str, Any]) -> None:
    assert set(vector) == {"fragment", "digits", "token", "device_id", "device_key", "secret"}
    offer = pairing.decode_fragment(vector["fragment"])
    assert (offer.digits, offer.token, offer.device_id) == (vector["digits"], vector["token"], vector["device_id"])
    assert (offer.device_key.hex(), offer.secret.hex()) == (vector["device_key"], vector["secret"])
    assert pairing.encode_fragment(offer) == vector["fragment"]


@pytest.mark.parametrize("vector", PAIRING["bad_fragments"], ids=lambda vector: vector["name"])
def test_bad_fragment(vector: dict[str, Any]) -> None:
    assert set(vector) == {"name", "fragment", "error"}
    with pytest.raises(ERRORS[vector["error"]]):
        pairing.decode_fragment(vector["fragment"])


@pytest.mark.parametrize("vector", PAIRING["psks"])
def test_psk(vector: dict[str, Any]) -> None:
    assert set(vector) == {"secret", "code", "psk"}
    assert pairing.pairing_psk(bytes.fromhex(vector["secret"]), vector["code"]).hex() == vector["psk"]


@pytest.mark.parametrize("vector", SESSION["stream_messages"])
def test_stream_message(vector: dict[str, Any]) -> None:
    assert set(vector) == {"kind", "stream", "offset", "data", "message"}
    kinds = {
        "output": frames.Output,
        "input": frames.Input,
        "blob": frames.Blob,
        "snapshot": frames.SnapshotChunk,
    }
    expected = kinds[vector["kind"]](vector["stream"], vector["offset"], bytes.fromhex(vector["data"]))
    assert frames.decode_message(bytes.fromhex(vector["message"])) == expected


def decode(vector: dict[str, Any]) -> messages.Message | frames.StreamMessage | None:
    message = frames.decode_message(bytes.fromhex(vector["message"]))
    if not isinstance(message, frames.Control):
        return message
    decoder = messages.decode_client_message if vector["from"] == "client" else messages.decode_daemon_message
    return decoder(message.body)


@pytest.mark.parametrize("vector", SESSION["control"], ids=lambda vector: vector["value"]["type"])
def test_control_message(vector: dict[str, Any]) -> None:
    assert set(vector) == {"from", "message", "value"}
    message = decode(vector)
    assert isinstance(message, messages.Message)
    assert readable(msgspec.msgpack.decode(messages.encode(message))) == vector["value"]


def readable(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, dict):
        return {name: readable(field) for name, field in value.items()}
    if isinstance(value, list):
        return [readable(item) for item in value]
    return value


@pytest.mark.parametrize("vector", SESSION["ignored"], ids=lambda vector: vector["from"])
def test_ignored_message(vector: dict[str, Any]) -> None:
    assert set(vector) == {"name", "from", "message"}
    assert decode(vector) is None


@pytest.mark.parametrize("vector", SESSION["malformed"], ids=lambda vector: vector["name"])
def test_malformed_message(vector: dict[str, Any]) -> None:
    assert set(vector) == {"name", "from", "message"}
    with pytest.raises(MalformedMessage):
        decode(vector)
