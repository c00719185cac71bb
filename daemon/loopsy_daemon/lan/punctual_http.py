"""HTTP whose requests must be there, up to their bodies, a while after they could have begun."""

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

HEAD_SECONDS: Final = 10.0


class PunctualHttp(H11Protocol):
    """Ends a connection on which nobody asks."""

    _deadline: asyncio.TimerHandle | None = None
    _is_http = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody may ask."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take a part of a request."""
        super().data_received(data)
        self._watch()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Leave the connection to another protocol."""
        super().handle_websocket_upgrade(event)
        self._is_http = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody asks any more."""
        super().connection_lost(exc)
        self._forget_deadline()
        self._unset_keepalive_if_required()
        if not self._is_answering:
            # They hold each other and TLS, which the collector takes for small: a flood would fill the memory with it.
            self.transport = None  # type: ignore[assignment]
            self.flow = None  # type: ignore[assignment]

    @property
    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _watch(self) -> None:
        if not self._is_http or self._is_answering:
            self._forget_deadline()  # the body has a deadline of its own, and an answer may take its time
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _forget_deadline(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None
