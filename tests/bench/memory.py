"""What the daemon and its keeper take: idle, per session, and under a flood that nobody reads."""

import asyncio
from pathlib import Path

from tests.bench.attach import COLUMNS, SCROLLBACK
from tests.bench.rig import DEADLINE_SECONDS, Rig, rig_on
from tests.support.phone import Phone
from tests.support.process_figures import figures_of, processes_with_argument

SESSIONS = 10
FLOOD = ["sh", "-c", "base64 -w 200 /dev/urandom"]
SETTLE_SECONDS = 3.0
FLOOD_SECONDS = 10.0


async def measure_memory(rig: Rig) -> dict[str, float]:
    """Return megabytes (2^20) of a fresh daemon: what is resident when idle, and what is added, with its keeper's."""
    async with rig_on(rig.relay, Path(rig.daemon.paths.home).with_name("fresh")) as fresh:
        idle_mb = figures_of(_daemon_pid(fresh)).resident_mb
        before_mb = _together_mb(fresh)
        for _ in range(SESSIONS):
            await _read_to_its_end(fresh, await fresh.open(SCROLLBACK))
        session_mb = (_together_mb(fresh) - before_mb) / SESSIONS
        await fresh.end_sessions()
        growth_mb = await _flood_without_reader(fresh)
    return {"daemon_idle_mb": idle_mb, "session_mb": session_mb, "flood_growth_mb": growth_mb}


def _daemon_pid(rig: Rig) -> int:
    assert rig.daemon.process is not None
    return rig.daemon.process.pid


def _together_mb(rig: Rig) -> float:
    """Return what daemon and keeper take; what both map counts once."""
    keepers = processes_with_argument(str(rig.daemon.paths.keeper_socket))
    return sum(figures_of(pid).shared_out_mb for pid in (_daemon_pid(rig), *keepers))


async def _read_to_its_end(rig: Rig, session: str) -> None:
    async with Phone.connected(rig.machine) as phone:
        stream = await phone.attach(session, cols=COLUMNS, rows=40)
        await phone.wait_output(stream, b"ready", DEADLINE_SECONDS)


async def _flood_without_reader(rig: Rig) -> float:
    """Return by how much the peak of the flood is above where it had settled."""
    session = await rig.open(FLOOD)
    async with Phone.connected(rig.machine) as phone:
        phone.auto_ack = False
        await phone.attach(session, cols=COLUMNS, rows=40, keep=False)
        phone.socket.transport.pause_reading()
        await asyncio.sleep(SETTLE_SECONDS)
        settled_mb = peak_mb = _together_mb(rig)
        for _ in range(int(FLOOD_SECONDS)):
            await asyncio.sleep(1)
            peak_mb = max(peak_mb, _together_mb(rig))
        phone.socket.transport.resume_reading()
    return peak_mb - settled_mb
