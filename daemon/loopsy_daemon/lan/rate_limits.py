"""How often somebody may ask: token buckets, one for each name, in bounded memory."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

MAX_NAMES: Final = 1_024


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class RateLimit:
    """`burst` at once, and `per_minute` in the long run, for each name. Times are seconds of any steady clock."""

    def __init__(self, *, per_minute: float, burst: int) -> None:
        self._per_second = per_minute / 60
        self._burst = float(burst)
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_seconds(self, name: str, now: float) -> float:
        """Take a token and return 0; if there is none, return how long until there is."""
        bucket = self._refilled(name, now)
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._per_second
        bucket.tokens -= 1
        return 0.0

    def is_exhausted(self, name: str, now: float) -> bool:
        """Tell whether the next one would have to wait, without taking a token."""
        return self._refilled(name, now).tokens < 1

    def _refilled(self, name: str, now: float) -> _Bucket:
        bucket = self._buckets.pop(name, None) or _Bucket(self._burst, now)
        bucket.tokens = min(self._burst, bucket.tokens + max(0.0, now - bucket.at) * self._per_second)
        bucket.at = now
        self._buckets[name] = bucket
        if len(self._buckets) > MAX_NAMES:
            self._buckets.popitem(last=False)  # the one that has asked least lately
        return bucket
