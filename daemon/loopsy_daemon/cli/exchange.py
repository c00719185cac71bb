"""What the commands about shared values, messages and tasks have in common: whose they are, texts, questions."""

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from loopsy_daemon.cli.completion import peer_names
from loopsy_daemon.errors import UsageError
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.exchange.operations import A, Operation, Q
    from loopsy_daemon.service.exchange_on import ExchangeOn

T = TypeVar("T")
TIMEOUT_STATUS: Final = 124
MAX_READ_BYTES: Final = 1_048_576
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
PeerOption = Annotated[
    str | None,
    typer.Option("--peer", metavar="PEER", help="That machine's, instead of this one's.", autocompletion=peer_names),
]


def ask(peer: str | None, operation: "Operation[Q, A]", question: "Q") -> "A":
    """Ask one question of a peer's exchange, or of this machine's. Raises LoopsyError."""

    async def talk(exchange: "ExchangeOn") -> "A":
        return await exchange.ask(operation, question)

    return with_exchange(peer, talk)


def with_exchange(peer: str | None, talk: "Callable[[ExchangeOn], Awaitable[T]]") -> T:
    """Talk with a peer's exchange, or with this machine's, and return what the talk returned. Raises LoopsyError."""
    import asyncio

    from loopsy_daemon.service.exchange_on import exchange_on
    from loopsy_daemon.service.machines import Machines

    async def conversation() -> T:
        async with exchange_on(Machines(Paths.from_environment()), peer) as exchange:
            return await talk(exchange)

    try:
        return asyncio.run(conversation())
    except UnicodeEncodeError:  # bytes of an argument that Python could only keep as they were
        raise UsageError("An argument is no text in UTF-8.", "send a file: loopsy send") from None


def given_text(argument: str | None, what: str) -> str:
    """Return the text of an argument, or of stdin where it is `-` or missing. Raises UsageError."""
    if argument is not None and argument != "-":
        return argument
    if argument is None and sys.stdin.isatty():
        raise UsageError(f"No {what} is given.", "give it as an argument, or through a pipe: … | loopsy … -")
    data = sys.stdin.buffer.read(MAX_READ_BYTES + 1)
    if len(data) > MAX_READ_BYTES:
        raise UsageError(f"The {what} is too large.", "send a file: loopsy send")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise UsageError(f"The {what} is no text in UTF-8.", "send a file: loopsy send") from None
