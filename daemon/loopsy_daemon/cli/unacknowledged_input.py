"""Pure: what was typed and is not known to have reached the program, whatever happens to the connection."""

from collections import deque

from loopsy_daemon.wire import limits


class UnacknowledgedInput:
    """Bytes with offsets: acknowledged before sent before typed."""

    def __init__(self) -> None:
        self._offset = 0
        self._pieces: deque[bytes] = deque()  # from `_offset` on
        self._sent = 0
        self._size_bytes = 0
        self._has_begun = False

    @property
    def unsent_bytes(self) -> int:
        """How much waits to be sent."""
        return self._offset + self._size_bytes - self._sent

    @property
    def size_bytes(self) -> int:
        """How much is not acknowledged."""
        return self._size_bytes

    def resume(self, seen: int) -> None:
        """After an attach, where the daemon has seen input up to an offset: all that is not acknowledged is sent again.

        What the daemon has seen may still be on its way to the program, so it counts until it is acknowledged.
        """
        if not self._has_begun or seen < self._offset:  # the latter from a daemon that does not know this client
            self._has_begun = True
            self._offset = seen
        self._sent = self._offset

    def type(self, data: bytes) -> None:
        """Add what the user typed."""
        self._pieces.append(data)
        self._size_bytes += len(data)

    def next(self, window_bytes: int) -> tuple[int, bytes] | None:
        """Return offset and bytes to send now, or None; they count as sent."""
        room_bytes = min(window_bytes - (self._sent - self._offset), limits.MAX_OUTPUT_BYTES)
        if room_bytes <= 0 or self.unsent_bytes == 0:
            return None
        skipped_bytes = self._sent - self._offset
        data = b"".join(self._pieces)[skipped_bytes : skipped_bytes + room_bytes]
        offset = self._sent
        self._sent += len(data)
        return offset, data

    def acknowledge(self, offset: int) -> None:
        """Forget what the program's terminal has."""
        while self._pieces and offset > self._offset:
            piece = self._pieces.popleft()
            taken_bytes = min(len(piece), offset - self._offset)
            self._offset += taken_bytes
            self._size_bytes -= taken_bytes
            if taken_bytes < len(piece):
                self._pieces.appendleft(piece[taken_bytes:])
        self._sent = max(self._sent, self._offset)
