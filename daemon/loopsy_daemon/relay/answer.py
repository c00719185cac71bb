"""What an HTTP call to the relay brought."""

from msgspec import Struct

from loopsy_daemon.errors import RelayError


class Answer(Struct, frozen=True):
    """The whole answer to a call."""

    url: str
    status: int
    body: bytes


def not_a_relay(url: str, *, status: int | None = None) -> RelayError:
    """Return the error for an answer that no relay gives."""
    return RelayError(f"What answers at {url} is not a Loopsy relay.", f"curl {url}/health", status=status)
