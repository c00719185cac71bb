"""A peer's script that takes long to look through: nobody else waits for that."""

import asyncio
from pathlib import Path

from loopsy_daemon.lan import api
from tests.daemon.lan.rig import paired


async def test_the_daemon_goes_on_while_a_script_is_looked_through(tmp_path: Path) -> None:
    loop, longest_seconds = asyncio.get_running_loop(), 0.0

    async def tick() -> None:
        nonlocal longest_seconds
        while True:
            before = loop.time()
            await asyncio.sleep(0.001)
            longest_seconds = max(longest_seconds, loop.time() - before)

    script = "exit 3; " + "a " * 20_000
    async with paired(tmp_path) as (machine, laptop), laptop.remote(machine) as remote:
        begin = loop.time()
        ticking = asyncio.create_task(tick())
        events = [event async for event in remote.execute(api.Execute(command=["sh", "-c", script]))]
        took_seconds = loop.time() - begin
        ticking.cancel()
    assert isinstance(events[-1], api.Ended)
    assert events[-1].code == 3
    assert longest_seconds < took_seconds / 2
