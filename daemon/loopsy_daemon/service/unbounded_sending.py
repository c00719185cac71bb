"""What is sent to a client and no window bounds: lists and replies, until the client seems to be frozen."""

import math
from typing import Final, Protocol

from loopsy_daemon.wire.close_codes import CloseCode
from loopsy_daemon.wire.turns import Turns

MAX_UNHEARD_BYTES: Final = 1_048_576


class Transport(Protocol):
    """The client's way back, below layer 3."""

    @property
    def turns(self) -> Turns:
        """When the link has room, for streams that can wait."""

    def send(self, message: bytes) -> None:
        """Send a layer 3 message; never blocks."""

    def close(self, code: int, reason: str) -> None:
        """End the connection."""


class UnboundedSending:
    """Ends a phone's connection to which much was sent and from which nothing was heard: it would pile up on the way.

    A local client is not `far`: it may watch in silence, and its socket's own queue is bounded.
    """

    def __init__(self, transport: Transport, *, far: bool) -> None:
        self._transport = transport
        self._most_bytes = MAX_UNHEARD_BYTES if far else math.inf
        self._unheard_bytes = 0

    def heard(self) -> None:
        """The client said something."""
        self._unheard_bytes = 0

    def send(self, message: bytes) -> None:
        """Send a control message."""
        self._unheard_bytes += len(message)
        if self._unheard_bytes > self._most_bytes:
            self._transport.close(CloseCode.TOO_SLOW, "too slow")
        else:
            self._transport.send(message)
