import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.wire import pairing
from loopsy_daemon.wire.errors import MalformedMessage
from loopsy_daemon.wire.identifiers import encode_base32, encode_base64url

OFFER = pairing.Offer(4, encode_base64url(bytes(range(56))), bytes(32), bytes(range(16)))


@given(
    digits=st.integers(4, 8),
    token=st.binary(min_size=56, max_size=56),
    key=st.binary(min_size=32, max_size=32),
    secret=st.binary(min_size=16, max_size=16),
)
def test_a_fragment_comes_back(digits: int, token: bytes, key: bytes, secret: bytes) -> None:
    offer = pairing.Offer(digits, encode_base64url(token), key, secret)
    fragment = pairing.encode_fragment(offer)
    assert len(fragment) == 142
    assert pairing.decode_fragment(fragment) == offer
    assert offer.device_id == encode_base32(token[:24])


@given(text=st.text(max_size=150) | st.binary(min_size=100, max_size=110).map(encode_base64url))
def test_any_text_is_an_offer_or_malformed(text: str) -> None:
    try:
        offer = pairing.decode_fragment(text)
    except MalformedMessage:
        return
    assert pairing.encode_fragment(offer) == text


def test_an_offer_with_a_wrong_length_is_not_made() -> None:
    with pytest.raises(MalformedMessage):
        pairing.encode_fragment(pairing.Offer(4, OFFER.token, bytes(31), OFFER.secret))


def test_secrets_are_not_in_what_is_printed() -> None:
    shown = repr(OFFER) + repr(pairing.OpenPairing(b"the psk", 1.0))
    for secret in (OFFER.token, repr(OFFER.secret), "the psk"):
        assert secret not in shown


def test_every_code_gives_another_key() -> None:
    keys = {pairing.pairing_psk(bytes(16), f"{code:04d}") for code in range(1_000)}
    keys |= {pairing.pairing_psk(bytes(16), f"{code:05d}") for code in range(1_000)}
    assert len(keys) == 2_000
    assert pairing.pairing_psk(bytes(15) + b"\1", "0000") not in keys


def test_the_fifth_failure_ends_a_pairing() -> None:
    attempt = pairing.OpenPairing(bytes(32), expires_at=100.0)
    lefts = []
    for _ in range(5):
        assert attempt.is_open(99.0)
        lefts.append(attempt.fail())
    assert lefts == [4, 3, 2, 1, 0]
    assert not attempt.is_open(99.0)
    assert attempt.fail() == 0


def test_a_pairing_ends_with_its_time_or_with_success() -> None:
    attempt = pairing.OpenPairing(bytes(32), expires_at=100.0)
    assert not attempt.is_open(100.0)
    attempt.succeed()
    assert not attempt.is_open(0.0)
