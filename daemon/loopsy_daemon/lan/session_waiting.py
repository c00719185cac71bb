"""Waiting for what a session does: for output and then quiet, for its end."""

import asyncio
from collections.abc import Callable
from typing import Final

from loopsy_daemon.sessions.session import Session

# Looks at the log from time to time: nothing that a waiter needs stands on the way of output.
_LOOK_SECONDS: Final = 0.05


async def until(is_there: Callable[[], bool], wait_seconds: float) -> None:
    """Wait until something is true, and no longer than this."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_seconds
    while not is_there():
        left_seconds = deadline - loop.time()
        if left_seconds <= 0:
            return
        await asyncio.sleep(min(left_seconds, _LOOK_SECONDS))


async def news(
    session: Session, offset: int, wait_seconds: float, quiet_seconds: float, enough_bytes: int | None = None
) -> None:
    """Wait until there is output behind `offset` and none has come for `quiet_seconds`; or enough, or the end."""
    loop = asyncio.get_running_loop()
    seen_end, changed_at = session.log.end, loop.time()

    def is_there() -> bool:
        nonlocal seen_end, changed_at
        if session.log.end != seen_end:
            seen_end, changed_at = session.log.end, loop.time()
        if not session.alive or (enough_bytes is not None and seen_end - offset >= enough_bytes):
            return True
        return seen_end > offset and loop.time() - changed_at >= quiet_seconds

    await until(is_there, wait_seconds)
