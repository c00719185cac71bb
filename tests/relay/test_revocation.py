"""Revoking a phone: it is out at once, and no other is touched; on real workerd."""

import pytest

from tests.support.relay import RelayUnderTest

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_revoking_closes_one_phone_and_no_other(relay: RelayUnderTest) -> None:
    device = await relay.register()
    lost, kept = await relay.pair(device), await relay.pair(device)
    device_link = await relay.device_link(device)
    assert (await device_link.receive_control())["type"] == "phones"
    links = [await relay.phone_link(phone) for phone in (lost, lost, kept)]
    for _ in links:
        assert (await device_link.receive_control())["type"] == "phone.up"
    await relay.revoke(device, lost)
    assert await links[0].close_code() == 4003
    assert await links[1].close_code() == 4003
    downs = [await device_link.receive_control() for _ in range(2)]
    assert downs == [{"type": "phone.down", "conn": 1}, {"type": "phone.down", "conn": 2}]
    assert await links[2].receive_control() == {"type": "device.up"}
    await links[2].send(b"still here")
    assert await device_link.receive_bytes() == b"\x00\x00\x00\x03still here"
    assert [phone["phone_id"] for phone in await relay.phones(device)] == [kept.phone_id]
    await links[2].close()
    await device_link.close()


async def test_a_revoked_phone_that_comes_back_is_told_so(relay: RelayUnderTest) -> None:
    device = await relay.register()
    phone = await relay.pair(device)
    await relay.revoke(device, phone)
    for _ in range(2):
        async with await relay.phone_link(phone) as link:
            assert await link.close_code() == 4003


async def test_revoking_again_is_no_error(relay: RelayUnderTest) -> None:
    device = await relay.register()
    phone = await relay.pair(device)
    await relay.revoke(device, phone)
    await relay.revoke(device, phone)
    path = f"/v1/devices/{device.device_id}/phones/{'a' * 26}"
    assert (await relay.request("DELETE", path, bearer=device.device_secret)).status_code == 204


async def test_a_phone_revokes_itself_and_no_other(relay: RelayUnderTest) -> None:
    device = await relay.register()
    phone, other = await relay.pair(device), await relay.pair(device)
    path = f"/v1/devices/{device.device_id}/phones"
    answer = await relay.request("DELETE", f"{path}/{other.phone_id}", bearer=phone.phone_secret)
    assert answer.status_code == 401
    for _ in range(2):
        answer = await relay.request("DELETE", f"{path}/{phone.phone_id}", bearer=phone.phone_secret)
        assert answer.status_code == 204
    assert [listed["phone_id"] for listed in await relay.phones(device)] == [other.phone_id]


async def test_a_revoked_phone_is_not_confirmed_back(relay: RelayUnderTest) -> None:
    device = await relay.register()
    phone = await relay.pair(device)
    await relay.revoke(device, phone)
    async with await relay.device_link(device) as link:
        await link.receive_control()
        await link.send({"type": "phone.confirm", "phone_id": phone.phone_id})
        await link.echo()
    assert await relay.phones(device) == []
    async with await relay.phone_link(phone) as again:
        assert await again.close_code() == 4003


async def test_an_id_that_is_none_is_not_found(relay: RelayUnderTest) -> None:
    device = await relay.register()
    path = f"/v1/devices/{device.device_id}/phones/nobody"
    assert (await relay.request("DELETE", path, bearer=device.device_secret)).status_code == 404
