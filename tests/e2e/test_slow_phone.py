"""A phone on a slow line: a flood is skipped, and a key is answered before a window has gone by."""

import asyncio
import dataclasses

from loopsy_daemon.wire import limits, messages
from tests.support.daemon import Daemon
from tests.support.phone import Phone
from tests.support.proxy import proxy_to
from tests.support.relay import RelayUnderTest
from tests.support.shaping import Shape

LINE_BYTES_PER_SECOND = 1_000_000
FLOOD = ["sh", "-c", "trap 'echo; echo stopped; exit 9' INT; echo ready; yes 'a line of output that repeats'"]
# The window takes 0.26 s of the line; the rest is what lies in the sockets on the way, and a busy machine.
BOUND_SECONDS = 2.0


async def test_control_c_under_a_flood_on_a_line_of_one_megabyte_per_second(
    relay: RelayUnderTest, daemon: Daemon
) -> None:
    async with await daemon.client() as client:
        opened = await client.request(
            messages.Open(id=client.next_id(), agent="shell", cols=80, rows=24, command=FLOOD)
        )
    assert isinstance(opened, messages.Opened)
    machine = await daemon.pair_phone()
    async with (
        proxy_to(relay.url) as proxy,
        Phone.connected(dataclasses.replace(machine, relay_url=proxy.url)) as phone,
    ):
        proxy.reshape(down=Shape(bytes_per_second=LINE_BYTES_PER_SECOND))
        stream = await phone.attach(opened.session.id, keep=False)
        await phone.wait_for(lambda: stream.skips >= 3)
        before, started = phone.bytes_received, asyncio.get_running_loop().time()
        await phone.type(stream, b"\x03")
        await phone.wait_for(lambda: stream.exit is not None)
        seconds = asyncio.get_running_loop().time() - started
        assert stream.exit is not None
        assert stream.exit.code == 9
        assert seconds < BOUND_SECONDS
        # a window, and what comes while the key is on its way through busy processes
        assert phone.bytes_received - before < 3 * limits.OUTPUT_WINDOW_BYTES
