"""Requests and answers of the local socket about shared values, messages and tasks, in parts that fit."""

from typing import Annotated

from msgspec import Meta

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.messages.values import U32, Message, ShortText

Part = Annotated[bytes, Meta(max_length=limits.MAX_OUTPUT_BYTES)]


class ExchangeSay(Message, frozen=True, kw_only=True, tag="exchange.say"):
    """Local: a part of the JSON of question number `call`, in order; the last part comes with `exchange.ask`."""

    id: U32
    call: U32
    data: Part


class ExchangeAsk(Message, frozen=True, kw_only=True, tag="exchange.ask"):
    """Local: ask this machine's exchange; `operation` and the JSON are those of docs/exchange.md."""

    id: U32
    call: U32
    operation: ShortText
    data: Part


class ExchangeRead(Message, frozen=True, kw_only=True, tag="exchange.read"):
    """Local: ask for the next part of the answer to question number `call`."""

    id: U32
    call: U32


class ExchangePart(Message, frozen=True, kw_only=True, tag="exchange.part"):
    """Local: a part of an answer in JSON; `rest` is how many bytes follow it."""

    id: int
    data: bytes
    rest: int = 0
