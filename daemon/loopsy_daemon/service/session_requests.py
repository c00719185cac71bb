"""Answers what any client may ask about sessions: open, list, rename, signal, kill, dismiss."""

from loopsy_daemon.service.server import SessionServer
from loopsy_daemon.service.session_list import encodable
from loopsy_daemon.sessions.errors import NotPermitted
from loopsy_daemon.wire import messages
from loopsy_daemon.wire.errors import ProtocolViolation


class SessionRequests:
    """Those of one client, `who` in the log; only one that `is_local` may give a command line."""

    def __init__(self, server: SessionServer, who: str, *, is_local: bool) -> None:
        self._server = server
        self._who = who
        self._is_local = is_local

    def answer(self, message: messages.ClientMessage) -> messages.Message:
        """Do what is asked and return the answer. Raises SessionError."""
        registry = self._server.registry
        match message:
            case messages.List(id=request_id):
                return messages.Sessions(id=request_id, sessions=self._server.session_infos())
            case messages.Open():
                return self._open(message)
            case messages.Rename(id=request_id, session=session, name=name):
                registry.rename(session, name)
            case messages.Signal(id=request_id, session=session, signal=signal):
                registry.signal(session, signal)
            case messages.Kill(id=request_id, session=session):
                registry.kill(session)
            case messages.Dismiss(id=request_id, session=session):
                registry.dismiss(session)
            case _:
                raise ProtocolViolation("no request")
        return messages.Ok(id=request_id)

    def _open(self, request: messages.Open) -> messages.Opened:
        if request.command is not None and not self._is_local:
            raise NotPermitted("A phone names an agent; only the laptop may give a command.", "Name an agent.")
        session = self._server.registry.open(
            agent=request.agent,
            cols=request.cols,
            rows=request.rows,
            name=request.name,
            cwd=request.cwd,
            command=request.command,
        )
        info = encodable(session.info())
        self._server.places.opened(session.info().cwd)
        self._server.events.happened(
            "session.opened", {"session": info.id, "name": info.name, "agent": info.agent, "by": self._who}
        )
        return messages.Opened(id=request.id, session=info)
