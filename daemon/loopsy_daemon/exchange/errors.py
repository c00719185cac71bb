"""What can go wrong in the exchange.

LoopsyError
├── Refused                     the request cannot be done as things are (has its `code`)
└── StoreFailed                 the file of the exchange cannot be used
"""

from typing import Final

from loopsy_daemon.errors import LoopsyError

CODES: Final = frozenset({"bad_request", "not_found", "conflict", "lost", "full", "too_large", "busy"})
"""The codes of refusals: `conflict` is another version or state than expected, `lost` a claim that is over."""


class Refused(LoopsyError):
    """The request cannot be done as things are; `code` is one of CODES."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        assert code in CODES
        super().__init__(message, hint)
        self.code = code


class StoreFailed(LoopsyError):
    """The file cannot be opened, read or written."""
