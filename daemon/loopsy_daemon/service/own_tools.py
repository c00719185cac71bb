"""What tools on this machine do with its sessions: the same as peers on other machines, and with all sessions."""

from typing import TYPE_CHECKING

from loopsy_daemon.errors import RequestFailed
from loopsy_daemon.service.events import Events
from loopsy_daemon.sessions.registry import Registry
from loopsy_daemon.wire import messages
from loopsy_daemon.wire.errors import MalformedMessage

if TYPE_CHECKING:
    from loopsy_daemon.lan.session_desk import SessionDesk


class OwnTools:
    """Answers `sessions.ask`; what it takes is loaded with the first one."""

    def __init__(self, registry: Registry, events: Events) -> None:
        self._registry = registry
        self._events = events
        self._desk: SessionDesk | None = None

    async def answer(self, request: messages.SessionsAsk) -> messages.SessionsAnswer:
        """Do it. Raises LoopsyError."""
        from loopsy_daemon.lan import api, session_api
        from loopsy_daemon.lan.session_desk import OWN_TOOLS, SessionDesk

        self._desk = self._desk or SessionDesk(self._registry, self._events.happened)
        try:
            wanted = session_api.decode(request.verb, request.body)
        except MalformedMessage as error:
            raise RequestFailed("bad_request", "That is no such request.", "loopsy restart") from error
        return messages.SessionsAnswer(id=request.id, body=api.encode(await self._desk.answer(OWN_TOOLS, wanted)))
