"""What others than people do with this daemon's sessions: peers with those that they started, own tools with all."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

import msgspec

from loopsy_daemon.lan import api, session_api
from loopsy_daemon.lan.denylist import denied_program
from loopsy_daemon.lan.errors import PeerRefused, ProgramDenied
from loopsy_daemon.lan.session_input import SessionInput
from loopsy_daemon.lan.session_waiting import news, until
from loopsy_daemon.sessions.errors import SessionError, UnknownSession
from loopsy_daemon.sessions.identity import Starter
from loopsy_daemon.sessions.names import free_name
from loopsy_daemon.sessions.registry import Registry
from loopsy_daemon.sessions.session import Session
from loopsy_daemon.wire.messages import SessionInfo

MAX_WAITING: Final = 16
MAX_SCREEN_BYTES: Final = 49_152
STOP_SECONDS: Final = 5.0
_SHORTEST_PREFIX_CHARACTERS: Final = 4
_MAX_DIRECTORY_CHARACTERS: Final = 512
_MAX_OWN_NAME_CHARACTERS: Final = 32
Happening = Callable[[str, dict[str, str]], None]
_CODES: Final = {
    "bad_directory": "not_found",
    "spawn_failed": "not_found",
    "unknown_session": "not_found",
    "name_taken": "busy",
    "too_many_sessions": "busy",
    "session_exited": "ended",
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: sees all sessions or its own alone, may have `limit` of them running, and not start what is denied."""

    starter: Starter
    sees_all: bool
    limit: int | None = None
    deny: Sequence[str] = ()


OWN_TOOLS: Final = Asker(Starter(session_api.LOCAL, session_api.LOCAL), sees_all=True)


class SessionDesk:
    """Does what is asked of sessions; `happened` is told which were started."""

    def __init__(self, registry: Registry, happened: Happening) -> None:
        self._registry = registry
        self._happened = happened
        self._input = SessionInput()
        self._waiting: Counter[str] = Counter()

    async def answer(self, asker: Asker, request: session_api.SessionRequest) -> session_api.SessionAnswer:
        """Do it. Raises PeerRefused."""
        name = asker.starter.id
        if self._waiting[name] >= MAX_WAITING:
            raise PeerRefused("busy", f"{MAX_WAITING} requests about sessions wait there already.", "wait for one")
        self._waiting[name] += 1
        try:
            return await self._answer(asker, request)
        except SessionError as error:
            raise PeerRefused(_CODES.get(error.code, "bad_request"), error.message, error.hint) from error
        finally:
            self._waiting[name] -= 1

    async def _answer(self, asker: Asker, request: session_api.SessionRequest) -> session_api.SessionAnswer:
        match request:
            case session_api.StartSession():
                await _require_not_denied(asker, request)
                return self._state(asker, self._start(asker, request))
            case session_api.ListSessions():
                return session_api.SessionStates(sessions=[self._state(asker, seen) for seen in self._seen(asker)])
        session = self._find(asker, request.session)
        match request:
            case session_api.ReadOutput():
                return await self._output(session, request)
            case session_api.ReadScreen():
                return await self._screen(session, request)
            case session_api.TypeInto():
                end = session.log.end
                await self._input.type_in(session, request)
                return session_api.InputTaken(session=_info(session), end=end)
            case session_api.ResizeSession(cols=cols, rows=rows):
                _resize(session, cols, rows)
            case session_api.StopSession(signal=signal):
                await _stop(session, signal)
            case session_api.RemoveSession():
                await self._remove(session)
        return self._state(asker, session)

    def _start(self, asker: Asker, request: session_api.StartSession) -> Session:
        alive = [session for session in self._registry.all() if session.alive]
        running = sum(1 for session in alive if _is_of(asker, session))
        if asker.limit is not None and running >= asker.limit:
            raise PeerRefused(
                "busy", f"{running} sessions of this machine run there already.", "end one: loopsy session stop"
            )
        name = request.name
        if name is None and request.command:
            program = PurePath(request.command[0]).name[:_MAX_OWN_NAME_CHARACTERS] or "session"
            name = free_name(program, {session.name for session in alive})
        session = self._registry.open(
            "shell",
            request.cols,
            request.rows,
            name=name,
            cwd=request.cwd or None,
            command=request.command or None,
            started_by=asker.starter,
        )
        self._happened(
            "session.opened", {"session": session.id, "name": session.name, "agent": "shell", "by": asker.starter.name}
        )
        return session

    async def _output(self, session: Session, request: session_api.ReadOutput) -> session_api.OutputPiece:
        await news(session, request.offset, request.wait_seconds, request.quiet_seconds, request.limit_bytes)
        self._registry.get(session.id)  # it may have been forgotten meanwhile
        log = session.log
        offset = min(max(request.offset, log.start), log.end)
        data = log.read(offset, min(request.limit_bytes, log.end - offset))
        return session_api.OutputPiece(session=_info(session), offset=offset, data=data, end=log.end)

    async def _screen(self, session: Session, request: session_api.ReadScreen) -> session_api.ScreenShown:
        if request.after is not None:
            await news(session, request.after, request.wait_seconds, request.quiet_seconds)
            self._registry.get(session.id)
        lines = [line.rstrip() for line in session.screen.text.split("\n")]
        text = _last_lines("\n".join(lines).rstrip("\n"), MAX_SCREEN_BYTES)
        cursor = session.screen.picture.cursor
        return session_api.ScreenShown(session=_info(session), text=text, cursor=cursor, end=session.log.end)

    async def _remove(self, session: Session) -> None:
        if session.alive:
            await _stop(session, None)
        if session.alive:
            raise PeerRefused("busy", f"{session.name} does not end.", "try again, or see it on that machine")
        self._registry.dismiss(session.id)

    def _seen(self, asker: Asker) -> list[Session]:
        return [session for session in self._registry.all() if asker.sees_all or _is_of(asker, session)]

    def _find(self, asker: Asker, text: str) -> Session:
        """Return the session that is meant: by id, name (a running one first), or the beginning of the id."""
        seen = self._seen(asker)
        named = [session for session in seen if session.name == text]
        found = (
            [session for session in seen if session.id == text]
            or [session for session in named if session.alive]
            or named[-1:]
            or [session for session in seen if len(text) >= _SHORTEST_PREFIX_CHARACTERS and session.id.startswith(text)]
        )
        if len(found) != 1:
            many = f"{text!r} could be {len(found)} sessions." if found else f"There is no session {text!r}."
            raise UnknownSession(many, "see them: loopsy session list")
        return found[0]

    def _state(self, asker: Asker, session: Session) -> session_api.SessionState:
        return session_api.SessionState(session=_info(session), mine=_is_of(asker, session))


async def _require_not_denied(asker: Asker, request: session_api.StartSession) -> None:
    if request.command and asker.deny:
        denied = await asyncio.to_thread(denied_program, request.command, asker.deny)  # a long script takes its time
        if denied:
            raise ProgramDenied(denied)


async def _stop(session: Session, signal: str | None) -> None:
    if signal is not None:
        session.signal(signal.upper().removeprefix("SIG"))
        return
    session.kill()
    await until(lambda: not session.alive, STOP_SECONDS)


def _resize(session: Session, cols: int, rows: int) -> None:
    if session.info().clients:
        raise PeerRefused("busy", f"Somebody is looking at {session.name}: the size is theirs.", "leave it as it is")
    if not session.alive:
        raise PeerRefused("ended", f"The program of {session.name} has ended.")
    session.lead_passed(cols, rows)


def _is_of(asker: Asker, session: Session) -> bool:
    return session.labels.started_by is not None and session.labels.started_by.id == asker.starter.id


def _info(session: Session) -> SessionInfo:
    """Return the session with a directory that can be sent: on disk a name is any bytes, and long."""
    info = session.info()
    cwd = info.cwd.encode(errors="replace").decode()
    short = cwd if len(cwd) <= _MAX_DIRECTORY_CHARACTERS else f"…{cwd[-_MAX_DIRECTORY_CHARACTERS:]}"
    return msgspec.structs.replace(info, cwd=short)


def _last_lines(text: str, max_bytes: int) -> str:
    """Return the text, or as many of its last lines as fit; of a line that does not, its end."""
    while len(api.encode(text)) > max_bytes:
        _, line_end, rest = text.partition("\n")
        text = rest if line_end else text[len(text) // 2 :]
    return text
