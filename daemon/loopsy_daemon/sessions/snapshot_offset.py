"""A snapshot together with the offset that it stands for, on a boundary outside any sequence."""

from typing import Final

from loopsy_daemon.sessions.output_log import OutputLog
from loopsy_daemon.sessions.screen import Screen
from loopsy_daemon.sessions.sink import Snapshot

# Opens a string that a terminal swallows: the rest of one that was too long to keep.
_SWALLOW: Final = b"\x1b]65535;"


def snapshot_at_end(screen: Screen, log: OutputLog, size_bytes: int, *, must_fit: bool) -> Snapshot:
    """Return what stands for the output that `screen` has parsed, which is all of `log`."""
    taken = screen.snapshot(size_bytes, must_fit=must_fit)
    data, base = taken.data, log.end
    unfinished = screen.unfinished()
    if unfinished is None:
        data += _SWALLOW
    elif unfinished:
        start = base - len(unfinished)
        # The client gets the beginning of the sequence again as output, at the size that it is parsed with.
        if start >= log.size_at(base).offset and log.ends_with(unfinished):
            base = start
        else:
            data += unfinished
    return Snapshot(base, screen.cols, screen.rows, data, taken.edge, taken.is_exact)
