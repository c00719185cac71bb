"""The text of a session for a local client: taken in one go, handed over in parts that fit into messages."""

import asyncio
from contextlib import closing
from functools import partial

from loopsy_daemon.service.served_client import ServedClient
from loopsy_daemon.sessions.registry import Registry
from loopsy_daemon.wire import limits, messages


class SessionText:
    """Keeps for each client the last text that it asked for, until it has all of it or is gone."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._taken: dict[ServedClient, bytes] = {}

    async def read(self, client: ServedClient, request: messages.OutputRead) -> messages.OutputPart:
        """Return the part at the wanted position. Raises SessionError."""
        if request.position == 0 or client not in self._taken:
            text = await self._take(request)
            if client not in self._taken:
                client.at_end(partial(self._taken.__delitem__, client))
            self._taken[client] = text
        text = self._taken[client]
        end = request.position + limits.MAX_OUTPUT_BYTES
        if end >= len(text):
            self._taken[client] = b""
        data = text[request.position : end]
        return messages.OutputPart(id=request.id, position=request.position, total=len(text), data=data)

    async def _take(self, request: messages.OutputRead) -> bytes:
        session = self._registry.resolve(request.session)
        while True:
            pieces: list[str] = []
            size = session.log.size_at(session.log.end)
            with closing(session.transcript(styled=request.styled)) as transcript:
                for piece in transcript:
                    pieces.append(piece)
                    await asyncio.sleep(0)  # others have their turn, and may resize the session or end it
                    self._registry.get(session.id)
                    if session.log.size_at(session.log.end) != size:
                        break
                else:
                    return "".join(pieces).encode(errors="replace")
