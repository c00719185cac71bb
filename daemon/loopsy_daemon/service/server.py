"""The session server: what every client, near or far, can see and share of this daemon's sessions."""

import asyncio
import sys
from collections.abc import Callable

from loopsy_daemon import __version__
from loopsy_daemon.service.events import Events
from loopsy_daemon.sessions.registry import Registry
from loopsy_daemon.wire import frames, limits, messages


class SessionServer:
    """One per daemon: the sessions, who is connected, and what is pushed to all of them."""

    def __init__(self, *, registry: Registry, events: Events, name: str) -> None:
        self.registry = registry
        self.events = events
        self.device_id: str | None = None
        self._name = name
        self._pushes: dict[int, Callable[[bytes], None]] = {}
        self._push_timer: asyncio.TimerHandle | None = None
        self._last_push = 0.0
        self._next_key = 0
        self._running: dict[str, messages.SessionInfo] = {}

    @property
    def daemon_info(self) -> messages.DaemonInfo:
        """What clients are told about this daemon."""
        return messages.DaemonInfo(
            version=__version__, name=self._name, platform=sys.platform, device_id=self.device_id
        )

    def join(self, push: Callable[[bytes], None]) -> Callable[[], None]:
        """Push session lists to a client from now on; return what ends that."""
        self._next_key += 1
        key = self._next_key
        self._pushes[key] = push
        return lambda: self._pushes.pop(key, None) and None

    def sessions_changed(self) -> None:
        """Tell who watches which programs ended, and push the list to everybody, at most twice a second."""
        self._tell_exits()
        if self._push_timer or not self._pushes:
            return
        loop = asyncio.get_running_loop()
        due = max(loop.time(), self._last_push + limits.SESSIONS_PUSH_INTERVAL_SECONDS)
        self._push_timer = loop.call_at(due, self._push)

    def close(self) -> None:
        """Push nothing any more."""
        if self._push_timer:
            self._push_timer.cancel()

    def _tell_exits(self) -> None:
        infos = {info.id: info for info in self.registry.infos()}
        for session_id in self._running:
            info = infos.get(session_id)
            if info is not None and not info.alive:
                self.events.happened(
                    "session.exited", {"session": info.id, "name": info.name, "code": info.code, "signal": info.signal}
                )
        self._running = {info.id: info for info in infos.values() if info.alive}

    def _push(self) -> None:
        self._push_timer = None
        self._last_push = asyncio.get_running_loop().time()
        message = frames.encode_control(messages.encode(messages.Sessions(sessions=self.registry.infos())))
        if len(message) > limits.MAX_PLAINTEXT_BYTES:  # 64 sessions with long titles: titles are cut by the registry
            return
        for push in list(self._pushes.values()):
            push(message)
