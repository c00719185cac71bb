"""What one client wants to hear beside answers: the log from a level on, and resources that change."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final, get_args

from mcp.server.connection import Connection
from mcp.server.session import ServerSession
from mcp_types import LoggingLevel

from loopsy_daemon.mcp.news import Line, News
from loopsy_daemon.mcp.newsroom import Newsroom

LOGGER: Final = "loopsy"
LEVELS: Final[tuple[LoggingLevel, ...]] = get_args(LoggingLevel)
"""From the least to the most severe."""
MAX_LINES: Final = 100
"""Of a client that does not read, the older lines are dropped."""
_KEY: Final = "loopsy.audience"


def audience_of(session: ServerSession, newsroom: Newsroom) -> "Audience":
    """Return what the client of a connection wants to hear; it ends with the connection."""
    connection = connection_of(session)
    audience: Audience | None = connection.state.get(_KEY)
    if audience is None:
        audience = connection.state[_KEY] = Audience(connection, newsroom)
        connection.exit_stack.push_async_callback(audience.close)
    return audience


def chosen_level(session: ServerSession) -> LoggingLevel | None:
    """Return the level that the client of a connection has chosen, or None."""
    audience: Audience | None = connection_of(session).state.get(_KEY)
    return audience.level if audience else None


def connection_of(session: ServerSession) -> Connection:
    """Return the connection of a session: the SDK keeps there what lives as long, and gives no other way to it."""
    return session._connection  # noqa: SLF001


class Audience:
    """One client. News wait here until they are sent, so that nobody waits for a client that does not read."""

    def __init__(self, connection: Connection, newsroom: Newsroom) -> None:
        self.level: LoggingLevel | None = None
        self._connection = connection
        self._newsroom = newsroom
        self._watched: set[str] = set()
        self._changed: dict[str, None] = {}  # in order, each once
        self._lines: deque[Line] = deque(maxlen=MAX_LINES)
        self._is_there = asyncio.Event()
        self._end_listening: Callable[[], None] | None = None
        self._sending: asyncio.Task[None] | None = None

    async def hear_log(self, level: LoggingLevel) -> None:
        """Send lines of this level and of more severe ones from now on."""
        self.level = level
        await self._listen()

    async def watch(self, resource: str) -> None:
        """Tell when this resource changes; what happens from the return on is told."""
        self._watched.add(resource)
        await self._listen()

    def unwatch(self, resource: str) -> None:
        """Tell no more of this resource."""
        self._watched.discard(resource)
        self._changed.pop(resource, None)
        if not self._watched and self.level is None:
            self._end()

    async def close(self) -> None:
        """Send no more."""
        sending = self._sending
        self._end()
        if sending:
            await asyncio.gather(sending, return_exceptions=True)

    def hear(self, news: News) -> None:
        """Keep what this client wants of the news, until it is sent."""
        self._changed.update(dict.fromkeys(self._watched.intersection(news.resources)))
        if news.line and is_severe(news.line.level, self.level):
            self._lines.append(news.line)
        if self._changed or self._lines:
            self._is_there.set()

    async def _listen(self) -> None:
        if self._end_listening is None:
            self._end_listening = self._newsroom.listen(self.hear)
            self._sending = asyncio.get_running_loop().create_task(self._send())
        await self._newsroom.looked()

    def _end(self) -> None:
        if self._end_listening:
            self._end_listening()
        if self._sending:
            self._sending.cancel()
        self._end_listening = self._sending = None

    async def _send(self) -> None:
        while True:
            await self._is_there.wait()
            self._is_there.clear()
            while self._lines:
                line = self._lines.popleft()
                await self._connection.notify("notifications/message", log_message(line))
            while self._changed:
                resource = next(iter(self._changed))
                del self._changed[resource]
                await self._connection.send_resource_updated(resource)


def is_severe(level: LoggingLevel, least: LoggingLevel | None) -> bool:
    """Say whether a line of this level is to be told to who has chosen the `least` one; None is no line at all."""
    return least is not None and LEVELS.index(level) >= LEVELS.index(least)


def log_message(line: Line) -> dict[str, Any]:
    """Return a line as the protocol says it."""
    return {"level": line.level, "logger": f"{LOGGER}.{line.about}", "data": line.text}
