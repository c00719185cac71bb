"""What is printed and typed survives cuts: bytes on both sides equal those of a run without cuts."""

import asyncio
import dataclasses
import random
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopsy_daemon.wire import messages
from tests.support.daemon import Daemon, running_daemon
from tests.support.machine import Machine
from tests.support.phone import Phone
from tests.support.proxy import proxy_to
from tests.support.relay import RelayUnderTest, running_relay
from tests.support.steady_phone import SteadyPhone
from tests.support.talker import READY, stream

REPOSITORY = Path(__file__).parents[2]


async def talk(
    daemon: Daemon, machine: Machine, proxy_cuts: list[int], seed: int, sizes: tuple[int, int], directory: Path
) -> tuple[bytes, bytes, bytes, int]:
    """Run a talker with a phone that is cut; return (output at the phone, input typed, input heard, connections)."""
    output_bytes, input_bytes = sizes
    heard = directory / f"input-{seed}"
    command = [sys.executable, "-m", "tests.support.talker", str(seed), str(output_bytes), str(input_bytes), str(heard)]
    async with await daemon.client() as client:
        opened = await client.request(
            messages.Open(id=client.next_id(), agent="shell", cols=80, rows=24, command=command, cwd=str(REPOSITORY))
        )
        assert isinstance(opened, messages.Opened)
    typed = random.Random(seed).randbytes(input_bytes)
    async with proxy_to(machine.relay_url) as proxy:
        proxy.cuts = list(proxy_cuts)
        phone = SteadyPhone(
            dataclasses.replace(machine, relay_url=proxy.url),
            opened.session.id,
        )
        phone.type(typed)
        async with asyncio.timeout(60):
            await phone.run_until_exit()
    return bytes(phone.output), typed, heard.read_bytes(), phone.connections


# a fresh connection costs about 2 KB until it is attached: smaller cuts test the handshake, larger ones the streams
CUTS = st.lists(st.one_of(st.integers(1, 3_000), st.integers(2_000, 60_000)), min_size=1, max_size=12)


@dataclass(slots=True)
class Rig:
    """One relay, daemon and phone for all examples, on one event loop."""

    runner: asyncio.Runner
    daemon: Daemon
    machine: Machine
    directory: Path


@pytest.fixture
def rig(tmp_path: Path, home: Path) -> Iterator[Rig]:
    async def start(stack: AsyncExitStack) -> tuple[Daemon, Machine]:
        relay = await stack.enter_async_context(running_relay(tmp_path / "relay"))
        device = await relay.register()
        daemon = await stack.enter_async_context(
            running_daemon(home, relay.url, device.device_id, device.device_secret)
        )
        return daemon, await daemon.pair_phone()

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            yield Rig(runner, *runner.run(start(stack)), tmp_path)
        finally:
            runner.run(stack.aclose())


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cuts=CUTS,
    seed=st.integers(0, 1 << 30),
    output_bytes=st.integers(0, 150_000),
    input_bytes=st.integers(1, 40_000),
)
def test_any_cut_loses_repeats_and_reorders_nothing(
    rig: Rig, cuts: list[int], seed: int, output_bytes: int, input_bytes: int
) -> None:
    output, typed, heard, connections = rig.runner.run(
        talk(rig.daemon, rig.machine, cuts, seed, (output_bytes, input_bytes), rig.directory)
    )
    assert output == READY + stream(seed, output_bytes)
    assert heard == typed
    assert connections <= len(cuts) + 1


async def test_two_phones_see_the_same_bytes(daemon: Daemon) -> None:
    first, second = await daemon.pair_phone("first"), await daemon.pair_phone("second")
    async with Phone.connected(first) as one, Phone.connected(second) as two:
        session = await one.open()
        here, there = await one.attach(session, have=0), await two.attach(session, have=0)
        await one.type(here, b"printf 'A%s\\n' B; ")
        await two.type(there, b"exit 7\r")
        await one.wait_for(lambda: here.exit is not None)
        await two.wait_for(lambda: there.exit is not None)
        assert here.exit is not None
        assert there.exit is not None
        assert (here.exit.code, here.exit.offset) == (there.exit.code, there.exit.offset) == (7, here.end)
        assert bytes(here.received) == bytes(there.received)
        assert b"AB" in here.received


async def test_a_session_goes_on_while_the_relay_is_gone(relay: RelayUnderTest, daemon: Daemon) -> None:
    machine = await daemon.pair_phone()
    phone = await Phone.connect(machine)
    session = await phone.open()
    seen = await phone.attach(session)
    await phone.type(seen, b"until [ -e go ]; do sleep 0.05; done; echo after-$((40+2))\r")
    await phone.wait_output(seen, b"go ]")
    have = seen.end
    await relay.local.stop()
    await relay.local.start()
    await daemon.wait_relay()
    async with Phone.connected(machine) as back:
        again = await back.attach(session, have=have)
        assert again.base == have, "resumed at the exact byte"
        info = next(found for found in back.sessions if found.id == session)
        (Path(info.cwd) / "go").touch()
        try:
            await back.wait_output(again, b"after-42")
        finally:
            (Path(info.cwd) / "go").unlink()


async def test_phones_are_told_when_the_daemon_goes_and_comes(daemon: Daemon) -> None:
    machine = await daemon.pair_phone()
    async with Phone.connected(machine) as phone:
        assert phone.device_online is None
        await daemon.stop()
        await phone.wait_for(lambda: phone.device_online is False)
        await daemon.start()
        await phone.wait_for(lambda: phone.device_online is True)
        # the same link carries a new channel: a handshake starts afresh
        assert phone.closed is None
