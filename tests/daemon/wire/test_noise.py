import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.wire import noise
from loopsy_daemon.wire.errors import DecryptionFailed, MalformedMessage, WireError

DEVICE = X25519PrivateKey.from_private_bytes(bytes([7]) * 32)
PHONE = X25519PrivateKey.from_private_bytes(bytes([8]) * 32)
EPHEMERALS = [X25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (9, 10)]
PSK = bytes(range(32))
PATTERNS = [(noise.IK, None), (noise.IKPSK1, PSK)]


def ends(protocol_name: str, psk: bytes | None) -> tuple[noise.HandshakeState, noise.HandshakeState]:
    phone = noise.HandshakeState(
        protocol_name=protocol_name, initiator=True, prologue=b"p", static=PHONE, ephemeral=EPHEMERALS[0],
        remote_static=noise.public_bytes(DEVICE), psk=psk,
    )  # fmt: skip
    device = noise.HandshakeState(
        protocol_name=protocol_name, initiator=False, prologue=b"p", static=DEVICE, ephemeral=EPHEMERALS[1], psk=psk
    )
    return phone, device


@pytest.mark.parametrize(("protocol_name", "psk"), PATTERNS)
def test_both_ends_agree(protocol_name: str, psk: bytes | None) -> None:
    phone, device = ends(protocol_name, psk)
    assert device.read_message(phone.write_message(b"hello")) == b"hello"
    assert device.remote_static == noise.public_bytes(PHONE)
    assert phone.read_message(device.write_message(b"")) == b""
    assert phone.finished
    assert phone.handshake_hash == device.handshake_hash
    send, receive = phone.split()
    their_send, their_receive = device.split()
    assert their_receive.decrypt(send.encrypt(b"up")) == b"up"
    assert receive.decrypt(their_send.encrypt(b"down")) == b"down"
    with pytest.raises(DecryptionFailed):
        receive.decrypt(send.encrypt(b"reflected"))


@pytest.mark.parametrize(("protocol_name", "psk"), PATTERNS)
@given(data=st.data())
def test_any_changed_bit_or_length_fails_the_handshake(
    protocol_name: str, psk: bytes | None, data: st.DataObject
) -> None:
    phone, device = ends(protocol_name, psk)
    message = bytearray(phone.write_message(b"payload"))
    cut = data.draw(st.integers(0, len(message)))
    if cut < len(message) and data.draw(st.booleans()):
        changed = bytes(message[:cut])
    else:
        bit = data.draw(st.integers(0, len(message) * 8 - 1))
        message[bit // 8] ^= 1 << bit % 8
        changed = bytes(message)
    with pytest.raises(WireError):
        device.read_message(changed)


@given(message=st.binary(max_size=200))
def test_random_bytes_are_no_handshake(message: bytes) -> None:
    for protocol_name, psk in PATTERNS:
        with pytest.raises((MalformedMessage, DecryptionFailed)):
            ends(protocol_name, psk)[1].read_message(message)


@pytest.mark.parametrize("point", [bytes(32), b"\1" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f"])
def test_a_low_order_point_is_refused(point: bytes) -> None:
    _, device = ends(noise.IK, None)
    with pytest.raises(DecryptionFailed):
        device.read_message(point + bytes(64))


def test_another_psk_or_prologue_or_device_fails() -> None:
    message = ends(noise.IKPSK1, PSK)[0].write_message(b"")
    with pytest.raises(DecryptionFailed):
        ends(noise.IKPSK1, bytes(32))[1].read_message(message)
    for prologue, static in ((b"q", DEVICE), (b"p", PHONE)):
        other = noise.HandshakeState(
            protocol_name=noise.IKPSK1, initiator=False, prologue=prologue, static=static, ephemeral=EPHEMERALS[1],
            psk=PSK,
        )  # fmt: skip
        with pytest.raises(DecryptionFailed):
            other.read_message(message)


def test_a_message_that_is_too_long_is_refused() -> None:
    with pytest.raises(MalformedMessage):
        ends(noise.IK, None)[1].read_message(bytes(65_536))
    with pytest.raises(DecryptionFailed):
        noise.CipherState(bytes(32)).decrypt(bytes(65_536))


def test_the_key_changes_at_the_interval_and_the_counter_goes_on() -> None:
    rekeyed, plain = (noise.CipherState(bytes(32), rekey_interval_messages=interval) for interval in (2, None))
    sealed = [(rekeyed.encrypt(b"x"), plain.encrypt(b"x")) for _ in range(4)]
    assert [ours == theirs for ours, theirs in sealed] == [True, True, False, False]
    assert rekeyed.counter == plain.counter == 4
    receiver = noise.CipherState(bytes(32), rekey_interval_messages=2)
    assert [receiver.decrypt(ours) for ours, _ in sealed] == [b"x"] * 4


def test_wrong_use_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="psk"):
        ends(noise.IK, PSK)
    with pytest.raises(ValueError, match="psk"):
        ends(noise.IKPSK1, None)
    phone, device = ends(noise.IK, None)
    with pytest.raises(ValueError, match="not finished"):
        phone.split()
    with pytest.raises(ValueError, match="not known"):
        _ = device.remote_static
