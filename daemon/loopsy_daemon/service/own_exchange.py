"""What this machine's own programs ask of its exchange: questions and answers that may be larger than a message."""

from functools import partial
from typing import Final

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.exchange.errors import Refused
from loopsy_daemon.exchange.exchange import Exchange
from loopsy_daemon.exchange.operations import Actor
from loopsy_daemon.lan.api import MAX_BODY_BYTES
from loopsy_daemon.service.served_client import ServedClient
from loopsy_daemon.wire import limits, messages

MAX_CALLS_PER_CLIENT: Final = 16
Request = messages.ExchangeSay | messages.ExchangeAsk | messages.ExchangeRead


class OwnExchange:
    """Keeps for each client what it has said of a question, and what it has not read of an answer."""

    def __init__(self, exchange: Exchange, name: str) -> None:
        self._exchange = exchange
        self._name = name
        self._calls: dict[ServedClient, dict[int, bytes]] = {}

    async def answer(self, client: ServedClient, request: Request) -> messages.Message:
        """Answer a request. Raises LoopsyError."""
        calls = self._of(client)
        match request:
            case messages.ExchangeSay(id=request_id, call=call, data=data):
                if call not in calls and len(calls) >= MAX_CALLS_PER_CLIENT:
                    raise Refused("busy", f"{MAX_CALLS_PER_CLIENT} questions are under way already.")
                calls[call] = _joined(calls.pop(call, b""), data)
                return messages.Ok(id=request_id)
            case messages.ExchangeAsk(call=call, operation=operation, data=data):
                question = _joined(calls.pop(call, b""), data)
                return self._part(client, request.id, call, await self.ask(operation, question))
            case messages.ExchangeRead(id=request_id, call=call):
                if call not in calls:
                    raise LoopsyError("That answer was read already.")
                return self._part(client, request_id, call, calls.pop(call))

    async def ask(self, operation: str, question: bytes) -> bytes:
        """Answer a question of this machine itself, in JSON. Raises LoopsyError."""
        return await self._exchange.answer(operation, Actor(self._name), question)

    def _part(self, client: ServedClient, request_id: int, call: int, answer: bytes) -> messages.ExchangePart:
        data, rest = answer[: limits.MAX_OUTPUT_BYTES], answer[limits.MAX_OUTPUT_BYTES :]
        if rest:
            self._of(client)[call] = rest
        return messages.ExchangePart(id=request_id, data=data, rest=len(rest))

    def _of(self, client: ServedClient) -> dict[int, bytes]:
        if client not in self._calls:
            self._calls[client] = {}
            client.at_end(partial(self._calls.__delitem__, client))
        return self._calls[client]


def _joined(before: bytes, data: bytes) -> bytes:
    if len(before) + len(data) > MAX_BODY_BYTES:
        raise Refused("too_large", f"A question has at most {MAX_BODY_BYTES} bytes.")
    return before + data
