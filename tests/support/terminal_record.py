"""Everything that one phone's terminal was given since it was last reset, so that another program can show it."""

from dataclasses import dataclass, field

from loopsy_daemon.wire import messages


@dataclass(slots=True)
class TerminalRecord:
    """`steps` are bytes and sizes in the order of their arrival, on a terminal of `cols` x `rows` at the beginning."""

    cols: int = 80
    rows: int = 24
    steps: list[bytes | tuple[int, int]] = field(default_factory=list)
    parsed: int | None = None
    """The offset up to which output was parsed; None before the first attachment and inside a snapshot."""
    resets: int = 0
    _left_bytes: int = 0
    _base: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """The size that it has now."""
        sizes = [step for step in self.steps if isinstance(step, tuple)]
        return sizes[-1] if sizes else (self.cols, self.rows)

    def since_last_size(self) -> bytes:
        """Return what was parsed since its size changed last."""
        sizes = [index for index, step in enumerate(self.steps) if isinstance(step, tuple)]
        later = self.steps[sizes[-1] + 1 :] if sizes else self.steps
        return b"".join(step for step in later if isinstance(step, bytes))

    def attached(self, message: messages.Attached) -> None:
        """Go on where it was, or be reset for a snapshot."""
        if message.snapshot is None and self.parsed is not None:
            assert message.base == self.parsed, f"output goes on at {message.base}, parsed was {self.parsed}"
            self.resized(message.cols, message.rows)
        else:
            self.reset(message.cols, message.rows, message.base, message.snapshot or 0)

    def reset(self, cols: int, rows: int, base: int, snapshot_bytes: int) -> None:
        """Be a new terminal, which a snapshot brings to the offset `base`."""
        self.cols, self.rows, self.steps = cols, rows, []
        self._base, self._left_bytes = base, snapshot_bytes
        self.parsed = None if snapshot_bytes else base
        self.resets += 1

    def snapshot_arrived(self, data: bytes) -> None:
        """Parse a part of the snapshot."""
        self.steps.append(data)
        self._left_bytes -= len(data)
        assert self._left_bytes >= 0, "more than the snapshot was to have"
        if not self._left_bytes:
            self.parsed = self._base

    def output_arrived(self, offset: int, data: bytes) -> None:
        """Parse output."""
        assert offset == self.parsed, f"output at {offset}, parsed was {self.parsed}"
        self.steps.append(data)
        self.parsed = offset + len(data)

    def resized(self, cols: int, rows: int) -> None:
        """Have another size from here on."""
        if (cols, rows) != self.size:
            self.steps.append((cols, rows))
