"""What cuts at random bytes cost a session that prints and is typed into: it must be nothing."""

import asyncio
import dataclasses
import random
import sys
from pathlib import Path

from tests.bench.rig import DEADLINE_SECONDS, Rig
from tests.support.proxy import proxy_to
from tests.support.steady_phone import SteadyPhone
from tests.support.talker import READY, stream

CUTS = 200
CUT_BYTES = (500, 40_000)
OUTPUT_BYTES = 2_000_000  # the program does not wait for a phone that is away: what it prints must fit into the log
INPUT_BYTES = 60_000


async def measure_resume(rig: Rig) -> dict[str, float]:
    """Return the cuts, and the bytes lost and repeated in both directions. Raises ValueError if any is another."""
    chooser = random.Random(20)
    cuts = lost_bytes = repeated_bytes = 0
    while cuts < CUTS:
        seed = chooser.randrange(1 << 30)
        made, pairs = await _talk(rig, seed, [chooser.randint(*CUT_BYTES) for _ in range(CUTS - cuts)])
        cuts += made
        for expected, arrived in pairs:
            lost_bytes += max(0, len(expected) - len(arrived))
            repeated_bytes += max(0, len(arrived) - len(expected))
            if len(expected) == len(arrived) and expected != arrived:
                raise ValueError(f"seed {seed}: the right number of bytes, but other ones")
    return {"resume_cuts": cuts, "resume_lost_bytes": lost_bytes, "resume_repeated_bytes": repeated_bytes}


async def _talk(rig: Rig, seed: int, cuts: list[int]) -> tuple[int, list[tuple[bytes, bytes]]]:
    """Return how many cuts there were; and what was printed and arrived, what was typed and was heard."""
    heard = Path(rig.daemon.paths.home, f"heard-{seed}")
    session = await rig.open(
        [sys.executable, "-m", "tests.support.talker", str(seed), str(OUTPUT_BYTES), str(INPUT_BYTES), str(heard)]
    )
    typed = random.Random(seed).randbytes(INPUT_BYTES)
    async with proxy_to(rig.relay.url) as proxy:
        proxy.cuts = cuts
        phone = SteadyPhone(dataclasses.replace(rig.machine, relay_url=proxy.url), session)
        phone.type(typed)
        async with asyncio.timeout(DEADLINE_SECONDS):
            await phone.run_until_exit()
    printed = READY + stream(seed, OUTPUT_BYTES)
    return phone.connections - 1, [(printed, bytes(phone.output)), (typed, heard.read_bytes())]
