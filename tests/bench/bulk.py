"""Bulk output to a lossless phone, and its floor: a bare read loop on the PTY."""

import os
import time

import ptyprocess

from tests.bench.rig import Rig

SHORT_LINES = ["sh", "-c", "seq 1 3000000 | cat"]
LONG_LINES = ["sh", "-c", "base64 -w 200 /dev/urandom | head -c 60000000"]
READ_BYTES = 65_536
DEADLINE_SECONDS = 120.0


async def measure_bulk(rig: Rig) -> dict[str, float]:
    """Return MB/s (10^6 bytes) of both workloads and their floors, messages per MB, and skips (0: every byte came)."""
    results: dict[str, float] = {}
    skips = 0
    for name, command in (("short", SHORT_LINES), ("long", LONG_LINES)):
        floor_before = _bare_read_loop(command)
        rate, messages_per_mb, skipped = await _through_the_relay(rig, command)
        floor_after = _bare_read_loop(command)
        results[f"bulk_{name}_mbps"] = rate
        results[f"bulk_{name}_floor_mbps"] = max(floor_before, floor_after)
        skips += skipped
        if name == "short":
            results["relay_messages_per_mb"] = messages_per_mb
    results["skips"] = skips
    return results


async def _through_the_relay(rig: Rig, command: list[str]) -> tuple[float, float, int]:
    """Return MB/s from the first byte to the last, relay messages per MB in both directions, and skips."""
    phone = await rig.connect()
    session = await rig.open(["sh", "-c", f"read _; {command[2]}"])
    stream = await phone.attach(session, cols=120, rows=40, lossless=True, keep=False)
    before = stream.end
    messages_before = phone.frames_received + phone.frames_sent
    started = time.perf_counter()
    await phone.type(stream, b"\n")
    await phone.wait_for(lambda: stream.exit is not None, seconds=DEADLINE_SECONDS)
    seconds = time.perf_counter() - started
    assert stream.exit is not None
    assert stream.exit.offset == stream.end, "a byte is missing"
    size_bytes = stream.end - before
    messages = phone.frames_received + phone.frames_sent - messages_before
    await phone.close()
    return size_bytes / seconds / 1e6, messages / (size_bytes / 1e6), stream.skips


def _bare_read_loop(command: list[str]) -> float:
    """Return MB/s of reading the same program's PTY and doing nothing with the bytes."""
    started = time.perf_counter()
    program = ptyprocess.PtyProcess.spawn(command, dimensions=(40, 120))
    size_bytes = 0
    while True:
        try:
            data = os.read(program.fd, READ_BYTES)
        except OSError:
            break
        if not data:
            break
        size_bytes += len(data)
    seconds = time.perf_counter() - started
    program.close(force=True)
    return size_bytes / seconds / 1e6
