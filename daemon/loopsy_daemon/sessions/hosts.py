"""Where programs run: as children of this process, or with the keeper, where they outlive it."""

import asyncio
import errno
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from loopsy_daemon.keeper.client import Keeper, KeeperLost, KeeperRefuses, KeeperSlow
from loopsy_daemon.keeper.ring import Ring
from loopsy_daemon.keeper.shared_memory import Damaged
from loopsy_daemon.sessions.child import ExitStatus, watch_exit
from loopsy_daemon.sessions.identity import Program
from loopsy_daemon.sessions.output_log import OutputLog
from loopsy_daemon.sessions.posix_pty import PosixPty, spawn_posix
from loopsy_daemon.sessions.pty import EndedPty, Pty, PtyEvents, Spawn

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Survivor:
    """A session that a former daemon had. `spawn` takes its program over instead of starting one."""

    session_id: str
    ring: Ring
    status: ExitStatus | None
    spawn: Spawn


class Host(Protocol):
    """Starts programs, and knows those that it still has."""

    def spawn(self, session_id: str, program: Program, cols: int, rows: int, log: OutputLog, events: PtyEvents) -> Pty:
        """Start a program. Raises OSError if it cannot be started."""

    def survivors(self) -> Iterator[Survivor]:
        """Yield the sessions of a former daemon, each at its turn."""

    def forget(self, session_id: str) -> None:
        """Keep nothing of a session any more."""

    def leave(self) -> None:
        """Let go; what is to outlive this process was left before."""


class OwnChildren:
    """Programs end with this process."""

    spawn = staticmethod(spawn_posix)

    def survivors(self) -> Iterator[Survivor]:
        """Yield nothing."""
        return iter(())

    def forget(self, session_id: str) -> None:
        """Do nothing: there is nothing left of it."""

    def leave(self) -> None:
        """Do nothing."""


class KeptPrograms:
    """Programs are the keeper's, which is found at its socket, or started with the first of them.

    Where no keeper can be had, programs are this process' own. If the keeper is killed, they go on, since this
    process has their terminals as well, and end with it.
    """

    def __init__(self, socket: Path, log: Path) -> None:
        self._socket = socket
        self._keeper_log = log
        self._keeper: Keeper | None = None
        # A keeper that only seems to be gone must not begin to read what we read: these are not closed before the end.
        self._given_up: list[Keeper] = []
        self._when_lost: dict[str, Callable[[], None]] = {}  # what each program needs when the keeper is lost

    def spawn(self, session_id: str, program: Program, cols: int, rows: int, log: OutputLog, events: PtyEvents) -> Pty:
        """Start a program at the keeper. Raises OSError if it cannot be started."""
        for _ in range(2):  # a keeper that was just ending, or was killed, is replaced
            keeper = self._connected(start=True)
            if keeper is None:
                break
            try:
                pid, master = keeper.spawn(
                    session_id, program.argv, program.environment, program.cwd, (cols, rows), log.ring.descriptor
                )
            except KeeperSlow as error:
                raise TimeoutError(errno.ETIMEDOUT, f"the keeper of programs gave {error}") from error
            except KeeperLost as error:
                self._lost(error)
                continue
            return self._pty(keeper, session_id, pid, master, log, events)
        _log.warning("%s will end with this process", session_id)
        return spawn_posix(session_id, program, cols, rows, log, events)

    def survivors(self) -> Iterator[Survivor]:
        """Yield the sessions that the keeper has, each as it is taken over."""
        keeper = self._connected(start=False)
        if keeper is None:
            return
        for session_id, pid in list(keeper.sessions.items()):
            try:
                descriptor, master = keeper.adopt(session_id)
            except KeeperLost as error:
                self._lost(error)
                return
            try:
                ring = Ring(descriptor)
            except (Damaged, OSError, ValueError) as error:
                _log.warning("%s cannot be gone on with: %s", session_id, error)
                self.forget(session_id)
                continue
            status = keeper.status(session_id)
            known = None if status is None or master is not None else ExitStatus.of(status)
            yield Survivor(session_id, ring, known, self._taking_over(keeper, pid, master))

    def forget(self, session_id: str) -> None:
        """Keep nothing of a session any more."""
        self._when_lost.pop(session_id, None)
        self._tell(Keeper.forget, session_id)

    def leave(self) -> None:
        """End the connection: the keeper reads the terminals from now on."""
        self._give_up()
        while self._given_up:
            self._given_up.pop().close()

    def _give_up(self) -> None:
        if self._keeper is not None:
            asyncio.get_running_loop().remove_reader(self._keeper.fileno())
            self._given_up.append(self._keeper)
            self._keeper = None

    def _connected(self, *, start: bool) -> Keeper | None:
        if self._keeper is None:
            try:
                self._keeper = Keeper.connect(self._socket)
                if self._keeper is None and start:
                    self._keeper = Keeper.start(self._socket, self._keeper_log)
            except KeeperRefuses as refusal:
                reason, pid = refusal.args
                _log.warning("the keeper of other programs (pid %d) does not serve this daemon: %s", pid, reason)
            except (KeeperLost, OSError) as error:
                _log.warning("no keeper could be had: %s", error)
            if self._keeper is not None:
                asyncio.get_running_loop().add_reader(self._keeper.fileno(), self._readable)
        return self._keeper

    def _pty(
        self, keeper: Keeper, session_id: str, pid: int, master: int, log: OutputLog, events: PtyEvents
    ) -> PosixPty:
        def watch(on_exit: Callable[[ExitStatus], None]) -> None:
            def ended(status: int) -> None:
                self._when_lost.pop(session_id, None)
                on_exit(ExitStatus.of(status))

            self._when_lost[session_id] = partial(watch_exit, pid, on_exit)
            keeper.on_exit(session_id, ended)
            asyncio.get_running_loop().call_soon(keeper.tell_exits)  # it may have ended already

        def closed() -> None:
            self._when_lost.pop(session_id, None)
            self._tell(Keeper.close_terminal, session_id)

        return PosixPty(pid, master, log, events, watch, on_closed=closed, input_pipe=keeper.pipe)

    def _taking_over(self, keeper: Keeper, pid: int, master: int | None) -> Spawn:
        def take_over(
            session_id: str,
            program: Program,  # noqa: ARG001 - it runs
            cols: int,  # noqa: ARG001
            rows: int,  # noqa: ARG001
            log: OutputLog,
            events: PtyEvents,
        ) -> Pty:
            return EndedPty() if master is None else self._pty(keeper, session_id, pid, master, log, events)

        return take_over

    def _tell(self, tell: Callable[[Keeper, str], None], session_id: str) -> None:
        if self._keeper is not None:
            try:
                tell(self._keeper, session_id)
            except KeeperLost as error:
                self._lost(error)

    def _readable(self) -> None:
        try:
            if self._keeper is not None:
                self._keeper.receive()
        except KeeperLost as error:
            self._lost(error)

    def _lost(self, error: KeeperLost) -> None:
        self._give_up()
        if self._when_lost:
            _log.warning(
                "the keeper is gone (%s): its %d programs will end with this process", error, len(self._when_lost)
            )
        else:
            self.leave()
        orphans, self._when_lost = self._when_lost, {}
        for watch_alone in orphans.values():
            watch_alone()
