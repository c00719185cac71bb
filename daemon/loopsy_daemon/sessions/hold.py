"""Whether a program is held back: its output is left in its terminal, until the terminal is full and it waits."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Final

from loopsy_daemon.sessions.pty import Pty
from loopsy_daemon.sessions.viewer import Attachment
from loopsy_daemon.wire import limits

# A lossless client that has this much unsent output beside a full window holds the program back.
HOLD_BYTES: Final = limits.OUTPUT_WINDOW_BYTES


class Hold:
    """Holds while a lossless client is too far behind, or while somebody reads what must not change meanwhile."""

    def __init__(self, pty: Pty, attachments: Sequence[Attachment]) -> None:
        self.is_on = False
        self._pty = pty
        self._attachments = attachments
        self._readers = 0

    def update(self) -> None:
        """Hold or release, as it is now."""
        limit_bytes = HOLD_BYTES // 2 if self.is_on else HOLD_BYTES
        is_far_behind = any(other.lossless and other.unsent_bytes >= limit_bytes for other in self._attachments)
        is_on = self._readers > 0 or is_far_behind
        if is_on != self.is_on:
            self.is_on = is_on
            if is_on:
                self._pty.pause_reading()
            else:
                self._pty.resume_reading()

    @contextmanager
    def reading(self) -> Generator[None]:
        """Hold the program back in any case."""
        self._readers += 1
        self.update()
        try:
            yield
        finally:
            self._readers -= 1
            self.update()
