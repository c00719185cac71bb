"""The session server: what every client, near or far, can see and share of this daemon's sessions."""

import asyncio
import sys
from collections.abc import Callable
from typing import Final

from loopsy_daemon import __version__
from loopsy_daemon.service.events import Events
from loopsy_daemon.service.session_list import sendable
from loopsy_daemon.sessions.commands import Commands
from loopsy_daemon.sessions.places import RecentPlaces
from loopsy_daemon.sessions.registry import Registry
from loopsy_daemon.transfer.depot import Depot
from loopsy_daemon.wire import frames, limits, messages

_LOOK_AFTER_SECONDS: Final = 0.02


class SessionServer:
    """One per daemon: the sessions, who is connected, and what is pushed to all of them."""

    def __init__(
        self, *, registry: Registry, events: Events, name: str, commands: Commands, places: RecentPlaces, depot: Depot
    ) -> None:
        self.registry = registry
        self.events = events
        self.commands = commands
        self.places = places
        self.depot = depot
        self.device_id: str | None = None
        self._name = name
        self._pushes: dict[int, Callable[[bytes], None]] = {}
        self._push_timer: asyncio.TimerHandle | None = None
        self._last_push = 0.0
        self._next_key = 0
        self._look_timer: asyncio.TimerHandle | None = None
        self._told: set[str] = set()

    @property
    def daemon_info(self) -> messages.DaemonInfo:
        """What clients are told about this daemon."""
        return messages.DaemonInfo(
            version=__version__, name=self._name, platform=sys.platform, device_id=self.device_id
        )

    def session_infos(self) -> list[messages.SessionInfo]:
        """Return the sessions as they are sent."""
        return sendable(self.registry.infos())

    def join(self, push: Callable[[bytes], None]) -> Callable[[], None]:
        """Push what all clients see to one more from now on; return what ends that."""
        self._next_key += 1
        key = self._next_key
        self._pushes[key] = push
        return lambda: self._pushes.pop(key, None) and None

    def sessions_changed(self) -> None:
        """Tell who watches which programs ended, and push the list to everybody, at most twice a second.

        Cheap: a program that sets its title all the time calls this as often.
        """
        loop = asyncio.get_running_loop()
        if self._look_timer is None:
            self._look_timer = loop.call_later(_LOOK_AFTER_SECONDS, self._tell_exits)
        if self._push_timer or not self._pushes:
            return
        due = max(loop.time(), self._last_push + limits.SESSIONS_PUSH_INTERVAL_SECONDS)
        self._push_timer = loop.call_at(due, self._push)

    def commands_changed(self) -> None:
        """Push the saved commands to everybody."""
        self._push_to_all(messages.Commands(commands=self.commands.all()))

    def know_exits(self) -> None:
        """Take what has ended before now as no news."""
        self._told = {info.id for info in self.registry.infos() if not info.alive}

    def close(self) -> None:
        """Push and tell nothing any more."""
        self._pushes.clear()
        for timer in (self._push_timer, self._look_timer):
            if timer:
                timer.cancel()

    def _tell_exits(self) -> None:
        self._look_timer = None
        exited = {info.id: info for info in self.registry.infos() if not info.alive}
        for session_id, info in exited.items():
            if session_id not in self._told:
                self.events.happened(
                    "session.exited", {"session": info.id, "name": info.name, "code": info.code, "signal": info.signal}
                )
        self._told = set(exited)

    def _push(self) -> None:
        self._push_timer = None
        self._last_push = asyncio.get_running_loop().time()
        self._push_to_all(messages.Sessions(sessions=self.session_infos()))

    def _push_to_all(self, message: messages.Message) -> None:
        encoded = frames.encode_control(messages.encode(message))
        for push in list(self._pushes.values()):
            push(encoded)
