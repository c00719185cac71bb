"""The relay as the daemon runs it, with a real relay: reloads, subscriptions, what a phone cannot break."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from loopsy_daemon.errors import RequestFailed
from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.wire import messages
from tests.support.daemon import Daemon, running_daemon
from tests.support.machine import LinkClosed
from tests.support.phone import Phone, pair
from tests.support.relay import running_relay


@pytest.fixture
async def daemon(tmp_path: Path, home: Path) -> AsyncIterator[Daemon]:
    async with running_relay(tmp_path / "relay") as relay:
        device = await relay.register()
        async with running_daemon(home, relay.url, device.device_id, device.device_secret) as daemon:
            yield daemon
            assert "Traceback" not in daemon.log()


async def reload(daemon: Daemon) -> None:
    async with await daemon.client() as client:
        await client.request(messages.RelayReload(id=client.next_id()))


@pytest.mark.parametrize("spoiled", ["config", "phones", "secrets"])
async def test_a_reload_that_fails_leaves_the_link_as_it_is(daemon: Daemon, spoiled: str) -> None:
    async with Phone.connected(await daemon.pair_phone()) as phone:
        path: Path = getattr(daemon.paths, spoiled)
        good = path.read_bytes()
        path.write_bytes(b"[")
        with pytest.raises(RequestFailed) as failed:
            await reload(daemon)
        assert str(path) in failed.value.message
        path.write_bytes(good)
        assert isinstance(await phone.request(lambda number: messages.Ping(id=number)), messages.Pong)
        assert (await daemon.status()).phones == 1


async def test_reloads_at_the_same_time_leave_one_link(daemon: Daemon) -> None:
    await asyncio.gather(*(reload(daemon) for _ in range(5)))
    await daemon.wait_relay()
    await asyncio.sleep(0.3)  # two links would replace each other by now
    status = await daemon.wait_relay()
    assert status.relay
    assert status.relay.last_error is None
    assert "link refused" not in daemon.log(), "nobody else has this device's identity"
    await daemon.pair_phone()


async def test_a_reload_whose_client_goes_away_is_done_all_the_same(daemon: Daemon) -> None:
    for _ in range(5):
        client = await daemon.client()
        await client.send(messages.RelayReload(id=1))
        await client.close()
    assert (await daemon.wait_relay()).relay
    await daemon.pair_phone()


async def test_each_event_arrives_once_however_often_a_client_asks(daemon: Daemon) -> None:
    async with await daemon.client() as client:
        for _ in range(3):
            await client.request(messages.Watch(id=client.next_id()))
            started = await client.request(messages.PairStart(id=client.next_id()))
        assert isinstance(started, messages.PairStarted)
        await pair(started.url, started.code)
        names = await names_until(client, "phone.disconnected")
        assert names == [
            "pair.ended", "pair.ended", "pair.ended", "phone.paired", "phone.connected", "phone.disconnected",
        ]  # fmt: skip


async def names_until(client: DaemonClient, last: str) -> list[str]:
    names: list[str] = []
    async with asyncio.timeout(10):
        async for message in client.messages():
            if isinstance(message, messages.Event):
                names.append(message.name)
                if message.name == last:
                    return names
    raise AssertionError(names)


async def test_who_only_pairs_is_told_of_pairings_alone(daemon: Daemon) -> None:
    async with await daemon.client() as client:
        started = await client.request(messages.PairStart(id=client.next_id()))
        assert isinstance(started, messages.PairStarted)
        await pair(started.url, started.code)
        assert await names_until(client, "phone.paired") == ["pair.ended", "phone.paired"]


async def test_a_pairing_ends_when_the_daemon_does(daemon: Daemon) -> None:
    async with await daemon.client() as client:
        started = await client.request(messages.PairStart(id=client.next_id()))
        assert isinstance(started, messages.PairStarted)
        assert await daemon.end() == 0
    await daemon.start()
    await daemon.wait_relay()
    with pytest.raises(LinkClosed) as closed:
        await pair(started.url, started.code)
    assert closed.value.code == 4006


async def test_a_message_nested_without_end_costs_its_sender_the_connection_and_nobody_else(daemon: Daemon) -> None:
    machine = await daemon.pair_phone()
    async with Phone.connected(machine) as witness, Phone.connected(machine) as phone:
        await phone.send_raw(b"\x00\x83\xa4type\xa4ping\xa2id\x01\xa1x" + b"\x91" * 60_000)
        with pytest.raises(LinkClosed) as closed:
            await phone.wait_for(lambda: False)
        assert closed.value.code == 4010
        assert isinstance(await witness.request(lambda number: messages.Ping(id=number)), messages.Pong)


async def test_a_revoked_phone_is_told_by_name(daemon: Daemon) -> None:
    machine = await daemon.pair_phone("Ada's phone")
    async with Phone.connected(machine), await daemon.client() as client:
        await client.request(messages.Watch(id=client.next_id()))
        await client.request(messages.PhonesRevoke(id=client.next_id(), phone="ada's phone"))
        async with asyncio.timeout(10):
            async for message in client.messages():
                assert isinstance(message, messages.Event)
                assert message.details["label"] == "Ada's phone"
                if message.name == "phone.revoked":
                    break
