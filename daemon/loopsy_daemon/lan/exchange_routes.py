"""The routes of shared values, messages and tasks: what a peer asks of this machine's exchange."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from loopsy_daemon.exchange.errors import Refused
from loopsy_daemon.exchange.exchange import Exchange
from loopsy_daemon.exchange.operations import Actor, Operation
from loopsy_daemon.lan import api
from loopsy_daemon.lan.admission import permitted, read_body
from loopsy_daemon.lan.errors import PeerRefused

# For the audit log alone: nobody is there to be answered.
_CLIENT_CLOSED_REQUEST: Final = 499


class PeerExchange:
    """Every operation of the exchange that peers may ask, each a POST with JSON in both directions."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def routes(self) -> Iterable[tuple[str, str, Callable[[Request], Awaitable[Response]]]]:
        """Return method, path and handler of each request."""
        for operation in self._exchange.operations():
            if operation.asked_by != "here":
                yield "POST", operation.path, partial(self._answer, operation)

    async def _answer(self, operation: Operation[Any, Any], request: Request) -> Response:
        peer = permitted(request, operation.permission)
        question = await read_body(request, api.MAX_BODY_BYTES)
        answering = asyncio.create_task(self._exchange.answer(operation.name, Actor(peer.name, peer.node_id), question))
        leaving = asyncio.create_task(_gone(request))
        try:
            # Somebody who goes away while it waits must not be given a task that nobody then works on.
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                return Response(None, _CLIENT_CLOSED_REQUEST)
            return Response(answering.result(), 200, {"cache-control": "no-store"}, "application/json")
        except Refused as refusal:
            raise PeerRefused(refusal.code, refusal.message, refusal.hint) from refusal
        finally:
            answering.cancel()
            leaving.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
