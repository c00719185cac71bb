"""Hearing from the daemon what happens, for as long as anybody listens."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from mcp.server.subscriptions import ResourceUpdated, ServerEvent

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.mcp.news import DAEMON_BACK, DAEMON_GONE, News, SessionNews, news_of
from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.wire import messages

_MIN_PAUSE_SECONDS: Final = 1.0
_MAX_PAUSE_SECONDS: Final = 15.0
Listener = Callable[[News], None]


class Newsroom:
    """Has one connection to the daemon while somebody listens, and finds it again when it went away.

    It is the SDK's bus for subscriptions, too.
    """

    def __init__(self, socket_path: Path) -> None:
        self._socket_path = socket_path
        self._listeners: dict[object, Listener] = {}
        self._hearing: asyncio.Task[None] | None = None
        self._has_looked = asyncio.Event()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with all news from now on; return what ends that, once or again."""
        key = object()
        self._listeners[key] = listener
        if self._hearing is None:
            self._has_looked.clear()
            self._hearing = asyncio.get_running_loop().create_task(self._hear())

        def end() -> None:
            self._listeners.pop(key, None)
            if not self._listeners and self._hearing:
                self._hearing.cancel()
                self._hearing = None

        return end

    async def looked(self) -> None:
        """Wait until it is known whether the daemon runs: what happens after that is heard."""
        await self._has_looked.wait()

    def subscribe(self, listener: Callable[[ServerEvent], None]) -> Callable[[], None]:
        """Call `listener` for each resource that has changed; return what ends that."""

        def tell(news: News) -> None:
            for resource in news.resources:
                listener(ResourceUpdated(uri=resource))

        return self.listen(tell)

    async def publish(self, event: ServerEvent) -> None:
        """Tell all who listen that a resource has changed."""
        if isinstance(event, ResourceUpdated):
            self._tell(News((event.uri,)))

    def _tell(self, news: News | None) -> None:
        if news:
            for listener in list(self._listeners.values()):
                listener(news)

    async def _hear(self) -> None:
        pause_seconds, was_told = _MIN_PAUSE_SECONDS, False
        while True:
            with suppress(LoopsyError):
                async with await DaemonClient.connect(self._socket_path) as client:
                    await client.request(messages.Watch(id=client.next_id()))
                    self._has_looked.set()
                    if was_told:
                        self._tell(DAEMON_BACK)
                    pause_seconds, was_told = _MIN_PAUSE_SECONDS, False
                    await self._follow(client)
            self._has_looked.set()
            if not was_told:
                self._tell(DAEMON_GONE)
                was_told = True
            await asyncio.sleep(pause_seconds * (0.5 + random.random() / 2))  # noqa: S311 - to spread, not to hide
            pause_seconds = min(_MAX_PAUSE_SECONDS, pause_seconds * 2)

    async def _follow(self, client: DaemonClient) -> None:
        sessions = SessionNews()
        sessions.look(client.welcome.sessions)
        async for pushed in client.messages():
            match pushed:
                case messages.Event():
                    self._tell(news_of(pushed))
                case messages.Sessions():
                    self._tell(sessions.look(pushed.sessions))
                case _:
                    pass
