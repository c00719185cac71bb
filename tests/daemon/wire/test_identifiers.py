from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.wire import identifiers
from loopsy_daemon.wire.errors import MalformedMessage

CODECS = [
    (identifiers.encode_base32, identifiers.decode_base32),
    (identifiers.encode_base64url, identifiers.decode_base64url),
]
Encode = Callable[[bytes], str]
Decode = Callable[[str], bytes]


@pytest.mark.parametrize(("encode", "decode"), CODECS)
@given(data=st.binary(max_size=80))
def test_what_is_encoded_decodes(encode: Encode, decode: Decode, data: bytes) -> None:
    assert decode(encode(data)) == data


@pytest.mark.parametrize(("encode", "decode"), CODECS)
@given(text=st.text(max_size=60) | st.text("abcdefgh234567AB-_=+/ \nß\u0131\u017f", max_size=60))
def test_every_value_has_one_spelling(encode: Encode, decode: Decode, text: str) -> None:
    try:
        data = decode(text)
    except MalformedMessage:
        return
    assert encode(data) == text


@pytest.mark.parametrize(
    ("decode", "text"),
    [
        (identifiers.decode_base64url, "YQ=="),
        (identifiers.decode_base64url, "YR"),  # trailing bits that are not zero
        (identifiers.decode_base64url, "Y"),
        (identifiers.decode_base64url, "Y\nQ"),
        (identifiers.decode_base64url, "+/+/"),
        (identifiers.decode_base64url, "é"),
        (identifiers.decode_base32, "ME"),
        (identifiers.decode_base32, "mf"),
        (identifiers.decode_base32, "me======"),
        (identifiers.decode_base32, "m1"),
        (identifiers.decode_base32, "\u017fe"),
    ],
)
def test_other_spellings_are_refused(decode: Decode, text: str) -> None:
    with pytest.raises(MalformedMessage):
        decode(text)


@pytest.mark.parametrize(
    ("decode", "encode", "size_bytes", "characters"),
    [
        (identifiers.decode_device_id, identifiers.encode_base32, 24, 39),
        (identifiers.decode_phone_id, identifiers.encode_base32, 16, 26),
        (identifiers.decode_secret, identifiers.encode_base64url, 32, 43),
    ],
)
def test_identifiers_have_their_size(decode: Decode, encode: Encode, size_bytes: int, characters: int) -> None:
    value = bytes(range(size_bytes))
    assert len(encode(value)) == characters
    assert decode(encode(value)) == value
    for wrong in (value[:-1], value + b"\0", b""):
        with pytest.raises(MalformedMessage, match=f"has {size_bytes} bytes"):
            decode(encode(wrong))
