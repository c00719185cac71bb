"""The routes of sessions: `POST /v1/sessions/VERB`, for peers that may."""

from collections.abc import Awaitable, Callable
from pathlib import PurePath
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from loopsy_daemon.config import LanConfig
from loopsy_daemon.lan import api, session_api
from loopsy_daemon.lan.admission import answer, permitted, read_body
from loopsy_daemon.lan.peers import Peer
from loopsy_daemon.lan.session_desk import Asker, SessionDesk
from loopsy_daemon.sessions.identity import Starter

_MAX_LOGGED_PROGRAM: Final = 64


class PeerSessions:
    """Lets peers use the desk."""

    def __init__(self, desk: SessionDesk, config: LanConfig) -> None:
        self._desk = desk
        self._config = config

    def routes(self) -> list[tuple[str, str, Callable[[Request], Awaitable[Response]]]]:
        """Return method, path and handler."""
        return [("POST", "/v1/sessions/{verb}", self.ask)]

    async def ask(self, request: Request) -> Response:
        """`POST /v1/sessions/{verb}`. Raises PeerRefused, MalformedMessage."""
        peer = permitted(request, "session")
        wanted = session_api.decode(request.path_params["verb"], await read_body(request, api.MAX_BODY_BYTES))
        if isinstance(wanted, session_api.StartSession) and wanted.command:
            request.state.program = PurePath(wanted.command[0]).name[:_MAX_LOGGED_PROGRAM]
        return answer(await self._desk.answer(self._asker(peer), wanted))

    def _asker(self, peer: Peer) -> Asker:
        # A peer that calls itself like this machine's own tools is marked by its id.
        name = peer.node_id if peer.name.casefold() == session_api.LOCAL else peer.name
        return Asker(
            Starter(peer.node_id, name),
            sees_all="every-session" in peer.permissions,
            limit=self._config.sessions,
            deny=self._config.deny,
        )
