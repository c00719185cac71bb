"""One client's stream: at once or in batches, held back or skipped forward, and cut anywhere."""

import asyncio
import random
import resource
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.daemon.sessions.programs import ECHO, RAW, A, B, Opener, open_session
from tests.daemon.sessions.recorder import Recorder


async def test_an_echo_leaves_at_once_although_the_program_prints(opened: Opener) -> None:
    session, viewer = opened(ECHO), Recorder()
    attachment = viewer.attach(session)
    await viewer.until_output(b"ready")
    loop = asyncio.get_running_loop()
    quickest = 1.0
    for position in range(20):
        started = loop.time()
        attachment.receive_input(position, b"x")
        await viewer.until_output(b"ready" + b"x" * (position + 1))
        quickest = min(quickest, loop.time() - started)
    assert quickest < 0.008  # half of what gathering would cost


async def test_a_viewer_that_comes_back_goes_on_at_what_it_has(opened: Opener) -> None:
    session, first = opened(ECHO), Recorder()
    attachment = first.attach(session)
    await first.until_output(b"ready")
    first.cut()
    again = Recorder()
    attachment = again.attach(session, have=2)
    assert (attachment.snapshot, attachment.base) == (None, 2)
    await again.until(lambda: again.output == b"ady")


@pytest.mark.parametrize("have", [10**9, 6])
async def test_what_a_client_cannot_have_is_answered_with_a_snapshot(opened: Opener, have: int) -> None:
    session, first = opened(ECHO), Recorder()
    first.attach(session)
    await first.until_output(b"ready")
    assert Recorder().attach(session, have=have).snapshot is not None


async def test_sizes_come_in_the_order_of_the_bytes(opened: Opener) -> None:
    session, slow = opened(ECHO), Recorder(acknowledges=False)
    quick = Recorder()
    one = quick.attach(session, A)
    await quick.until_output(b"ready")
    one.receive_input(0, b"x" * 10)
    await quick.until_output(b"x" * 10)
    one.resize(90, 25)
    one.receive_input(10, b"y" * 10)
    await quick.until_output(b"y" * 10)
    attachment = slow.attach(session, B, have=0)
    assert (attachment.cols, attachment.rows) == (80, 24)
    await slow.until_output(b"y" * 10)
    assert slow.resized == [(15, 90, 25, False)]


async def lag_until_skipped(viewer: Recorder, snapshots: int) -> None:
    """Acknowledge what arrived long ago, until the client has been skipped forward."""
    assert viewer.attachment is not None
    async with asyncio.timeout(20):
        while len(viewer.snapshots) < snapshots:
            viewer.attachment.acknowledge(max(viewer.position - 20_000, 0))
            await asyncio.sleep(0.05)


async def test_a_stalled_viewer_neither_stops_the_program_nor_costs_memory_and_skips_forward(opened: Opener) -> None:
    session, stalled, quick = (
        opened("yes 'a line of output that repeats'"),
        Recorder(acknowledges=False),
        Recorder(keeps_output=False),
    )
    attachment = stalled.attach(session, A, lossless=False)
    quick.attach(session, B, lossless=False)
    await quick.until(lambda: quick.position > 3_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await quick.until(lambda: quick.position > 20_000_000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16_384  # KiB
    assert len(stalled.output) <= 262_144
    assert len(stalled.snapshots) == 1  # what it cannot take yet is not sent
    attachment.acknowledge(stalled.position)
    await stalled.until(lambda: len(stalled.snapshots) == 2)
    await quick.until(lambda: quick.position > 21_000_000)
    snapshot = stalled.snapshots[-1]
    assert len(stalled.snapshots) == 2
    assert len(snapshot.data) <= 65_536
    assert b"a line of output that repeats" in snapshot.data
    await lag_until_skipped(stalled, 3)
    assert quick.snapshots[1:] == []


async def test_a_screen_too_large_to_skip_to_comes_as_text_and_whole_once_the_line_is_quiet(opened: Opener) -> None:
    paint = (
        RAW + "print('ready', flush=True); os.read(0, 1)\n"
        "line = ''.join(f'\\x1b[38;2;{x};{x % 7};9;48;2;9;{x};5m{chr(97 + x % 26)}' for x in range(120))\n"
        "for number in range(30): sys.stdout.write('\\x1b[H' + (line + '\\r\\n') * 39 + line)\n"
        "sys.stdout.flush(); os.read(0, 1)"
    )
    session, slow = opened([sys.executable, "-c", paint]), Recorder(acknowledges=False)
    attachment = slow.attach(session, cols=120, rows=40, lossless=False)
    await slow.until_output(b"ready")
    attachment.receive_input(0, b"x")
    await slow.until(lambda: len(slow.output) > 90_000)  # what is left of the first window may be less than a piece
    await lag_until_skipped(slow, 2)
    assert [snapshot.is_exact for snapshot in slow.snapshots] == [True, False]
    assert len(slow.snapshots[-1].data) <= 65_536
    slow.acknowledges = True
    async with asyncio.timeout(20):
        while not slow.snapshots[-1].is_exact:
            attachment.acknowledge(slow.position)
            await asyncio.sleep(0.01)
    assert b"38;2;79;2;9" in slow.snapshots[-1].data
    assert len(slow.snapshots[-1].data) > 65_536


async def test_a_lossless_viewer_holds_the_program_back_and_gets_every_byte(opened: Opener) -> None:
    session, viewer = opened("seq 1 400000"), Recorder(acknowledges=False)
    attachment = viewer.attach(session)
    await viewer.until(lambda: len(viewer.output) >= 140_000)
    other = opened("seq 1 50000")  # meanwhile something else runs
    await_other = Recorder()
    await_other.attach(other, B)
    await await_other.until_exit()
    assert session.alive
    assert session.log.end < 700_000
    viewer.acknowledges = True
    attachment.acknowledge(viewer.position)
    await viewer.until_exit()
    assert viewer.output == b"".join(b"%d\r\n" % number for number in range(1, 400_001))


@pytest.mark.parametrize("lossless", [True, False])
async def test_control_c_under_a_flood(opened: Opener, lossless: bool) -> None:
    session, viewer = opened("trap 'echo; echo stopped; exit 9' INT; yes"), Recorder()
    attachment = viewer.attach(session, lossless=lossless)
    await viewer.until(lambda: viewer.position > 1_000_000)
    pressed_at = viewer.position
    attachment.receive_input(0, b"\x03")
    assert (await viewer.until_exit())[1] == 9
    assert b"stopped" in viewer.output[-200:]
    assert viewer.position - pressed_at < 2_000_000


async def test_on_a_full_link_a_flood_waits_and_an_echo_does_not(opened: Opener) -> None:
    flood, flooded = opened("echo ready; read _; seq 1 30000"), Recorder()
    session, typing = opened(ECHO), Recorder()
    typing.turns = flooded.turns  # one link
    start, attachment = flooded.attach(flood), typing.attach(session, B)
    await flooded.until_output(b"ready")
    await typing.until_output(b"ready")
    flooded.turns.link_filled()
    start.receive_input(0, b"\n")
    async with asyncio.timeout(20):
        while flood.log.end < 100_000:
            await asyncio.sleep(0)
    assert len(flooded.output) < 10_000
    attachment.receive_input(0, b"echo")
    await typing.until_output(b"echo")
    assert len(flooded.output) < 10_000
    flooded.turns.link_drained()
    await flooded.until_exit()
    assert flooded.output.endswith(b"29999\r\n30000\r\n")


@given(st.integers(0, 2**32))
@settings(max_examples=20)
def test_cut_anywhere_no_byte_is_lost_or_repeated_in_either_direction(seed: int) -> None:
    asyncio.run(_cut_anywhere(random.Random(seed)))


async def _cut_anywhere(chance: random.Random) -> None:
    """A lossless client is cut at random while it types and reads its echo among other output."""
    typed = bytes(chance.randrange(33, 127) for _ in range(20_000))
    session = open_session(ECHO)
    seen, acknowledged = b"", 0
    try:
        while len(seen) < len(b"ready") + len(typed):
            client = Recorder(acknowledges=chance.random() < 0.5)
            attachment = client.attach(session, A, have=len(seen))
            assert attachment.snapshot is None
            assert attachment.base == len(seen)
            sent = attachment.input_seen
            assert sent >= acknowledged
            until = chance.randrange(1, 6_000)
            while len(client.output) < until and len(seen) + len(client.output) < len(b"ready") + len(typed):
                piece = typed[sent : sent + chance.randrange(1, 900)]
                if seen + client.output >= b"ready" and piece and sent - acknowledged < 60_000:
                    attachment.receive_input(sent, piece)
                    sent += len(piece)
                if chance.random() < 0.3 and client.position > attachment.base:
                    attachment.acknowledge(chance.randrange(attachment.base, client.position + 1))
                await asyncio.sleep(0)
            acknowledged = max([acknowledged, *client.input_acks])
            client.cut()
            seen += bytes(client.output)
    finally:
        session.close()
    assert seen == b"ready" + typed
