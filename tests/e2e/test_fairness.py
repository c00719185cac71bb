"""A flood in one session does not delay a key in another, on a link that all of them share."""

import asyncio
import dataclasses
import statistics
from pathlib import Path

from loopsy_daemon.wire import messages
from tests.support.daemon import Daemon, running_daemon
from tests.support.phone import Phone
from tests.support.proxy import proxy_to
from tests.support.relay import RelayUnderTest
from tests.support.shaping import Shape

LINK_BYTES_PER_SECOND = 500_000
FLOODS = 3
FLOOD = ["sh", "-c", "while :; do head -c 65536 /dev/zero | tr '\\0' x; sleep 0.05; done"]
KEYS = 7
RAW_CAT = ["sh", "-c", "stty raw -echo; printf ready; exec cat"]
# What a key finds before it is a message and what the kernels hold; the floods' windows alone would be 1.5 s.
BOUND_SECONDS = 0.8


async def open_session(daemon: Daemon, command: list[str]) -> str:
    async with await daemon.client() as client:
        opened = await client.request(
            messages.Open(id=client.next_id(), agent="shell", cols=80, rows=24, command=command)
        )
    assert isinstance(opened, messages.Opened)
    return opened.session.id


async def echo_seconds(phone: Phone, session: str) -> list[float]:
    """Return how long keys took, one after the other."""
    stream = await phone.attach(session)
    await phone.wait_output(stream, b"ready", 60)
    loop, taken = asyncio.get_running_loop(), []
    for _ in range(KEYS):
        end, started = stream.end, loop.time()
        await phone.type(stream, b"k")
        await phone.wait_for(lambda end=end: stream.end > end, seconds=60)  # type: ignore[misc]
        taken.append(loop.time() - started)
    return taken


async def test_a_flood_does_not_delay_a_key_in_another_session(relay: RelayUnderTest, home: Path) -> None:
    device = await relay.register()
    async with (
        proxy_to(relay.url) as proxy,
        running_daemon(home, proxy.url, device.device_id, device.device_secret) as daemon,
    ):
        flooded = dataclasses.replace(await daemon.pair_phone("flooded"), relay_url=relay.url)
        other = dataclasses.replace(await daemon.pair_phone("other"), relay_url=relay.url)
        cat = await open_session(daemon, RAW_CAT)
        floods = [await open_session(daemon, FLOOD) for _ in range(FLOODS)]
        async with Phone.connected(flooded) as one, Phone.connected(other) as two:
            proxy.reshape(up=Shape(bytes_per_second=LINK_BYTES_PER_SECOND, holds_bytes=16_384))
            streams = [await one.attach(session, keep=False) for session in floods]
            starts = [stream.end for stream in streams]
            same_phone = await echo_seconds(one, cat)
            other_phone = await echo_seconds(two, cat)
            assert statistics.median(same_phone) < BOUND_SECONDS
            assert statistics.median(other_phone) < BOUND_SECONDS
            for stream, start in zip(streams, starts, strict=True):
                assert stream.end - start > 0, "every flood gets its turns"
