"""What daemon and keeper say to each other, version 1: JSON maps with a length, and descriptors beside them.

A message is `length u32 ‖ JSON`; a field `descriptors` says how many descriptors came with it. Paths, arguments and
variables are bytes, written as Latin-1 text. A request has a number `n`, which its answer repeats.

    daemon → keeper
      hello    versions                                        first; answered welcome or refused
      adopt    n, id                                           answered adopted: the keeper reads this one no more
      spawn    n, id, argv, environment, cwd, cols, rows       with the shared memory; answered spawned or failed
      close    id                                              the program has ended: close its terminal
      forget   id                                              end it if it runs, and keep nothing of it
      end      n                                               instead of hello: end all programs; answered ended
    keeper → daemon
      welcome  version, pid, sessions [{id, pid, status}]      with both ends of the pipe for input
      refused  reason (`busy`, `version`), versions
      adopted  n                                               with the shared memory, and the terminal unless closed
      spawned  n, id, pid                                      with the terminal
      failed   n, errno, reason
      exited   id, status                                      a wait status; never before `adopted` or `spawned`
      ended    n, programs

`hello`, `refused`, `end` and `ended` stay as they are in every version, so that any two can part in peace.
"""

import array
import json
import os
import socket
import struct
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Final

VERSION: Final = 1
MAX_MESSAGE_BYTES: Final = 1 << 23
"""Arguments and environment together: more than systems take."""
MAX_STRANGER_BYTES: Final = 4_096
MAX_DESCRIPTORS: Final = 2
_RECEIVE_BYTES: Final = 65_536
_LENGTH: Final = struct.Struct("=I")

Message = dict[str, Any]


class Malformed(Exception):
    """The other side does not keep to the format."""


def text_of(data: str | bytes) -> str:
    """Return a path, argument or variable as it is sent."""
    return os.fsencode(data).decode("latin-1")


def bytes_of(text: str) -> bytes:
    """Return the path, argument or variable that was sent. Raises Malformed."""
    try:
        return text.encode("latin-1")
    except (AttributeError, UnicodeEncodeError):
        raise Malformed("no bytes") from None


def send(connection: socket.socket, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> None:
    """Send a message. Raises OSError."""
    body = json.dumps({**message, "descriptors": len(descriptors)} if descriptors else message).encode()
    data = _LENGTH.pack(len(body)) + body
    sent_bytes = socket.send_fds(connection, [data], descriptors) if descriptors else 0
    if sent_bytes < len(data):  # to send nothing fails where the other side, having got all, is gone
        connection.sendall(data[sent_bytes:])


class Inbox:
    """What arrives on a connection, as messages."""

    def __init__(self, connection: socket.socket, max_message_bytes: int = MAX_MESSAGE_BYTES) -> None:
        self.max_message_bytes = max_message_bytes
        self._connection = connection
        self._data = bytearray()
        self._descriptors: deque[int] = deque()
        self._lacks_descriptors = False

    def receive(self) -> bool:
        """Take in what has arrived; return False at the end. Raises OSError."""
        room = socket.CMSG_SPACE(MAX_DESCRIPTORS * array.array("i").itemsize)
        close_on_exec = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
        data, ancillary, flags, _ = self._connection.recvmsg(_RECEIVE_BYTES, room, close_on_exec)
        self._lacks_descriptors |= bool(flags & socket.MSG_CTRUNC)
        for level, kind, content in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                received = array.array("i")
                received.frombytes(content[: len(content) - len(content) % received.itemsize])
                for descriptor in received:
                    os.set_inheritable(descriptor, False)
                self._descriptors.extend(received)
        self._data += data
        return bool(data)

    def next(self) -> tuple[Message, list[int]] | None:
        """Return the next message that is complete, with its descriptors. Raises Malformed.

        Where this process had no room for all of a message's descriptors, it comes with none.
        """
        if len(self._data) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._data)
        if length > self.max_message_bytes:
            raise Malformed("too long a message")
        if len(self._data) < _LENGTH.size + length:
            return None
        try:
            message = json.loads(self._data[_LENGTH.size : _LENGTH.size + length])
        except (ValueError, RecursionError):
            raise Malformed("no JSON") from None
        del self._data[: _LENGTH.size + length]
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise Malformed("no message")
        count = message.get("descriptors", 0)
        if count and self._lacks_descriptors:
            self._lacks_descriptors = False
            self._close_descriptors()
            return message, []
        if not isinstance(count, int) or not 0 <= count <= len(self._descriptors):
            raise Malformed("a descriptor is missing")
        return message, [self._descriptors.popleft() for _ in range(count)]

    def close(self) -> None:
        """End the connection, and with it descriptors that nobody took."""
        self._close_descriptors()
        self._connection.close()

    def _close_descriptors(self) -> None:
        while self._descriptors:
            os.close(self._descriptors.popleft())
