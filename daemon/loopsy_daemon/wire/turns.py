"""Who may send when a link that was full has room again: one message each, in turn."""

from collections import deque
from collections.abc import Callable


class Turns:
    """Shared by the streams of one link. What is small and waited for does not ask."""

    def __init__(self) -> None:
        self.is_full = False
        self._waiting: deque[Callable[[], None]] = deque()

    @property
    def must_wait(self) -> bool:
        """Whether the link is full, or others came first."""
        return self.is_full or bool(self._waiting)

    def wait(self, turn: Callable[[], None]) -> None:
        """Call `turn` once, when the link has room and all who came before had theirs. It may wait again."""
        self._waiting.append(turn)

    def link_filled(self) -> None:
        """What is sent now would have to wait in the link."""
        self.is_full = True

    def link_drained(self) -> None:
        """The link has room: those who wait send until it is full again."""
        self.is_full = False
        while self._waiting and not self.is_full:
            self._waiting.popleft()()

    def link_lost(self) -> None:
        """The link is gone, and with it whoever waited."""
        self.is_full = False
        self._waiting.clear()
