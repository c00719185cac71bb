import hashlib
import hmac
from functools import cache

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.lan import identity
from loopsy_daemon.lan.pairing import (
    Agreement,
    agree,
    commitment,
    decode_hello,
    encode_hello,
    keeps_commitment,
    open_sealed,
    seal,
)
from loopsy_daemon.wire.errors import MalformedMessage


@cache
def certificate(name: str) -> bytes:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as directory:
        return identity.load_or_create(Path(directory) / name / "identity.pem").certificate


@cache
def private(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, ec.SECP256R1())


def hello(name: str, number: int, nonce: int = 0, port: int = 1) -> bytes:
    return encode_hello(name, certificate(name), port, private(number), nonce.to_bytes(32, "big"))


def both(opener: int = 7, joiner: int = 11) -> tuple[Agreement, Agreement]:
    first, second = hello("opener", opener), hello("joiner", joiner)
    return agree("opener", private(opener), first, second), agree("joiner", private(joiner), first, second)


def test_both_sides_agree_on_everything() -> None:
    here, there = both()
    assert here == there
    assert len(here.code) == 6
    assert here.opener_seal != here.joiner_seal


def test_code_and_seals_follow_from_the_documented_formula() -> None:
    first, second = hello("opener", 7), hello("joiner", 11)
    shared = private(7).exchange(ec.ECDH(), private(11).public_key())
    transcript = hashlib.sha256(
        b"loopsy-lan/1 transcript" + hashlib.sha256(first).digest() + hashlib.sha256(second).digest()
    ).digest()
    pseudorandom = hmac.digest(transcript, shared, "sha256")

    def expand(info: bytes) -> bytes:
        return hmac.digest(pseudorandom, b"loopsy-lan/1 " + info + b"\x01", "sha256")

    found = agree("opener", private(7), first, second)
    assert found.transcript == transcript
    assert found.code == f"{int.from_bytes(expand(b'code')[:16], 'big') % 1_000_000:06d}"
    assert found.opener_seal == expand(b"opener's seal")
    assert found.joiner_seal == expand(b"joiner's seal")
    assert commitment(second) == hashlib.sha256(b"loopsy-lan/1 commitment" + second).digest()


@given(st.data())
def test_whatever_is_changed_in_a_hello_changes_the_transcript_or_is_refused(data: st.DataObject) -> None:
    first, second = hello("opener", 7), bytearray(hello("joiner", 11))
    index = data.draw(st.integers(0, len(second) - 1))
    second[index] ^= data.draw(st.integers(1, 255))
    before = agree("opener", private(7), first, hello("joiner", 11))
    assert not keeps_commitment(commitment(hello("joiner", 11)), bytes(second))
    try:
        after = agree("opener", private(7), first, bytes(second))
    except MalformedMessage:
        return
    assert after.transcript != before.transcript
    assert after.opener_seal != before.opener_seal


@given(st.binary(max_size=300))
def test_what_is_no_hello_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        decode_hello(data)


def test_a_point_off_the_curve_and_a_certificate_of_another_kind_are_refused() -> None:
    fields = msgspec.msgpack.decode(hello("joiner", 11))
    for key, value in (
        ("key", b"\x04" + bytes(64)),
        ("key", fields["key"][:64]),
        ("certificate", b"no certificate"),
        ("nonce", bytes(31)),
        ("name", ""),
        ("name", "n" * 65),
        ("version", 2),
    ):
        with pytest.raises(MalformedMessage):
            decode_hello(msgspec.msgpack.encode({**fields, key: value}))


def test_a_machine_does_not_pair_with_itself_nor_with_its_reflection() -> None:
    first = hello("opener", 7)
    with pytest.raises(MalformedMessage):
        agree("opener", private(7), first, first)
    with pytest.raises(MalformedMessage):
        agree("opener", private(7), first, hello("opener", 11))
    with pytest.raises(MalformedMessage):
        agree("opener", private(7), first, hello("joiner", 7))


def test_a_sealed_key_opens_for_the_other_side_of_this_pairing_alone() -> None:
    here, there = both()
    other, _ = both(joiner=13)
    sealed = seal(here, "opener", "the key")
    assert open_sealed(there, "opener", sealed) == "the key"
    assert b"the key" not in sealed
    for agreement, role, data in (
        (other, "opener", sealed),
        (there, "joiner", sealed),
        (there, "opener", sealed[:-1]),
        (there, "opener", b""),
    ):
        with pytest.raises(MalformedMessage):
            open_sealed(agreement, "joiner" if role == "joiner" else "opener", data)


def test_secrets_do_not_show_in_what_is_logged() -> None:
    here, _ = both()
    assert here.opener_seal.hex() not in repr(here)
    assert repr(here.opener_seal) not in repr(here)
