"""WebSockets of device and phone: who is let in, and what becomes of their frames, on real workerd."""

import json

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.support.relay import Device, RelayUnderTest, device_frame, link_subprotocols

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRONG = "A" * 43
MAX_PAYLOAD_BYTES = 131_072


def refused_as(refusal: InvalidStatus) -> tuple[int, str]:
    body = refusal.response.body
    assert body is not None
    return refusal.response.status_code, json.loads(body)["error"]["code"]


def link_path(device: Device) -> str:
    return f"/v1/devices/{device.device_id}/link"


async def test_the_server_selects_the_protocol_and_no_secret(relay: RelayUnderTest) -> None:
    device = await relay.register()
    async with await relay.device_link(device) as link:
        assert link.socket.subprotocol == "loopsy.v1"
        assert link.socket.response is not None
        assert device.device_secret not in str(link.socket.response.headers)


async def test_who_offers_no_protocol_is_refused(relay: RelayUnderTest) -> None:
    device = await relay.register()
    with pytest.raises(InvalidStatus) as refusal:
        await relay.connect(link_path(device), ["loopsy.v2", f"loopsy.bearer.{device.device_secret}"])
    assert refused_as(refusal.value) == (400, "bad_request")


async def test_another_origin_is_refused_before_anything_else(relay: RelayUnderTest) -> None:
    device = await relay.register()
    with pytest.raises(InvalidStatus) as refusal:
        await relay.connect(link_path(device), link_subprotocols(device.device_secret), origin="https://evil.example")
    assert refused_as(refusal.value) == (403, "forbidden")
    for origin in (relay.url, "https://app.example"):
        link = await relay.connect(link_path(device), link_subprotocols(device.device_secret), origin=origin)
        async with link:
            assert (await link.receive_control())["type"] == "phones"


async def test_a_wrong_secret_is_told_4004(relay: RelayUnderTest) -> None:
    device, other = await relay.register(), await relay.register()
    phone = await relay.pair(device)
    phone_path = f"/v1/devices/{device.device_id}/phones/{phone.phone_id}/link"
    for path, protocols in [
        (link_path(device), link_subprotocols(WRONG)),
        (link_path(device), link_subprotocols("x")),
        (link_path(device), ["loopsy.v1"]),
        (link_path(device), link_subprotocols(other.device_secret)),
        (link_path(device), link_subprotocols(phone.phone_secret)),
        (phone_path, link_subprotocols(WRONG)),
        (phone_path, link_subprotocols(device.device_secret)),
        (phone_path.replace(phone.phone_id, "a" * 26), link_subprotocols(phone.phone_secret)),
        (phone_path.replace(phone.phone_id, "not-an-id"), link_subprotocols(phone.phone_secret)),
        (phone_path.replace(device.device_id, other.device_id), link_subprotocols(phone.phone_secret)),
        ("/v1/devices/not-an-id/link", link_subprotocols(device.device_secret)),
    ]:
        async with await relay.connect(path, protocols) as link:
            assert link.socket.subprotocol == "loopsy.v1"
            assert await link.close_code() == 4004, path


async def test_ping_is_answered_on_both_sides(relay: RelayUnderTest) -> None:
    _, _, device_link, phone_link = await relay.connected_phone()
    async with device_link, phone_link:
        await device_link.echo()
        await phone_link.echo()


async def test_frames_cross_both_ways_in_order(relay: RelayUnderTest) -> None:
    _, _, device_link, phone_link = await relay.connected_phone()
    async with device_link, phone_link:
        for payload in (b"", b"\x00", bytes(range(256)), b"x" * MAX_PAYLOAD_BYTES):
            await phone_link.send(payload)
            assert await device_link.receive_bytes() == device_frame(1, payload)
            await device_link.send(device_frame(1, payload))
            assert await phone_link.receive_bytes() == payload
        for number in range(500):
            await device_link.send(device_frame(1, number.to_bytes(2, "big")))
        for number in range(500):
            assert await phone_link.receive_bytes() == number.to_bytes(2, "big")


async def test_two_phones_hear_only_what_is_theirs(relay: RelayUnderTest) -> None:
    device, _, device_link, first = await relay.connected_phone()
    second_phone = await relay.pair(device)
    async with device_link, first, await relay.phone_link(second_phone) as second:
        assert await second.receive_control() == {"type": "device.up"}
        assert (await device_link.receive_control())["conn"] == 2
        await device_link.send(device_frame(2, b"for the second"))
        await device_link.send(device_frame(1, b"for the first"))
        assert await first.receive_bytes() == b"for the first"
        assert await second.receive_bytes() == b"for the second"
        await second.send(b"from the second")
        assert await device_link.receive_bytes() == device_frame(2, b"from the second")


async def test_a_frame_to_nobody_is_dropped(relay: RelayUnderTest) -> None:
    _, _, device_link, phone_link = await relay.connected_phone()
    async with device_link, phone_link:
        for conn in (0, 2, 0xFFFF_FFFF):
            await device_link.send(device_frame(conn, b"lost"))
        await device_link.send(device_frame(1, b"found"))
        assert await phone_link.receive_bytes() == b"found"


async def test_a_frame_without_a_device_is_dropped(relay: RelayUnderTest) -> None:
    device, _, device_link, phone_link = await relay.connected_phone()
    async with phone_link:
        await device_link.close()
        assert (await phone_link.receive_control())["type"] == "device.down"
        await phone_link.send(b"lost")
        await phone_link.echo()
        async with await relay.device_link(device) as again:
            assert (await again.receive_control())["type"] == "phones"
            assert await phone_link.receive_control() == {"type": "device.up"}
            await phone_link.send(b"found")
            assert await again.receive_bytes() == device_frame(1, b"found")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param(b"x" * (MAX_PAYLOAD_BYTES + 5), 1009, id="payload too large"),
        pytest.param(b"\x00\x00\x01", 4010, id="no conn"),
        pytest.param(b"", 4010, id="empty"),
        pytest.param("{", 4010, id="not JSON"),
        pytest.param("pong", 4010, id="text"),
        pytest.param('{"type":"phone.shout"}', 4010, id="unknown type"),
        pytest.param('{"type":"phone.close","conn":1,"code":1001,"reason":""}', 4010, id="close code not allowed"),
        pytest.param(json.dumps({"type": "x" * 4096}), 1009, id="control too large"),
    ],
)
async def test_a_device_that_breaks_the_protocol_is_closed(relay: RelayUnderTest, sent: str | bytes, code: int) -> None:
    _, _, device_link, phone_link = await relay.connected_phone()
    async with device_link, phone_link:
        await device_link.send(sent)
        assert await device_link.close_code() == code
        assert (await phone_link.receive_control())["type"] == "device.down"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param(b"x" * (MAX_PAYLOAD_BYTES + 1), 1009, id="payload too large"),
        pytest.param("hello", 4010, id="text"),
        pytest.param('{"type":"phone.confirm"}', 4010, id="control"),
        pytest.param("x" * 4097, 1009, id="text too large"),
    ],
)
async def test_a_phone_that_breaks_the_protocol_is_closed(relay: RelayUnderTest, sent: str | bytes, code: int) -> None:
    _, _, device_link, phone_link = await relay.connected_phone()
    async with device_link, phone_link:
        await phone_link.send(sent)
        assert await phone_link.close_code() == code
        assert await device_link.receive_control() == {"type": "phone.down", "conn": 1}
        await device_link.echo()


async def test_the_device_closes_a_connection_with_its_reason(relay: RelayUnderTest) -> None:
    _, phone, device_link, first = await relay.connected_phone()
    async with device_link, await relay.phone_link(phone) as second:
        assert await second.receive_control() == {"type": "device.up"}
        assert (await device_link.receive_control())["conn"] == 2
        await device_link.send({"type": "phone.close", "conn": 1, "code": 4005, "reason": "wrong code"})
        assert await first.close_code() == 4005
        assert first.socket.close_reason == "wrong code"
        assert await device_link.receive_control() == {"type": "phone.down", "conn": 1}
        await device_link.send({"type": "phone.close", "conn": 1, "code": 4005, "reason": "again"})
        await second.echo()


async def test_a_huge_frame_harms_nobody_else(relay: RelayUnderTest) -> None:
    _, _, device_link, phone_link = await relay.connected_phone()
    async with device_link, phone_link:
        await phone_link.send(b"x" * 8_000_000)
        assert await phone_link.close_code() == 1009
        assert await device_link.receive_control() == {"type": "phone.down", "conn": 1}
    assert (await relay.request("GET", "/health")).status_code == httpx.codes.OK
