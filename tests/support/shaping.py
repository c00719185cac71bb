"""A simulated line, as pure arithmetic: when bytes that enter it now come out at its other end."""

import math
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Final

_LONGEST_WINDOW_BYTES: Final = 4_194_304  # what TCP lets wait on a path before its sender stops


@dataclass(frozen=True, slots=True)
class Shape:
    """One direction of a path. Bytes stay in order: like TCP, whatever is late makes late what follows.

    `holds_bytes` bounds what has entered and not come out: the queue before the slowest part, and the part's length.
    In the first `stall_seconds` of every `stall_every_seconds` nothing comes out, as when a lost packet is awaited.
    """

    delay_seconds: float = 0.0
    jitter_seconds: float = 0.0
    bytes_per_second: float = math.inf
    holds_bytes: int = _LONGEST_WINDOW_BYTES
    stall_seconds: float = 0.0
    stall_every_seconds: float = math.inf


@dataclass(slots=True)
class Line:
    """One connection's way in one direction; times are seconds of one clock, and stalls are counted from `began_at`."""

    shape: Shape
    began_at: float
    jitter: random.Random = field(default_factory=lambda: random.Random(1))
    _served_at: float = -math.inf
    _out_at: float = -math.inf
    _inside: deque[tuple[float, int]] = field(default_factory=deque)
    _inside_bytes: int = 0

    def room_bytes(self, now: float) -> int:
        """Return how much may enter."""
        while self._inside and self._inside[0][0] <= now:
            self._inside_bytes -= self._inside.popleft()[1]
        return max(0, self.shape.holds_bytes - self._inside_bytes)

    def room_at(self) -> float:
        """Return when the next bytes come out, which makes room."""
        return self._inside[0][0] if self._inside else -math.inf

    def enter(self, size_bytes: int, now: float) -> float:
        """Let bytes enter; return when the last of them comes out."""
        self._served_at = max(now, self._served_at) + size_bytes / self.shape.bytes_per_second
        late_seconds = self.shape.delay_seconds + self.jitter.uniform(0, self.shape.jitter_seconds)
        self._out_at = max(self._out_at, self._after_stall(self._served_at + late_seconds))
        self._inside.append((self._out_at, size_bytes))
        self._inside_bytes += size_bytes
        return self._out_at

    def _after_stall(self, at: float) -> float:
        into_period_seconds = (at - self.began_at) % self.shape.stall_every_seconds
        if into_period_seconds >= self.shape.stall_seconds:
            return at
        return at + self.shape.stall_seconds - into_period_seconds
