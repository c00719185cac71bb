"""The beginning and the end of a long output, for a reader who cannot take all of it (pure)."""


class Excerpt:
    """Takes output in parts, and keeps half of `max_bytes` at each end."""

    def __init__(self, max_bytes: int) -> None:
        self._half_bytes = max(1, max_bytes // 2)
        self._head = bytearray()
        self._tail = bytearray()
        self.size_bytes = 0
        """How much there was."""

    def add(self, data: bytes) -> None:
        """Take a part."""
        self.size_bytes += len(data)
        room_bytes = self._half_bytes - len(self._head)
        self._head += data[:room_bytes]
        self._tail += data[room_bytes:]
        if len(self._tail) > 2 * self._half_bytes:
            del self._tail[: -self._half_bytes]

    @property
    def omitted_bytes(self) -> int:
        """How much is left out between beginning and end."""
        return max(0, self.size_bytes - 2 * self._half_bytes)

    @property
    def data(self) -> bytes:
        """What is kept, with a line in the middle that says what is not."""
        if not self.omitted_bytes:
            return bytes(self._head + self._tail)
        note = f"\n[… {self.omitted_bytes} bytes left out …]\n".encode()
        return bytes(self._head) + note + bytes(self._tail[-self._half_bytes :])

    @property
    def last_line(self) -> bytes:
        """The last line that is not empty, or the beginning of it."""
        lines = [line for line in bytes(self._tail or self._head).splitlines() if line.strip()]
        return lines[-1] if lines else b""
