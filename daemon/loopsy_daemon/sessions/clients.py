"""What one session remembers of its clients across their connections."""

from collections import OrderedDict
from collections.abc import Container

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.offsets import InputSequence


class ClientRecord:
    """One client: its input stream, and when it last typed or claimed the lead."""

    def __init__(self) -> None:
        self.input = InputSequence()
        self.acted = 0  # a count that grows with every act of any client; 0 is never


class ClientBook:
    """The records of one session; those used last are kept."""

    def __init__(self, remembered: int = limits.CLIENTS_REMEMBERED_PER_SESSION) -> None:
        self._remembered = remembered
        self._clients: OrderedDict[bytes, ClientRecord] = OrderedDict()

    def record(self, client: bytes, attached: Container[bytes] = ()) -> ClientRecord:
        """Return the client's record, made anew if it is not remembered; those in `attached` are never forgotten."""
        entry = self._clients.get(client)
        if entry is None:
            entry = self._clients[client] = ClientRecord()
        self._clients.move_to_end(client)
        surplus = len(self._clients) - self._remembered
        for other in [c for c in self._clients if c not in attached and c != client][: max(surplus, 0)]:
            typed = self._clients[other].input
            if typed.seen == typed.written:
                del self._clients[other]
        return entry
