import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.wire import control, limits
from loopsy_daemon.wire.errors import MalformedMessage
from loopsy_daemon.wire.identifiers import encode_base32

PHONE_ID = encode_base32(bytes(range(16)))
CONN = st.integers(1, 0xFFFF_FFFF)
PHONE_IDS = st.binary(min_size=16, max_size=16).map(encode_base32)


def phone_up(conn: float, phone_id: str) -> str:
    return json.dumps({"type": "phone.up", "conn": conn, "phone_id": phone_id})


@given(phones=st.lists(st.tuples(CONN, PHONE_IDS), max_size=5))
def test_presence_is_read(phones: list[tuple[int, str]]) -> None:
    listed = [{"conn": conn, "phone_id": phone_id} for conn, phone_id in phones]
    expected = control.Phones([control.ConnectedPhone(conn, phone_id) for conn, phone_id in phones])
    assert control.decode_relay_message(json.dumps({"type": "phones", "phones": listed})) == expected
    for conn, phone_id in phones:
        up = {"type": "phone.up", "conn": conn, "phone_id": phone_id, "new": True}
        assert control.decode_relay_message(json.dumps(up)) == control.PhoneUp(conn, phone_id)
        down = {"type": "phone.down", "conn": conn}
        assert control.decode_relay_message(json.dumps(down)) == control.PhoneDown(conn)


@pytest.mark.parametrize("text", ['{"type":"weather"}', '{"type":"weather","conn":-1}', '{"type":""}'])
def test_a_type_that_is_not_known_is_none(text: str) -> None:
    assert control.decode_relay_message(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ping",
        "[]",
        "{}",
        '{"type":1}',
        phone_up(0, PHONE_ID),
        phone_up(4294967296, PHONE_ID),
        phone_up(1.5, PHONE_ID),
        phone_up(1, PHONE_ID.upper()),
        phone_up(1, "../../etc"),
        '{"type":"phone.up","conn":1}',
        '{"type":"phones","phones":[{"conn":1,"phone_id":"short"}]}',
        '{"type":"phones","phones":{}}',
        '{"type":"phone.down"}',
        '{"type":"phones","phones":' + "[" * 300_000,
        '{"type":' * 100_000,
    ],
    ids=lambda text: text[:40],
)
def test_malformed_control(text: str) -> None:
    with pytest.raises(MalformedMessage):
        control.decode_relay_message(text)


@given(text=st.text(max_size=60))
def test_any_text_is_known_unknown_or_malformed(text: str) -> None:
    try:
        control.decode_relay_message(text)
    except MalformedMessage:
        return


def test_what_the_device_says() -> None:
    assert json.loads(control.encode_phone_close(3, 4005, "wrong code, 4 left")) == {
        "type": "phone.close", "conn": 3, "code": 4005, "reason": "wrong code, 4 left",
    }  # fmt: skip
    assert json.loads(control.encode_phone_confirm(PHONE_ID)) == {"type": "phone.confirm", "phone_id": PHONE_ID}


@given(reason=st.text(max_size=200))
def test_a_long_reason_is_cut_between_characters(reason: str) -> None:
    sent = json.loads(control.encode_phone_close(1, 1000, reason))["reason"]
    assert reason.startswith(sent)
    assert len(sent.encode()) <= limits.MAX_CLOSE_REASON_BYTES
    if sent != reason:
        assert len(sent.encode()) > limits.MAX_CLOSE_REASON_BYTES - 4
