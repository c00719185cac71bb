import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.wire import channel, frames, limits, noise
from loopsy_daemon.wire.errors import DecryptionFailed, MalformedMessage, ProtocolViolation, WireError
from loopsy_daemon.wire.identifiers import encode_base32

DEVICE = X25519PrivateKey.from_private_bytes(bytes([7]) * 32)
PHONE = X25519PrivateKey.from_private_bytes(bytes([8]) * 32)
PROLOGUE = channel.prologue(encode_base32(bytes(24)), encode_base32(bytes(16)))
PSK = bytes(range(32))


def initiator(psk: bytes | None = None, prologue: bytes = PROLOGUE) -> channel.Initiator:
    return channel.Initiator(
        prologue=prologue, static=PHONE, ephemeral=X25519PrivateKey.generate(), device_key=noise.public_bytes(DEVICE),
        label="Ada", psk=psk,
    )  # fmt: skip


def accept(frame: bytes, psk: bytes | None = None) -> channel.Accepted:
    return channel.accept(
        frame, prologue=PROLOGUE, static=DEVICE, ephemeral=X25519PrivateKey.generate(), psk=psk
    )  # fmt: skip


def opened(psk: bytes | None = None) -> tuple[channel.Transport, channel.Transport]:
    phone = initiator(psk)
    accepted = accept(phone.first_frame, psk)
    return phone.finish(accepted.reply), accepted.transport


@pytest.mark.parametrize("psk", [None, PSK])
def test_a_channel_opens(psk: bytes | None) -> None:
    phone = initiator(psk)
    accepted = accept(phone.first_frame, psk)
    assert accepted.suite == (frames.SUITE_PAIRING if psk else frames.SUITE_PAIRED)
    assert accepted.phone_key == noise.public_bytes(PHONE)
    assert accepted.introduction == channel.Introduction(label="Ada", versions=[1])
    transport = phone.finish(accepted.reply)
    assert accepted.transport.open(transport.seal(b"up")) == b"up"
    assert transport.open(accepted.transport.seal(b"down")) == b"down"


def test_a_wrong_code_or_other_ids_do_not_verify() -> None:
    with pytest.raises(DecryptionFailed):
        accept(initiator(PSK).first_frame, bytes(32))
    other = channel.prologue(encode_base32(bytes(24)), encode_base32(b"\1" + bytes(15)))
    with pytest.raises(DecryptionFailed):
        accept(initiator(prologue=other).first_frame)


def test_the_tag_cannot_be_changed() -> None:
    paired, pairing = initiator().first_frame, initiator(PSK).first_frame
    with pytest.raises(DecryptionFailed):
        accept(bytes([frames.SUITE_PAIRING]) + paired[1:], PSK)
    with pytest.raises(DecryptionFailed):
        accept(bytes([frames.SUITE_PAIRED]) + pairing[1:])
    phone = initiator()
    reply = accept(phone.first_frame).reply
    with pytest.raises(MalformedMessage):
        phone.finish(bytes([frames.SUITE_PAIRING]) + reply[1:])


def introduced(payload: bytes) -> bytes:
    handshake = noise.HandshakeState(
        protocol_name=noise.IK, initiator=True, prologue=PROLOGUE, static=PHONE,
        ephemeral=X25519PrivateKey.generate(), remote_static=noise.public_bytes(DEVICE),
    )  # fmt: skip
    return bytes([frames.SUITE_PAIRED]) + handshake.write_message(payload)


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (b"", MalformedMessage),
        (b"\xc0", MalformedMessage),
        (b"\x82\xa5label\xa1a\xa8versions\xa11", MalformedMessage),
        (b"\x82\xa5label\xd9\x41" + b"a" * 65 + b"\xa8versions\x91\x01", MalformedMessage),
        (b"\x82\xa5label\xa1\xff\xa8versions\x91\x01", MalformedMessage),
        (b"\x81\xa1x" + b"\x91" * 60_000, MalformedMessage),  # nested beyond any stack
        (b"\x82\xa5label\xa1a\xa8versions\x91\x02", ProtocolViolation),
    ],
    ids=range(7),
)
def test_a_bad_introduction_is_refused(payload: bytes, error: type[WireError]) -> None:
    with pytest.raises(error):
        accept(introduced(payload))


@given(frame=st.binary(max_size=200) | st.binary(max_size=200).map(lambda rest: b"\x01" + rest))
def test_random_bytes_are_no_handshake(frame: bytes) -> None:
    with pytest.raises(WireError):
        accept(frame, PSK)
    with pytest.raises(WireError):
        initiator().finish(frame)


MESSAGES = st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=6)


@given(messages=MESSAGES, data=st.data())
def test_a_changed_cut_replayed_reordered_or_dropped_frame_fails(messages: list[bytes], data: st.DataObject) -> None:
    phone, device = opened()
    sealed = [phone.seal(message) for message in messages]
    at = data.draw(st.integers(0, len(sealed) - 1))
    kind = data.draw(st.sampled_from(["flip", "cut", "extend", "replay", "drop", "reflect"]))
    for frame, message in zip(sealed[:at], messages[:at], strict=True):
        assert device.open(frame) == message
    frame = sealed[at]
    if kind == "flip":
        bit = data.draw(st.integers(8, len(frame) * 8 - 1))  # the tag in front is read before
        changed = bytearray(frame)
        changed[bit // 8] ^= 1 << bit % 8
        bad = bytes(changed)
    elif kind == "cut":
        bad = frame[: data.draw(st.integers(1, len(frame) - 1))]
    elif kind == "extend":
        bad = frame + data.draw(st.binary(min_size=1, max_size=20))
    elif kind == "replay":
        device.open(frame)
        bad = data.draw(st.sampled_from(sealed[: at + 1]))
    elif kind == "drop":
        bad = phone.seal(b"next")
    else:
        bad = device.seal(b"reflected")
    with pytest.raises(DecryptionFailed):
        device.open(bad)


def test_an_empty_message_is_refused_and_never_sent() -> None:
    phone, device = opened()
    with pytest.raises(DecryptionFailed):
        device.open(b"\x00" + phone._send.encrypt(b""))
    for message in (b"", bytes(limits.MAX_PLAINTEXT_BYTES + 1)):
        with pytest.raises(ValueError, match="a message has"):
            phone.seal(message)


def test_the_largest_message_passes() -> None:
    phone, device = opened()
    largest = bytes(limits.MAX_PLAINTEXT_BYTES)
    assert device.open(phone.seal(largest)) == largest


def test_a_prologue_needs_true_ids() -> None:
    for device_id, phone_id in (("x", encode_base32(bytes(16))), (encode_base32(bytes(24)), "x")):
        with pytest.raises(MalformedMessage):
            channel.prologue(device_id, phone_id)
