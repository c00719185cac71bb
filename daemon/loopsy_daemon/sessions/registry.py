"""All sessions of this daemon: opened, found, named and forgotten."""

import asyncio
import base64
import logging
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from loopsy_daemon.sessions.agents import Agents, home_directory
from loopsy_daemon.sessions.commands import Commands
from loopsy_daemon.sessions.directories import absolute_directory
from loopsy_daemon.sessions.environment import session_environment
from loopsy_daemon.sessions.errors import BadDirectory, BadRequest, SpawnFailed, TooManySessions, UnknownSession
from loopsy_daemon.sessions.hosts import Host, OwnChildren, Survivor
from loopsy_daemon.sessions.identity import DEFAULT_MEMORY, Labels, Memory, Program, Starter
from loopsy_daemon.sessions.names import free_name, require_free_name, require_valid_name
from loopsy_daemon.sessions.notebook import Former, Record
from loopsy_daemon.sessions.output_log import OutputLog
from loopsy_daemon.sessions.screen import warm_up
from loopsy_daemon.sessions.session import Session
from loopsy_daemon.wire import limits, messages

_log = logging.getLogger(__name__)
_ID_BYTES: Final = 8
_SHORTEST_PREFIX_CHARACTERS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryLimits:
    """How much this daemon keeps."""

    sessions: int = 64
    exited_seconds: float = limits.EXITED_SESSION_SECONDS
    memory: Memory = DEFAULT_MEMORY


class Registry:
    """The sessions in the order in which they were opened. `on_change` is called when a list of them would differ."""

    def __init__(
        self,
        home_environment: Mapping[str, str],
        registry_limits: RegistryLimits | None = None,
        on_change: Callable[[], object] = lambda: None,
        on_forget: Callable[[str], object] = lambda _: None,
        host: Host | None = None,
        commands: Commands | None = None,
    ) -> None:
        self.agents = Agents(home_environment, commands)
        self._home_environment = home_environment
        self._limits = registry_limits or RegistryLimits()
        self._on_change = on_change
        self._on_forget = on_forget
        self._host: Host = host or OwnChildren()
        self._sessions: dict[str, Session] = {}
        self._forget_timers: dict[str, asyncio.TimerHandle] = {}
        warm_up()

    def open(
        self,
        agent: str,
        cols: int,
        rows: int,
        name: str | None = None,
        cwd: str | None = None,
        command: Sequence[str] | None = None,
        started_by: Starter | None = None,
    ) -> Session:
        """Start an agent, or `command` in its place. Raises SessionError."""
        launch = self.agents.launch(agent)
        argv = launch.argv if command is None else _require_valid_command(command)
        _require_valid_size(cols, rows)
        names = {session.name for session in self._sessions.values() if session.alive}
        if name is None:
            name = free_name(launch.name, names)
        else:
            require_valid_name(name)
            require_free_name(name, names)
        self._make_room()
        session_id = base64.b32encode(secrets.token_bytes(_ID_BYTES)).decode().rstrip("=").lower()
        directory = self._directory(cwd or launch.directory)
        environment = session_environment(self._home_environment, session_id, directory)
        try:
            session = Session(
                Labels(id=session_id, name=name, started_by=started_by),
                Program(agent=agent, argv=argv, environment=environment, cwd=directory),
                cols,
                rows,
                spawn=self._host.spawn,
                on_change=self._on_change,
                memory=self._limits.memory,
                on_exit=lambda: self._forget_later(session_id),
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise SpawnFailed(
                f"{argv[0]} could not be started: {reason}.", "Check the command and its path."
            ) from error
        self._sessions[session_id] = session
        self._on_change()
        return session

    def get(self, session_id: str) -> Session:
        """Return the session with exactly this id. Raises UnknownSession."""
        try:
            return self._sessions[session_id]
        except KeyError:
            raise UnknownSession(f"There is no session {session_id!r}.", "See `loopsy list`.") from None

    def resolve(self, text: str) -> Session:
        """Return the session with this id, this name, or this beginning of an id (4 characters or more).

        A running session's name goes before an exited one's. Raises UnknownSession, or BadRequest if it is ambiguous.
        """
        if text in self._sessions:
            return self._sessions[text]
        named = [session for session in self._sessions.values() if session.name == text]
        found = [session for session in named if session.alive] or named
        if not found and len(text) >= _SHORTEST_PREFIX_CHARACTERS:
            found = [session for session in self._sessions.values() if session.id.startswith(text.lower())]
        if not found:
            raise UnknownSession(f"There is no session {text!r}.", "See `loopsy list`.")
        if len(found) > 1:
            raise BadRequest(f"{text!r} could be {len(found)} sessions.", "Use the id that `loopsy list` shows.")
        return found[0]

    def all(self) -> list[Session]:
        """Return all sessions."""
        return list(self._sessions.values())

    def infos(self) -> list[messages.SessionInfo]:
        """Return all sessions as lists show them."""
        return [session.info() for session in self._sessions.values()]

    def rename(self, session_id: str, name: str) -> None:
        """Give a session another name. Raises SessionError."""
        session = self.get(session_id)
        require_valid_name(name)
        require_free_name(
            name, {other.name for other in self._sessions.values() if other.alive and other is not session}
        )
        session.rename(name)
        self._on_change()

    def signal(self, session_id: str, name: str) -> None:
        """Send a signal to a session's foreground program. Raises SessionError."""
        self.get(session_id).signal(name)

    def kill(self, session_id: str) -> None:
        """End a session's program: hang-up, then KILL after 2 s. Raises SessionError."""
        self.get(session_id).kill()

    def dismiss(self, session_id: str) -> None:
        """Forget an exited session. Raises SessionError."""
        session = self.get(session_id)
        if session.alive:
            raise BadRequest(f"{session.name} is still running.", f"End it with `loopsy kill {session.name}`.")
        self._forget(session_id)

    def adopt(self) -> None:
        """Go on with the sessions that a former daemon had."""
        for survivor in self._host.survivors():
            try:
                record = Record.of(survivor.ring)
            except (ValueError, TypeError, KeyError) as error:
                _log.warning("%s cannot be gone on with: %s", survivor.session_id, error)
                survivor.ring.close()
                self._host.forget(survivor.session_id)
                continue
            self._go_on_with(survivor, record)
        if self._sessions:
            running = sum(1 for session in self._sessions.values() if session.alive)
            _log.info("goes on with %d sessions, %d programs", len(self._sessions), running)

    def _go_on_with(self, survivor: Survivor, record: Record) -> None:
        if survivor.status is not None and record.ended_at is None:
            # The former daemon was killed between closing the terminal and noting the end.
            record = replace(record, ended_at=time.time())
        log = OutputLog.resumed(survivor.ring, record.marks)
        size = log.size_at(log.end)
        session_id = survivor.session_id
        self._sessions[session_id] = Session(
            Labels(id=session_id, name=record.name, started_by=record.started_by, created_at=record.created_at),
            Program(agent=record.agent, argv=(), environment={}, cwd=record.cwd),
            size.cols,
            size.rows,
            spawn=survivor.spawn,
            on_change=self._on_change,
            memory=self._limits.memory,
            on_exit=lambda: self._forget_later(session_id),
            former=Former(log, record, survivor.status),
        )
        if survivor.status is not None:
            assert record.ended_at is not None
            self._forget_later(session_id, time.time() - record.ended_at)

    def leave_all(self) -> None:
        """Forget every session, and let the programs go on for a later daemon where they can."""
        for timer in self._forget_timers.values():
            timer.cancel()
        for session in self._sessions.values():
            session.leave()
        self._sessions.clear()
        self._host.leave()

    def close_all(self) -> None:
        """Kill every program and forget every session."""
        for session_id in tuple(self._sessions):
            self._forget(session_id)
        self._host.leave()

    def _make_room(self) -> None:
        """Forget the oldest exited sessions in favour of a new one. Raises TooManySessions."""
        for session in [session for session in self._sessions.values() if not session.alive]:
            if len(self._sessions) < self._limits.sessions:
                return
            self._forget(session.id)
        if len(self._sessions) >= self._limits.sessions:
            raise TooManySessions(
                f"The limit of {self._limits.sessions} running sessions is reached.", "End one with `loopsy kill`."
            )

    def _forget_later(self, session_id: str, since_seconds: float = 0.0) -> None:
        delay_seconds = max(0.0, self._limits.exited_seconds - since_seconds)
        loop = asyncio.get_running_loop()
        self._forget_timers[session_id] = loop.call_later(delay_seconds, self._forget, session_id)

    def _forget(self, session_id: str) -> None:
        timer = self._forget_timers.pop(session_id, None)
        if timer is not None:
            timer.cancel()
        self._sessions.pop(session_id).close()
        self._host.forget(session_id)
        self._on_forget(session_id)
        self._on_change()

    def _directory(self, cwd: str | None) -> str:
        """Return the absolute working directory: `~` and relative paths begin at home. Raises BadDirectory."""
        directory = absolute_directory(cwd, home_directory(self._home_environment))
        cwd = cwd or directory
        if "\x00" in directory or not _is_directory(directory):
            raise BadDirectory(f"{cwd} is not a directory.", "Check the path; it begins at your home directory.")
        if not os.access(directory, os.X_OK):
            raise BadDirectory(f"{cwd} may not be entered.", f"Check it with `ls -ld {cwd}`.")
        return directory


def _require_valid_command(command: Sequence[str]) -> list[str]:
    if not command or not command[0] or any("\x00" in argument for argument in command):
        raise BadRequest("A command has a name, and no NUL in it.", "Check the command.")
    return list(command)


def _is_directory(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except OSError:  # too long a name, or a directory above it that may not be entered
        return False


def _require_valid_size(cols: int, rows: int) -> None:
    if not (limits.MIN_COLS <= cols <= limits.MAX_COLS and limits.MIN_ROWS <= rows <= limits.MAX_ROWS):
        raise BadRequest(
            f"A terminal cannot have {cols} columns and {rows} rows.",
            f"Use {limits.MIN_COLS} to {limits.MAX_COLS} columns and {limits.MIN_ROWS} to {limits.MAX_ROWS} rows.",
        )
