"""Who leads a session, and what the program gets from its leader: size and colours."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from loopsy_daemon.wire import limits


class Record(Protocol):
    """What is remembered of a client."""

    @property
    def acted(self) -> int:
        """When it typed or claimed last; 0 is never."""

    def act(self, acted: int) -> None:
        """Note that it does so now."""


class Follower(Protocol):
    """An attached client."""

    wanted_cols: int
    wanted_rows: int
    is_visible: bool
    colours: bytes | None

    @property
    def client(self) -> bytes:
        """Its id."""

    @property
    def record(self) -> Record:
        """What is remembered of it."""


class Led(Protocol):
    """The session, as its lead sees it."""

    @property
    def alive(self) -> bool:
        """Whether the program runs."""

    @property
    def size(self) -> tuple[int, int]:
        """The program's columns and rows."""

    def lead_passed(self, cols: int, rows: int) -> None:
        """Somebody else leads, or the size changes."""

    def report_colours(self, colours: bytes) -> None:
        """Tell programs that ask these colours."""


class Lead:
    """The visible client that typed or claimed last leads; before anybody did, the one that attached last.

    `followers` is the session's own list. When the leader goes or is hidden, the lead passes, and the size stays
    until the one that leads then acts.
    """

    def __init__(self, led: Led, followers: Sequence[Follower], last_act: int = 0) -> None:
        self.leader: bytes | None = None
        self._led = led
        self._followers = followers
        self._acts = last_act
        self._shrink_timer: asyncio.TimerHandle | None = None

    def arrive(self, client: bytes, record: Record, cols: int, rows: int) -> None:
        """A visible client is about to attach."""
        if all(record.acted >= other.record.acted for other in self._followers if other.is_visible):
            self._pass(client, cols, rows)

    def act(self, follower: Follower) -> None:
        """A client typed, or claimed the lead."""
        self._acts += 1
        follower.record.act(self._acts)
        self._pass(follower.client, follower.wanted_cols, follower.wanted_rows)

    def resize(self, follower: Follower) -> None:
        """A client wants another size. A smaller one is given late, so that a window that is dragged costs little."""
        if follower.client != self.leader:
            return
        cols, rows = self._led.size
        if follower.wanted_cols >= cols and follower.wanted_rows >= rows:
            self._pass(follower.client, follower.wanted_cols, follower.wanted_rows)
        elif self._shrink_timer is None:
            self._shrink_timer = asyncio.get_running_loop().call_later(limits.SHRINK_SECONDS, self._shrink)

    def update(self) -> None:
        """A client came or went, was hidden or shown, or has other colours."""
        candidates = [follower for follower in self._followers if follower.is_visible] or self._followers
        if candidates:
            best = max(candidates, key=lambda follower: (follower.record.acted, follower.client == self.leader))
            if best.client != self.leader:
                self._pass(best.client, *self._led.size)
        self._report_colours()

    def _shrink(self) -> None:
        self._shrink_timer = None
        if leader := self._leading():
            self._pass(leader.client, leader.wanted_cols, leader.wanted_rows)

    def _leading(self) -> Follower | None:
        return next((follower for follower in self._followers if follower.client == self.leader), None)

    def _pass(self, client: bytes, cols: int, rows: int) -> None:
        if not self._led.alive or (client == self.leader and (cols, rows) == self._led.size):
            return
        self.leader = client
        self._report_colours()
        self._led.lead_passed(cols, rows)

    def _report_colours(self) -> None:
        leader = self._leading()
        if leader is not None and leader.colours is not None:
            self._led.report_colours(leader.colours)
