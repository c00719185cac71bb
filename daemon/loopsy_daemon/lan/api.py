"""What two machines say to each other over HTTPS, as typed values; docs/lan.md describes them."""

from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from loopsy_daemon.wire.errors import MalformedMessage

HOST: Final = "loopsy.invalid"
"""The `Host` of every request: a name that no resolver knows (RFC 6761 §6.4), so that no web page can send it."""
MAX_BODY_BYTES: Final = 1_048_576
MAX_PAIRING_BODY_BYTES: Final = 16_384
MAX_TIMEOUT_SECONDS: Final = 86_400.0
DEFAULT_TIMEOUT_SECONDS: Final = 3_600.0
T = TypeVar("T")


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of every refusal."""

    code: str
    message: str
    hint: str | None = None


class Health(Struct, frozen=True, kw_only=True):
    """`GET /v1/health`: who answers, and what the asking peer may do here."""

    node_id: str
    name: str
    version: str
    platform: str
    permissions: list[str]


class Commit(Struct, frozen=True, kw_only=True):
    """`POST /v1/pair/commit`: the joiner's commitment."""

    commitment: Annotated[bytes, Meta(min_length=32, max_length=32)]


class Committed(Struct, frozen=True, kw_only=True):
    """The opener's hello, and what this pairing is called from now on."""

    pairing: str
    hello: bytes


class Reveal(Struct, frozen=True, kw_only=True):
    """`POST /v1/pair/reveal`: the joiner's hello."""

    pairing: str
    hello: bytes


class Confirm(Struct, frozen=True, kw_only=True):
    """`POST /v1/pair/confirm`: the person at the joiner has compared the codes; answered when the other has, too."""

    pairing: str
    sealed: bytes


class Confirmed(Struct, frozen=True, kw_only=True):
    """The opener's key for the joiner."""

    sealed: bytes


class Withdraw(Struct, frozen=True, kw_only=True):
    """`POST /v1/pair/withdraw`: the joiner does not want to."""

    pairing: str


class Execute(Struct, frozen=True, kw_only=True):
    """`POST /v1/execute`: run a command, without a shell; `cwd` is below the home directory unless it is absolute."""

    command: Annotated[list[Annotated[str, Meta(pattern=r"^[^\x00]*$")]], Meta(min_length=1, max_length=4_096)]
    cwd: Annotated[str, Meta(max_length=4_096, pattern=r"^[^\x00]*$")] = ""
    timeout_seconds: Annotated[float, Meta(gt=0, le=MAX_TIMEOUT_SECONDS)] = DEFAULT_TIMEOUT_SECONDS


class Started(Struct, frozen=True, kw_only=True, tag="started", tag_field="type"):
    """The first line of an execution's answer."""

    job: str


class Output(Struct, frozen=True, kw_only=True, tag="output", tag_field="type"):
    """What the command has printed since the last line."""

    stream: Literal["stdout", "stderr"]
    data: bytes


class Alive(Struct, frozen=True, kw_only=True, tag="alive", tag_field="type"):
    """The command is silent, and still runs."""


class Ended(Struct, frozen=True, kw_only=True, tag="ended", tag_field="type"):
    """The last line: how the command has ended, and why; `code` is None where a signal ended it."""

    code: int | None
    signal: str | None
    reason: Literal["exited", "timeout", "cancelled"]


ExecutionEvent = Started | Output | Alive | Ended


def decode(data: bytes, kind: type[T]) -> T:
    """Return the value that a body or a line is. Raises MalformedMessage."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedMessage(str(error)) from error


def decode_event(line: bytes) -> ExecutionEvent:
    """Return the event that a line of an execution's answer is. Raises MalformedMessage."""
    try:
        return _event_decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedMessage(str(error)) from error


encode = msgspec.json.encode
_event_decoder: Final[msgspec.json.Decoder[ExecutionEvent]] = msgspec.json.Decoder(ExecutionEvent)
