"""How soon a phone that has nothing shows a session with 10,000 lines of scrollback."""

import statistics
import time

from tests.bench.rig import Rig

LINES = 10_000
COLUMNS = 120
SCROLLBACK = ["sh", "-c", f"seq -f '%0{COLUMNS - 1}.0f' 1 {LINES + 40}; printf ready; exec cat"]
ROUNDS = 15


async def measure_attach(rig: Rig) -> dict[str, float]:
    """Return the median from opening the link to the whole first snapshot: link, handshake, hello, attach."""
    session = await rig.open(SCROLLBACK)
    phone = await rig.connect()
    stream = await phone.attach(session, cols=COLUMNS, rows=40)
    await phone.wait_output(stream, b"ready")
    await phone.close()
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        phone = await rig.connect()
        stream = await phone.attach(session, cols=COLUMNS, rows=40)
        await phone.wait_for(lambda stream=stream: not stream.snapshot_bytes_left)  # type: ignore[misc]
        taken.append((time.perf_counter() - started) * 1_000)
        assert b"ready" in stream.snapshot
        await phone.close()
    return {"attach_ms": statistics.median(taken)}
