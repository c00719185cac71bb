"""Who is told of whom: device and phones that come, go, break off and replace each other, on real workerd."""

import asyncio

import pytest

from tests.support.relay import RelayUnderTest, device_frame

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_phone_without_its_device_is_told_since_when(relay: RelayUnderTest) -> None:
    device = await relay.register()
    phone = await relay.pair(device)
    async with await relay.phone_link(phone) as link:
        assert await link.receive_control() == {"type": "device.down", "since": None}
        async with await relay.device_link(device) as device_link:
            phones = [{"conn": 1, "phone_id": phone.phone_id}]
            assert await device_link.receive_control() == {"type": "phones", "phones": phones}
            assert await link.receive_control() == {"type": "device.up"}
        down = await link.receive_control()
        assert down["type"] == "device.down"
        assert down["since"] > 1_700_000_000
    async with await relay.phone_link(phone) as link:
        again = await link.receive_control()
        assert abs(again["since"] - down["since"]) <= 1


async def test_the_device_is_told_of_phones_that_come_and_go(relay: RelayUnderTest) -> None:
    device, phone, device_link, phone_link = await relay.connected_phone()
    async with device_link:
        await phone_link.close()
        assert await device_link.receive_control() == {"type": "phone.down", "conn": 1}
        async with await relay.phone_link(phone):
            up = {"type": "phone.up", "conn": 2, "phone_id": phone.phone_id}
            assert await device_link.receive_control() == up
            assert [listed["online"] for listed in await relay.phones(device)] == [True]
        assert await device_link.receive_control() == {"type": "phone.down", "conn": 2}
        [listed] = await relay.phones(device)
        assert listed["online"] is False
        assert listed["last_seen_at"] > 1_700_000_000


async def test_a_phone_that_breaks_off_is_told_too(relay: RelayUnderTest) -> None:
    _, _, device_link, phone_link = await relay.connected_phone()
    async with device_link:
        phone_link.socket.transport.abort()
        assert await device_link.receive_control() == {"type": "phone.down", "conn": 1}


async def test_a_device_that_breaks_off_is_told_too(relay: RelayUnderTest) -> None:
    _, _, device_link, phone_link = await relay.connected_phone()
    async with phone_link:
        device_link.socket.transport.abort()
        assert (await phone_link.receive_control())["type"] == "device.down"


async def test_devices_and_phones_that_break_off_and_come_back_are_served_on(relay: RelayUnderTest) -> None:
    device = await relay.register()
    steady, restless = await relay.pair(device), await relay.pair(device)
    async with await relay.phone_link(steady) as phone_link:
        for _ in range(20):
            device_link = await relay.device_link(device)
            assert (await device_link.receive_control())["type"] == "phones"
            other = await relay.phone_link(restless)
            await phone_link.send(b"x" * 20_000)
            await other.send(b"y")
            other.socket.transport.abort()
            await device_link.send(device_frame(1, b"tick"))
            device_link.socket.transport.abort()
        async with await relay.device_link(device) as last:
            # The relay may not have noticed yet that the restless phone is gone; the steady one is its senior.
            assert (await last.receive_control())["phones"][0] == {"conn": 1, "phone_id": steady.phone_id}
            await phone_link.send(b"last")
            while await last.receive() != device_frame(1, b"last"):
                pass  # of the restless phone
            await last.send(device_frame(1, b"end"))
            while await phone_link.receive() != b"end":
                pass  # of the former device sockets


async def test_a_newer_device_replaces_the_older_and_renumbers(relay: RelayUnderTest) -> None:
    device, phone, older, first = await relay.connected_phone()
    second = await relay.phone_link(phone)
    assert await second.receive_control() == {"type": "device.up"}
    assert (await older.receive_control())["conn"] == 2
    await first.close()
    assert (await older.receive_control()) == {"type": "phone.down", "conn": 1}
    async with second, await relay.device_link(device) as newer:
        phones = [{"conn": 1, "phone_id": phone.phone_id}]
        assert await newer.receive_control() == {"type": "phones", "phones": phones}
        assert await second.receive_control() == {"type": "device.up"}
        assert await older.close_code() == 4001
        await second.send(b"to the newer")
        assert await newer.receive_bytes() == device_frame(1, b"to the newer")
        await newer.send(device_frame(1, b"from the newer"))
        assert await second.receive_bytes() == b"from the newer"


async def test_frames_of_a_replaced_device_are_dropped(relay: RelayUnderTest) -> None:
    device, _, older, phone_link = await relay.connected_phone()
    older.socket.transport.pause_reading()  # so that it does not learn of its end and goes on sending
    async with phone_link, await relay.device_link(device) as newer:
        assert (await newer.receive_control())["type"] == "phones"
        assert await phone_link.receive_control() == {"type": "device.up"}
        await older.send(device_frame(1, b"from the older"))
        await older.send({"type": "phone.close", "conn": 1, "code": 4003, "reason": ""})
        await asyncio.sleep(0.1)  # nothing says when a frame was dropped
        await newer.send(device_frame(1, b"from the newer"))
        assert await phone_link.receive_bytes() == b"from the newer"
        older.socket.transport.resume_reading()
        assert await older.close_code() == 4001


async def test_the_ninth_connection_of_a_phone_closes_the_oldest(relay: RelayUnderTest) -> None:
    _, phone, device_link, oldest = await relay.connected_phone()
    others = []
    async with device_link:
        for conn in range(2, 9):
            others.append(await relay.phone_link(phone))
            assert (await device_link.receive_control())["conn"] == conn
        ninth = await relay.phone_link(phone)
        assert await oldest.close_code() == 4001
        assert await device_link.receive_control() == {"type": "phone.down", "conn": 1}
        assert (await device_link.receive_control())["conn"] == 9
        for link in [*others, ninth]:
            assert await link.receive_control() == {"type": "device.up"}
            await link.echo()
            await link.close()
