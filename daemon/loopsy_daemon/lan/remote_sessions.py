"""The sessions of a machine as another one, or a tool, uses them: one method for each thing that can be done."""

from typing import Final, Protocol, TypeVar

import msgspec

from loopsy_daemon.errors import UsageError
from loopsy_daemon.invalid_values import what_is_wrong
from loopsy_daemon.lan import session_api
from loopsy_daemon.lan.remote import ANSWER_SECONDS, Remote

R = TypeVar("R", bound=session_api.SessionRequest)
A = TypeVar("A", bound=session_api.SessionAnswer)
_VERB_OF: Final[dict[type, str]] = {kind: verb for verb, kind in session_api.VERBS.items()}


class Ask(Protocol):
    """The way to the machine."""

    async def __call__(
        self, verb: str, request: session_api.SessionRequest, kind: type[A], patience_seconds: float
    ) -> A:
        """Return what the machine answers. Raises LoopsyError."""


class SessionsOn:
    """The sessions of one machine, called `machine`. Every method raises UsageError and what the way raises."""

    def __init__(self, machine: str, ask: Ask) -> None:
        self.machine = machine
        self._ask = ask

    async def start(self, request: session_api.StartSession) -> session_api.SessionState:
        """Start a session."""
        return await self._do(request, session_api.SessionState)

    async def all(self) -> list[session_api.SessionState]:
        """Return the sessions that can be seen from here."""
        return (await self._do(session_api.ListSessions(), session_api.SessionStates)).sessions

    async def output(self, request: session_api.ReadOutput) -> session_api.OutputPiece:
        """Return output, and wait for it if the request says so."""
        return await self._do(request, session_api.OutputPiece, request.wait_seconds)

    async def screen(self, request: session_api.ReadScreen) -> session_api.ScreenShown:
        """Return what the terminal shows."""
        return await self._do(request, session_api.ScreenShown, request.wait_seconds)

    async def type_in(self, request: session_api.TypeInto) -> session_api.InputTaken:
        """Type a text and keys."""
        return await self._do(request, session_api.InputTaken)

    async def resize(self, request: session_api.ResizeSession) -> session_api.SessionState:
        """Give the terminal another size."""
        return await self._do(request, session_api.SessionState)

    async def stop(self, session: str, signal: str | None = None) -> session_api.SessionState:
        """End the program, or send it a signal."""
        return await self._do(session_api.StopSession(session=session, signal=signal), session_api.SessionState)

    async def remove(self, session: str) -> session_api.SessionState:
        """End the program if it runs, and forget the session."""
        return await self._do(session_api.RemoveSession(session=session), session_api.SessionState)

    async def _do(self, request: R, kind: type[A], wait_seconds: float = 0.0) -> A:
        try:  # here, where the person can be told which value it is
            checked = msgspec.convert(msgspec.to_builtins(request), type(request))
        except msgspec.ValidationError as error:
            raise UsageError(what_is_wrong(error), "Give another value.") from error
        return await self._ask(_VERB_OF[type(request)], checked, kind, wait_seconds + ANSWER_SECONDS)


def sessions_of(remote: Remote) -> SessionsOn:
    """Return the sessions of a peer."""

    async def ask(verb: str, request: session_api.SessionRequest, kind: type[A], patience_seconds: float) -> A:
        return await remote.ask("POST", f"/v1/sessions/{verb}", kind, request, patience_seconds)

    return SessionsOn(remote.name, ask)
