"""One attached session, as a simulated phone sees it."""

from dataclasses import dataclass, field

from loopsy_daemon.wire import messages


@dataclass(slots=True)
class Stream:
    """One attached session, as the phone sees it. `received` are the output bytes since `base`."""

    number: int
    info: messages.SessionInfo
    base: int
    received: bytearray
    snapshot: bytearray
    input_offset: int
    leader: bool
    snapshot_bytes_left: int = 0
    acknowledged: int = 0
    input_acknowledged: int = 0
    skips: int = 0
    exit: messages.Exit | None = None
    keep: bool = True
    sizes: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def end(self) -> int:
        """The offset up to which output has arrived."""
        return self.base + len(self.received)

    def output_arrived(self, offset: int, data: bytes) -> None:
        """Take output, which goes on where the last ended."""
        assert self.snapshot_bytes_left == 0, "output in the middle of a snapshot"
        assert offset == self.end, f"output at {offset}, expected {self.end}"
        if self.keep:
            self.received += data
        else:
            self.base += len(data)
