"""What a session costs in messages to the relay, which are what a relay on a free plan is counted by."""

import asyncio
from pathlib import Path

from loopsy_daemon.wire import limits, messages
from tests.support.daemon import Daemon
from tests.support.phone import Phone

RAW_CAT = ["sh", "-c", "stty raw -echo; printf ready; exec cat"]
KEYS = 30
DEADLINE_SECONDS = 30.0


async def open_session(daemon: Daemon, command: list[str]) -> str:
    async with await daemon.client() as client:
        opened = await client.request(
            messages.Open(id=client.next_id(), agent="shell", cols=80, rows=24, command=command)
        )
    assert isinstance(opened, messages.Opened)
    return opened.session.id


async def test_bulk_output_costs_a_message_per_48_kib_or_16_ms_and_an_acknowledgement_per_128_kib(
    daemon: Daemon,
) -> None:
    session = await open_session(daemon, ["sh", "-c", "read _; seq 1 700000 | cat"])
    async with Phone.connected(await daemon.pair_phone()) as phone:
        stream = await phone.attach(session, lossless=True, keep=False)
        before, start = phone.frames_received + phone.frames_sent, stream.end
        started = asyncio.get_running_loop().time()
        await phone.type(stream, b"\n")
        await phone.wait_for(lambda: stream.exit is not None, seconds=60)
        seconds = asyncio.get_running_loop().time() - started
        size_bytes = stream.end - start
        sent = phone.frames_received + phone.frames_sent - before
    assert size_bytes > 5_000_000
    batches = size_bytes / limits.BATCH_BYTES + seconds / limits.QUIET_SECONDS
    acknowledgements = size_bytes / (limits.OUTPUT_WINDOW_BYTES // 2) + seconds / limits.OUTPUT_ACK_SECONDS
    pushed_lists = 1 + seconds / limits.SESSIONS_PUSH_INTERVAL_SECONDS
    assert sent <= batches + acknowledgements + pushed_lists + 8


async def test_a_key_costs_its_message_its_echo_and_a_share_of_an_acknowledgement(daemon: Daemon) -> None:
    session = await open_session(daemon, RAW_CAT)
    async with Phone.connected(await daemon.pair_phone()) as phone:
        stream = await phone.attach(session)
        await phone.wait_output(stream, b"ready")
        await phone.wait_for(lambda: any(info.clients == 1 for info in phone.sessions))
        before = phone.frames_received + phone.frames_sent
        started = asyncio.get_running_loop().time()
        for _ in range(KEYS):
            end = stream.end
            await phone.type(stream, b"k")
            await phone.wait_for(lambda end=end: stream.end > end)  # type: ignore[misc]
        await phone.wait_for(lambda: stream.input_acknowledged == KEYS)
        seconds = asyncio.get_running_loop().time() - started
        sent = phone.frames_received + phone.frames_sent - before
    acknowledgements = seconds / limits.INPUT_ACK_SECONDS + seconds / limits.OUTPUT_ACK_SECONDS
    assert sent <= 2 * KEYS + acknowledgements + 3


async def test_a_session_that_nobody_looks_at_sends_nothing(daemon: Daemon, tmp_path: Path) -> None:
    go = tmp_path / "go"
    session = await open_session(
        daemon, ["sh", "-c", f"until [ -e {go} ]; do sleep 0.02; done; seq 1 300000; printf 'all printed'; sleep 600"]
    )
    async with Phone.connected(await daemon.pair_phone()) as phone, await daemon.client() as client:
        stream = await phone.attach(session)
        await phone.wait_for(lambda: any(info.clients == 1 for info in phone.sessions))
        await phone.request(lambda request_id: messages.Detach(id=request_id, stream=stream.number))
        await phone.wait_for(lambda: all(info.clients == 0 for info in phone.sessions))
        before = phone.frames_received
        go.touch()
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                listed = await client.request(messages.List(id=client.next_id()))
                assert isinstance(listed, messages.Sessions)
                if listed.sessions[0].preview == "all printed":
                    break
                await asyncio.sleep(0.02)
        await phone.request(lambda request_id: messages.Ping(id=request_id))
        assert phone.frames_received == before + 1  # the pong
