"""Waiting for something to come: whoever waits looks each time that something has changed."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeVar

from loopsy_daemon.exchange import limits
from loopsy_daemon.exchange.errors import Refused
from loopsy_daemon.exchange.operations import Actor

T = TypeVar("T")


class Arrivals:
    """One kind of things that come; `recheck_seconds` is for what also comes with time alone."""

    def __init__(self, recheck_seconds: float = limits.MAX_WAIT_SECONDS) -> None:
        self._recheck_seconds = recheck_seconds
        self._changed = asyncio.Event()
        self._waiting: Counter[str | None] = Counter()

    def notify(self) -> None:
        """Let everybody who waits look."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def first(self, actor: Actor, take: Callable[[], Awaitable[T | None]], timeout_seconds: float) -> T | None:
        """Return what `take` finds, now or before the timeout. Raises Refused if too many of an actor wait."""
        if self._waiting[actor.node_id] >= limits.MAX_WAITING_PER_ACTOR:
            raise Refused("busy", f"{limits.MAX_WAITING_PER_ACTOR} wait already.", "end one of them, and try again")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_seconds
        self._waiting[actor.node_id] += 1
        try:
            while True:
                changed = self._changed  # taken before looking: what comes in between is not missed
                found = await take()
                if found is not None or loop.time() >= deadline:
                    return found
                until = min(deadline, loop.time() + self._recheck_seconds)
                try:
                    async with asyncio.timeout_at(until):
                        await changed.wait()
                except TimeoutError:
                    continue
        finally:
            self._waiting[actor.node_id] -= 1
            if not self._waiting[actor.node_id]:
                del self._waiting[actor.node_id]
