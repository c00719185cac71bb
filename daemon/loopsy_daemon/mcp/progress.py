"""Telling the client how far a call is, from time to time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from mcp.server.mcpserver import Context

INTERVAL_SECONDS: Final = 0.5
State = tuple[float, float | None, str | None]
"""How much of how much (if that is known), and a line about it."""


@asynccontextmanager
async def reporting(context: Context[Any, Any], look: Callable[[], State]) -> AsyncIterator[None]:
    """Report what `look` returns, whenever it has grown, while the block runs, and once more at its end."""
    last = -1.0

    async def report() -> None:
        nonlocal last
        done, total, line = look()
        if done > last:  # the protocol wants it to grow
            last = done
            await context.report_progress(done, total, line)

    async def repeat() -> None:
        while True:
            await report()
            await asyncio.sleep(INTERVAL_SECONDS)

    repeating = asyncio.create_task(repeat())
    # A client that went away is nobody to tell; the call itself learns it.
    repeating.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        yield
        repeating.cancel()
        await report()
    finally:
        repeating.cancel()
