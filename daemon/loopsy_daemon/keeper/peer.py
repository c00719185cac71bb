"""One connection to the keeper: a daemon, somebody who ends all programs, or a stranger."""

import os
import socket
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Final

from loopsy_daemon.keeper.messages import MAX_STRANGER_BYTES, Inbox, send

SEND_SECONDS: Final = 5.0
_CREDENTIALS: Final = struct.Struct("=3i")


class Peer:
    """Whoever connected. `is_daemon` once it was welcomed."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(SEND_SECONDS)
        self.connection = connection
        self.inbox = Inbox(connection, MAX_STRANGER_BYTES)
        self.is_daemon = False
        self.wants_end: int | None = None

    def fileno(self) -> int:
        """Return the connection's descriptor."""
        return self.connection.fileno()

    def send(self, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Send a message. Raises OSError, also if the peer reads nothing for five seconds."""
        send(self.connection, message, descriptors)

    def close(self) -> None:
        """End the connection."""
        self.inbox.close()


def is_same_user(connection: socket.socket) -> bool:
    """Tell whether the other side runs as our user; where the system does not say, the directory's mode must do."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(credentials)
    return bool(user == os.geteuid())
