"""All uploads of this daemon: each has one connection that feeds it, the newest that asked for it."""

import asyncio
import time
from collections.abc import Callable, Container
from pathlib import Path
from typing import Final

from loopsy_daemon.transfer.errors import TransferError
from loopsy_daemon.transfer.receiving import Receiving
from loopsy_daemon.transfer.upload_store import UploadStore, UploadWish

_SWEEP_SECONDS: Final = 3_600.0


class Uploads:
    """Begins them, and removes what was left behind: now and then, and with a session."""

    def __init__(self, store: UploadStore, sessions: Callable[[], Container[str]]) -> None:
        self._store = store
        self._sessions = sessions
        self._receiving: dict[str, Receiving] = {}
        self._releasing: set[asyncio.Task[None]] = set()
        self._beginning = asyncio.Lock()
        self._sweeping: asyncio.Task[None] | None = None

    async def begin(
        self, wish: UploadWish, acknowledge: Callable[[int], None], failed: Callable[[TransferError], None]
    ) -> Receiving:
        """Begin an upload or go on with it; a connection that fed it before does so no more. Raises LoopsyError."""
        async with self._beginning:
            former = self._receiving.pop(wish.part_key, None)
            if former is not None:  # a phone that came back before its old connection was found dead
                await former.release()
            receiving = Receiving(await asyncio.to_thread(self._store.begin, wish), acknowledge, failed)
            self._receiving[wish.part_key] = receiving
            return receiving

    def let_go(self, wish: UploadWish, receiving: Receiving) -> None:
        """A connection is gone: keep what has arrived for the next one."""
        releasing = asyncio.get_running_loop().create_task(receiving.release())
        self._releasing.add(releasing)
        releasing.add_done_callback(self._releasing.discard)
        releasing.add_done_callback(lambda _: self.ended(wish, receiving))

    def ended(self, wish: UploadWish, receiving: Receiving) -> None:
        """Forget a connection's part in it."""
        if self._receiving.get(wish.part_key) is receiving:
            del self._receiving[wish.part_key]

    def directory(self, session: str) -> Path:
        """Where the files of a session are, if there are any."""
        return self._store.directory(session)

    def forget(self, session: str) -> None:
        """Remove the files of a session that is forgotten."""
        self._store.forget(session)

    def start(self) -> None:
        """Look for what was left behind, now and every hour."""
        self._sweeping = asyncio.get_running_loop().create_task(self._sweep())

    async def close(self) -> None:
        """Look no more, and let go of the files."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)
        for receiving in list(self._receiving.values()):
            await receiving.release()
        self._receiving.clear()

    async def _sweep(self) -> None:
        while True:
            await asyncio.to_thread(self._store.sweep, self._sessions(), time.time())
            await asyncio.sleep(_SWEEP_SECONDS)
