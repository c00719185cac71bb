"""Pairing, wrong codes and revocation, through a real relay and a real daemon."""

import asyncio
import dataclasses

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from loopsy_daemon.errors import RequestFailed
from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.wire import channel, frames, messages
from loopsy_daemon.wire.pairing import decode_fragment, pairing_psk
from tests.support.daemon import Daemon
from tests.support.machine import LinkClosed, Machine, open_link, redeem
from tests.support.phone import Phone, pair
from tests.support.relay import Device, RelayUnderTest


async def start_pairing(client: DaemonClient, digits: int = 4) -> messages.PairStarted:
    started = await client.request(messages.PairStart(id=client.next_id(), digits=digits))
    assert isinstance(started, messages.PairStarted)
    return started


def other_code(code: str, step: int = 1) -> str:
    return f"{(int(code) + step) % 10 ** len(code):0{len(code)}d}"


async def try_code(machine: Machine, secret: bytes, code: str) -> LinkClosed | None:
    try:
        async with Phone.connected(machine, psk=pairing_psk(secret, code)):
            return None
    except LinkClosed as closed:
        return closed


async def listed(daemon: Daemon) -> list[messages.PhoneListing]:
    async with await daemon.client() as client:
        answer = await client.request(messages.PhonesList(id=client.next_id()))
    assert isinstance(answer, messages.Phones)
    return answer.phones


async def test_a_phone_pairs_with_the_code_and_comes_back_without_it(daemon: Daemon) -> None:
    machine = await daemon.pair_phone("Ada's phone")
    async with Phone.connected(machine) as phone:
        assert phone.welcome.daemon.name == "studio"
        assert phone.welcome.phone == messages.PhoneInfo(phone_id=machine.phone_id, label="Ada's phone")
        assert [(found.label, found.online) for found in await listed(daemon)] == [("Ada's phone", True)]


async def test_the_link_does_not_contain_the_code(daemon: Daemon) -> None:
    async with await daemon.client() as client:
        for digits in (4, 8):
            started = await start_pairing(client, digits)
            assert len(started.code) == digits
            assert decode_fragment(started.url.partition("#")[2]).digits == digits
            # what the link does contain gives another psk for every code: nothing in it tells which is right
            assert started.code not in started.url.partition("#")[0]


async def test_five_wrong_codes_end_the_pairing_and_delete_the_pending_phone(
    relay: RelayUnderTest, daemon: Daemon
) -> None:
    async with await daemon.client() as client:
        started = await start_pairing(client)
        machine, secret = await redeem(started.url, "guesser")
        for attempt in range(1, 5):
            closed = await try_code(machine, secret, other_code(started.code, attempt))
            assert closed is not None
            assert (closed.code, closed.reason) == (4005, f"wrong code, {5 - attempt} left")
        closed = await try_code(machine, secret, other_code(started.code, 5))
        assert closed is not None
        assert closed.code == 4006
        closed = await try_code(machine, secret, started.code)
        assert closed is not None, "the right code comes too late"
        assert closed.code in {4003, 4004, 4006}
        names = [event.name for event in await events_until(client, "pair.ended")]
        assert names.count("pair.wrong_code") == 5
    assert await listed(daemon) == []
    device = Device(machine.device_id, daemon_secret(daemon))
    async with asyncio.timeout(15):  # the daemon tells the relay after it has refused the phone
        while await relay.phones(device):
            await asyncio.sleep(0.02)


def daemon_secret(daemon: Daemon) -> str:
    return str(msgspec.json.decode(daemon.paths.secrets.read_bytes())["device-secret"])


async def events_until(client: DaemonClient, name: str) -> list[messages.Event]:
    found: list[messages.Event] = []
    async for message in client.messages():
        if isinstance(message, messages.Event):
            found.append(message)
            if message.name == name:
                return found
    raise AssertionError(f"no {name}")


async def test_the_right_code_after_four_wrong_ones(daemon: Daemon) -> None:
    async with await daemon.client() as client:
        started = await start_pairing(client)
        machine, secret = await redeem(started.url, "clumsy")
        for attempt in range(1, 5):
            assert await try_code(machine, secret, other_code(started.code, attempt)) is not None
        assert await try_code(machine, secret, started.code) is None
    assert [phone.label for phone in await listed(daemon)] == ["clumsy"]


async def test_one_pairing_pairs_one_phone(daemon: Daemon) -> None:
    async with await daemon.client() as client:
        started = await start_pairing(client)
        machine = await pair(started.url, started.code)
        stranger = with_another_key(machine)
        closed = await try_code(stranger, decode_fragment(started.url.partition("#")[2]).secret, started.code)
        assert closed is not None
        assert closed.code == 4006
    async with Phone.connected(machine):
        pass  # the first one still is in


def with_another_key(machine: Machine) -> Machine:
    return dataclasses.replace(machine, key=X25519PrivateKey.generate(), label="stranger")


async def test_a_pairing_ends_with_the_command_that_shows_it(daemon: Daemon) -> None:
    async with await daemon.client() as client:
        started = await start_pairing(client)
        machine, secret = await redeem(started.url, "late")
    await daemon.status()  # the daemon has seen the end of the client
    closed = await try_code(machine, secret, started.code)
    assert closed is not None
    assert closed.code == 4006


async def test_a_replayed_first_message_changes_nothing(daemon: Daemon) -> None:
    """Who runs the relay can replay message 1 of a pairing; without the phone's key it gets no further."""
    async with await daemon.client() as client:
        started = await start_pairing(client)
        machine, secret = await redeem(started.url, "replayed")
        recorded = await first_frame(machine, pairing_psk(secret, started.code))
        socket = await open_link(machine)
        await socket.send(recorded)
        while isinstance(answer := await socket.recv(), str):
            pass  # pong, device.up
        assert answer[0] == frames.SUITE_PAIRING, "message 2 gives nothing away"
        await socket.send(b"\x00" + bytes(40))
        await socket.wait_closed()
        assert socket.close_code == 4010
        assert await listed(daemon) == []
        assert await try_code(machine, secret, started.code) is None, "the pairing is still open"


async def first_frame(machine: Machine, psk: bytes) -> bytes:
    return channel.Initiator(
        prologue=channel.prologue(machine.device_id, machine.phone_id),
        static=machine.key,
        ephemeral=X25519PrivateKey.generate(),
        device_key=machine.device_key,
        label=machine.label,
        psk=psk,
    ).first_frame


async def test_another_key_with_the_right_secret_is_refused(daemon: Daemon) -> None:
    machine = await daemon.pair_phone()
    with pytest.raises(LinkClosed) as refused:
        await Phone.connect(with_another_key(machine))
    assert refused.value.code == 4003


async def test_a_revoked_phone_is_out_at_once_and_others_stay(relay: RelayUnderTest, daemon: Daemon) -> None:
    first, second = await daemon.pair_phone("first"), await daemon.pair_phone("second")
    async with Phone.connected(first) as out, Phone.connected(second) as stays, await daemon.client() as client:
        await client.request(messages.PhonesRevoke(id=client.next_id(), phone="first"))
        with pytest.raises(LinkClosed) as closed:
            await out.wait_for(lambda: False)
        assert closed.value.code == 4003
        assert isinstance(await stays.request(lambda number: messages.Ping(id=number)), messages.Pong)
        with pytest.raises(LinkClosed) as again:
            await Phone.connect(first)
        assert again.value.code == 4003
        assert [phone.label for phone in await listed(daemon)] == ["second"]
        with pytest.raises(RequestFailed, match="No paired phone"):
            await client.request(messages.PhonesRevoke(id=client.next_id(), phone="first"))
    assert [phone["label"] for phone in await relay.phones(Device(first.device_id, daemon_secret(daemon)))] == [
        "second"
    ]


async def test_phones_stay_paired_when_daemon_and_relay_restart(relay: RelayUnderTest, daemon: Daemon) -> None:
    machine = await daemon.pair_phone()
    await daemon.stop()
    await relay.local.stop()
    await relay.local.start()
    await daemon.start()
    await daemon.wait_relay()
    async with Phone.connected(machine) as phone:
        assert phone.welcome.daemon.name == "studio"


async def test_a_phone_may_not_ask_what_only_the_laptop_may(daemon: Daemon) -> None:
    machine = await daemon.pair_phone()
    async with Phone.connected(machine) as phone:
        for build in (
            lambda number: messages.PairStart(id=number),
            lambda number: messages.PhonesRevoke(id=number, phone=machine.phone_id),
            lambda number: messages.Shutdown(id=number),
            lambda number: messages.Status(id=number),
            lambda number: messages.Watch(id=number),
            lambda number: messages.RelayReload(id=number),
            lambda number: messages.OutputRead(id=number, session="shell"),
            lambda number: messages.RecordStart(id=number, session="shell"),
            lambda number: messages.RecordStop(id=number, session="shell"),
            lambda number: messages.Open(id=number, agent="shell", cols=80, rows=24, command=["id"]),
        ):
            answer = await phone.request(build)
            assert isinstance(answer, messages.Error)
            assert answer.code == "not_permitted"
