"""Who is logged in: one-time tokens for links, and the keys that pages get for them; no clock, no network."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Final

TOKEN_SECONDS: Final = 60.0
MAX_TOKENS: Final = 16
MAX_KEYS: Final = 64
_BYTES: Final = 32


class Logins:
    """Keeps the SHA-256 of what it gave out; of too many, the oldest ends. `clock` returns seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tokens: dict[bytes, float] = {}
        self._keys: dict[bytes, None] = {}

    def invite(self) -> str:
        """Return a token that logs one page in, within TOKEN_SECONDS."""
        token = secrets.token_urlsafe(_BYTES)
        self._tokens[_hash(token)] = self._clock() + TOKEN_SECONDS
        _forget_oldest(self._tokens, MAX_TOKENS)
        return token

    def redeem(self, token: str) -> str | None:
        """Return a key for a token, which is used up; None if it is not known, used or too old."""
        expires_at = self._tokens.pop(_hash(token), None)
        if expires_at is None or self._clock() >= expires_at:
            return None
        key = secrets.token_urlsafe(_BYTES)
        self._keys[_hash(key)] = None
        _forget_oldest(self._keys, MAX_KEYS)
        return key

    def knows(self, key: str) -> bool:
        """Tell whether this is a key that a page was given."""
        return _hash(key) in self._keys  # of hashes, so that how long it takes tells nothing about a key


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


def _forget_oldest(kept: dict[bytes, float] | dict[bytes, None], most: int) -> None:
    while len(kept) > most:
        del kept[next(iter(kept))]
