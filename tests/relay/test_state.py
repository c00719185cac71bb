"""What outlives sleep, death and time: hibernation, a killed workerd, the alarm."""

import asyncio
import os
import shutil
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from loopsy_deploy.errors import RelayCrashed
from loopsy_deploy.local import RELAY_DIRECTORY
from loopsy_deploy.node import find_node
from tests.support.relay import Device, RelayUnderTest, running_relay

# The runtime evicts an object that has been idle for ten seconds.
EVICTION_SECONDS = 11.5


@pytest.fixture(scope="module")
def probe_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the relay with an address that says which instance of an object answers."""
    bundle = tmp_path_factory.mktemp("probe") / "dist"
    shutil.copytree(RELAY_DIRECTORY / "dist", bundle)
    command = ["node", "scripts/build.mjs", "--worker", "test/probe_worker.ts", str(bundle / "worker.mjs")]
    built = find_node().run(command, RELAY_DIRECTORY)
    assert built.returncode == 0, built.stdout
    return bundle


async def instance(relay: RelayUnderTest, device: Device) -> str:
    answer = await relay.request("GET", f"/probe/{device.device_id}")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.slow
async def test_sockets_and_numbers_survive_hibernation(tmp_path: Path, probe_bundle: Path) -> None:
    async with running_relay(tmp_path / "relay", bundle=probe_bundle) as relay:
        device = await relay.register()
        phones = [await relay.pair(device) for _ in range(2)]
        replaced = await relay.device_link(device)
        device_link = await relay.device_link(device)
        assert (await device_link.receive_control())["type"] == "phones"
        assert await replaced.close_code() == 4001
        links = [await relay.phone_link(phone) for phone in phones]
        for conn, link in enumerate(links, start=1):
            assert (await device_link.receive_control())["conn"] == conn
            assert await link.receive_control() == {"type": "device.up"}
        first_instance = await instance(relay, device)
        assert await instance(relay, device) == first_instance

        deadline = time.monotonic() + EVICTION_SECONDS
        while time.monotonic() < deadline:
            await asyncio.sleep(1)
            await links[0].echo()  # answered by the runtime: the object sleeps on
        await links[1].send(b"wake up")
        assert await device_link.receive_bytes() == b"\x00\x00\x00\x02wake up"
        assert await instance(relay, device) != first_instance

        await device_link.send(b"\x00\x00\x00\x01good morning")
        assert await links[0].receive_bytes() == b"good morning"
        third = await relay.phone_link(phones[0])
        assert (await device_link.receive_control())["conn"] == 3
        assert [phone["online"] for phone in await relay.phones(device)] == [True, True]
        await relay.revoke(device, phones[1])
        assert await links[1].close_code() == 4003
        assert await device_link.receive_control() == {"type": "phone.down", "conn": 2}
        for link in (third, links[0], device_link):
            await link.close()


async def test_a_killed_relay_comes_back_with_its_state_and_port(tmp_path: Path) -> None:
    async with running_relay(tmp_path / "relay") as relay:
        device = await relay.register()
        kept, revoked = await relay.pair(device, "kept"), await relay.pair(device)
        token = await relay.pair_token(device)
        await relay.request("POST", "/v1/pair", bearer=token, body={})
        await relay.revoke(device, revoked)
        before, url = await relay.phones(device), relay.url
        link = await relay.phone_link(kept)
        await link.receive_control()
        os.kill(relay.local.pid, signal.SIGKILL)
        with pytest.raises(RelayCrashed):
            await relay.local.watch()
    async with running_relay(tmp_path / "relay") as relay:
        assert relay.url == url
        after = await relay.phones(device)
        assert [{**phone, "last_seen_at": None} for phone in after] == before
        assert (await relay.request("POST", "/v1/pair", bearer=token, body={})).status_code == 409
        async with await relay.phone_link(kept) as link:
            assert (await link.receive_control())["type"] == "device.down"
        async with await relay.phone_link(revoked) as link:
            assert await link.close_code() == 4003


async def test_an_alarm_deletes_a_phone_that_nobody_confirmed(tmp_path: Path) -> None:
    async with running_relay(tmp_path / "relay", environment={"PENDING_PHONE_SECONDS": "2"}) as relay:
        device = await relay.register()
        confirmed, pending = await relay.pair(device), await relay.pair(device)
        async with await relay.device_link(device) as device_link, await relay.phone_link(pending) as phone_link:
            assert (await device_link.receive_control())["type"] == "phones"
            assert (await device_link.receive_control())["type"] == "phone.up"
            await device_link.send({"type": "phone.confirm", "phone_id": confirmed.phone_id})
            assert await device_link.receive_control() == {"type": "phone.down", "conn": 1}
            assert await phone_link.close_code() == 4004
        assert [phone["phone_id"] for phone in await relay.phones(device)] == [confirmed.phone_id]
        async with await relay.phone_link(pending) as again:
            assert await again.close_code() == 4004


async def test_the_storage_holds_digests_and_no_secret_and_no_payload(tmp_path: Path) -> None:
    marker = b"a payload that nobody may keep"
    async with running_relay(tmp_path / "relay") as relay:
        device = await relay.register()
        phone = await relay.pair(device)
        async with await relay.device_link(device) as device_link, await relay.phone_link(phone) as phone_link:
            assert (await device_link.receive_control())["type"] == "phones"
            assert (await device_link.receive_control())["type"] == "phone.up"
            await phone_link.send(marker)
            assert marker in await device_link.receive_bytes()
        [database] = relay.objects()
        assert rows(database, "SELECT count(*) FROM phones") == [(1,)]
        stored = b"".join(path.read_bytes() for path in (tmp_path / "relay" / "objects").rglob("*") if path.is_file())
        logged = relay.local.log_path.read_bytes()
    for secret in (device.device_secret.encode(), phone.phone_secret.encode(), marker):
        assert secret not in stored
        assert secret not in logged
    assert phone.phone_id.encode() in stored


def rows(database: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()
