"""What one session remembers of its clients across their connections, and across daemons."""

import os
from collections import OrderedDict
from collections.abc import Container

from loopsy_daemon.keeper.input_marks import InputMarks
from loopsy_daemon.sessions.tracked_row import TrackedRow
from loopsy_daemon.wire import limits
from loopsy_daemon.wire.offsets import InputSequence


class ClientRecord:
    """One client: its input stream, and when it last typed or claimed the lead."""

    def __init__(self, marks: InputMarks, place: int | None, written: int = 0, acted: int = 0) -> None:
        # What was received and not written when a daemon ended is sent again by the client.
        self.input = InputSequence(written=written)
        self.acted = acted  # a count that grows with every act of any client; 0 is never
        self.place = place
        self.edge: TrackedRow | None = None  # the oldest row that its terminal has, if that is known
        self._marks = marks

    def hand_over(self, terminal: int, data: memoryview) -> int:
        """Write the client's next input to the terminal, noting how much it takes; return that. Raises OSError."""
        if self.place is None:
            return os.write(terminal, data)
        return self._marks.hand_over(self.place, self.input.written, terminal, data)

    def act(self, acted: int) -> None:
        """Note that the client typed or took the lead."""
        self.acted = acted
        if self.place is not None:
            self._marks.act(self.place, acted)


class ClientBook:
    """The records of one session; those used last are kept. What is in the marks is known from the beginning."""

    def __init__(self, marks: InputMarks, remembered: int = limits.CLIENTS_REMEMBERED_PER_SESSION) -> None:
        self._marks = marks
        self._remembered = remembered
        self._clients: OrderedDict[bytes, ClientRecord] = OrderedDict(
            (client, ClientRecord(marks, place, written, acted)) for place, client, written, acted in marks
        )

    @property
    def last_act(self) -> int:
        """When a client acted last."""
        return max((record.acted for record in self._clients.values()), default=0)

    def record(self, client: bytes, attached: Container[bytes] = ()) -> ClientRecord:
        """Return the client's record, made anew if it is not remembered; those in `attached` are never forgotten."""
        entry = self._clients.get(client)
        if entry is None:
            entry = self._clients[client] = ClientRecord(self._marks, self._marks.take(client))
        self._clients.move_to_end(client)
        surplus = len(self._clients) - self._remembered
        for other in [c for c in self._clients if c not in attached and c != client][: max(surplus, 0)]:
            typed = self._clients[other].input
            if typed.seen == typed.written:
                place = self._clients.pop(other).place
                if place is not None:
                    self._marks.give_back(place)
        return entry
