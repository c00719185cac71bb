"""The exchange of a machine as commands and tools use it: this one's through the daemon, a peer's over HTTPS."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import msgspec

from loopsy_daemon.errors import ConnectionLost, RequestFailed
from loopsy_daemon.exchange.errors import CODES
from loopsy_daemon.exchange.operations import A, Operation, Q
from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.lan.remote import ANSWER_SECONDS, Remote
from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.service.machines import Machines
from loopsy_daemon.wire import limits, messages


class ExchangeOn(Protocol):
    """The exchange of one machine."""

    async def ask(self, operation: Operation[Q, A], question: Q, wait_seconds: float = 0.0) -> A:
        """Return the answer; one that is waited for comes up to `wait_seconds` later. Raises LoopsyError."""


class LocalExchange:
    """This machine's, over the local socket."""

    def __init__(self, client: DaemonClient) -> None:
        self._client = client
        self._calls = 0

    async def ask(self, operation: Operation[Q, A], question: Q, wait_seconds: float = 0.0) -> A:
        """Return the answer, whatever takes longer than a message in parts. Raises LoopsyError."""
        del wait_seconds  # the daemon of this machine is there, or its socket is closed
        self._calls += 1
        call, data, most = self._calls, msgspec.json.encode(question), limits.MAX_OUTPUT_BYTES
        while len(data) > most:
            await self._client.request(messages.ExchangeSay(id=self._client.next_id(), call=call, data=data[:most]))
            data = data[most:]
        part = await self._part(
            messages.ExchangeAsk(id=self._client.next_id(), call=call, operation=operation.name, data=data)
        )
        answer = bytearray(part.data)
        while part.rest:
            part = await self._part(messages.ExchangeRead(id=self._client.next_id(), call=call))
            answer += part.data
        return msgspec.json.decode(answer, type=operation.answer)

    async def _part(self, request: messages.ExchangeAsk | messages.ExchangeRead) -> messages.ExchangePart:
        part = await self._client.request(request)
        if not isinstance(part, messages.ExchangePart):
            raise ConnectionLost("The daemon gave an answer that this version does not understand.", "loopsy restart")
        return part


class RemoteExchange:
    """A peer's; refusals that are this machine's, too, are the same errors."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    async def ask(self, operation: Operation[Q, A], question: Q, wait_seconds: float = 0.0) -> A:
        """Return the answer. Raises LoopsyError."""
        patience_seconds = wait_seconds + ANSWER_SECONDS
        try:
            return await self._remote.ask("POST", operation.path, operation.answer, question, patience_seconds)
        except PeerRefused as refusal:
            if refusal.code in CODES:
                raise RequestFailed(refusal.code, refusal.message, refusal.hint) from refusal
            raise


@asynccontextmanager
async def exchange_on(machines: Machines, peer: str | None) -> AsyncIterator[ExchangeOn]:
    """Give the exchange of a peer, or of this machine. Raises LoopsyError."""
    if peer is None:
        async with await DaemonClient.connect(machines.paths.socket) as client:
            yield LocalExchange(client)
    else:
        async with machines.remote(peer) as remote:
            yield RemoteExchange(remote)
