"""When clients are told how much of their input was written: soon, so that what they type next is told with it."""

import asyncio
from collections.abc import Callable

from loopsy_daemon.wire import limits


class Acknowledgements:
    """What is owed to the clients of one session; `tell` is called with those who are to be told now."""

    def __init__(self, tell: Callable[[set[bytes]], None]) -> None:
        self._tell = tell
        self._owed: set[bytes] = set()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def owe(self, client: bytes, unacknowledged_bytes: int) -> None:
        """Tell the client soon; at once if it is much."""
        self._owed.add(client)
        if unacknowledged_bytes >= limits.INPUT_WINDOW_BYTES // 2:
            self.settle()
        elif self._timer is None:
            self._timer = self._loop.call_later(limits.INPUT_ACK_SECONDS, self.settle)

    def settle(self) -> None:
        """Tell everybody to whom it is owed now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        owed, self._owed = self._owed, set()
        if owed:
            self._tell(owed)
