"""The keeper's process: waits for daemons, terminals and ends of programs, and does what each asks for."""

import contextlib
import errno
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from loopsy_daemon.keeper.input_marks import HANDED_BYTES
from loopsy_daemon.keeper.log import log
from loopsy_daemon.keeper.messages import MAX_MESSAGE_BYTES, VERSION, Malformed, Message
from loopsy_daemon.keeper.peer import Peer, is_same_user
from loopsy_daemon.keeper.programs import Programs

MAX_PEERS: Final = 16
# A daemon that has no session opens the next one soon, or not.
IDLE_SECONDS: Final = 5.0
# For so long an exit status waits for a daemon.
UNCLAIMED_SECONDS: Final = 86_400.0
_LOOK_SECONDS: Final = 60.0
_MISTAKES: Final = (Malformed, KeyError, TypeError, ValueError)


class KeeperProcess:
    """Runs until no session is left."""

    def __init__(self, listener: socket.socket, path: str) -> None:
        self._listener = listener
        self._path = path
        self._selector = selectors.DefaultSelector()
        self._programs = Programs(self._selector)
        self._peers: set[Peer] = set()
        self._daemon: Peer | None = None
        self._has_served = False
        self._idle_since = time.monotonic()
        self._pipe = os.pipe()  # for the input that a daemon hands over
        self._waker, self._waking = socket.socketpair()
        for descriptor in (*self._pipe, self._waker.fileno(), self._waking.fileno(), listener.fileno()):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(self._waking.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.signal(signal.SIGTERM, lambda _number, _frame: self._programs.end_all() and None)
        self._selector.register(listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._waker, selectors.EVENT_READ, self._children_changed)

    def run(self) -> None:
        """Serve until there is nothing left to keep."""
        while not self._is_over():
            for key, _ in self._selector.select(self._next_wake_seconds()):
                handle: Callable[[], None] = key.data
                handle()
            if self._daemon is None:
                self._look_after_what_nobody_claims()
            self._programs.do_what_is_due()

    def _is_over(self) -> bool:
        if self._programs.is_ended:
            return True
        if not self._programs.is_empty:
            self._idle_since = time.monotonic()
            return False
        is_idle_long = time.monotonic() - self._idle_since > IDLE_SECONDS
        return is_idle_long or (self._has_served and self._daemon is None)

    def _next_wake_seconds(self) -> float:
        now = time.monotonic()
        times = [now + _LOOK_SECONDS, *self._programs.due_times()]
        if self._programs.is_empty:
            times.append(self._idle_since + IDLE_SECONDS)
        return max(0.0, min(times) - now) + 0.001

    def _look_after_what_nobody_claims(self) -> None:
        """Keep no exit status for ever, and nothing at all where no daemon can find it."""
        if not self._programs.is_ending and not os.path.exists(self._path):  # noqa: PTH110
            log("the socket's name is gone: all programs end")
            self._programs.end_all()
        self._programs.forget_exited_before(time.time() - UNCLAIMED_SECONDS)

    def _children_changed(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._waker.recv(4_096):
                pass
        for session_id, status in self._programs.reap():
            self._tell_daemon({"type": "exited", "id": session_id, "status": status})

    # --- connections ----------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        if len(self._peers) >= MAX_PEERS or not is_same_user(connection):
            connection.close()
            return
        peer = Peer(connection)
        self._peers.add(peer)
        self._selector.register(peer, selectors.EVENT_READ, partial(self._readable, peer))

    def _readable(self, peer: Peer) -> None:
        try:
            is_open = peer.inbox.receive()
            while peer in self._peers and (received := peer.inbox.next()) is not None:
                message, descriptors = received
                try:
                    self._take(peer, message, descriptors)
                except _MISTAKES as mistake:
                    if peer is not self._daemon:
                        raise
                    # To part with a daemon that lives would be worse: both of us would read the terminals.
                    log(f"a request of the daemon fails: {type(mistake).__name__}: {mistake}")
                finally:
                    for descriptor in descriptors:
                        os.close(descriptor)
        except (OSError, *_MISTAKES) as error:
            log(f"a connection ends: {type(error).__name__}: {error}")
            is_open = False
        if not is_open:
            self._drop(peer)

    def _drop(self, peer: Peer) -> None:
        if peer not in self._peers:
            return
        self._peers.discard(peer)
        self._selector.unregister(peer)
        peer.close()
        if peer is self._daemon:
            self._daemon = None
            self._programs.take_back(self._empty_pipe())

    def _empty_pipe(self) -> int:
        with contextlib.suppress(BlockingIOError):
            return len(os.read(self._pipe[0], HANDED_BYTES))
        return 0

    def _tell_daemon(self, message: Message) -> None:
        if self._daemon is not None:
            try:
                self._daemon.send(message)
            except OSError:
                self._drop(self._daemon)

    # --- messages -------------------------------------------------------------------------------------------------

    def _take(self, peer: Peer, message: Message, descriptors: list[int]) -> None:
        kind = message["type"]
        if not peer.is_daemon:
            if kind == "hello":
                self._hello(peer, message)
            elif kind == "end":
                self._end(peer, message)
            else:
                raise Malformed("no hello")
        elif kind == "spawn":
            self._spawn(peer, message, descriptors)
        elif kind == "adopt":
            kept = self._programs.hand_over(message["id"])
            held = [kept.memory] if kept.master is None else [kept.memory, kept.master]
            peer.send({"type": "adopted", "n": message["n"]}, held)
        elif kind == "close":
            self._programs.close_terminal(message["id"])
        elif kind == "forget":
            self._programs.forget(message["id"])

    def _hello(self, peer: Peer, message: Message) -> None:
        reason = "version" if VERSION not in message["versions"] else "busy" if self._daemon is not None else None
        if reason is not None:
            self._refuse(peer, reason)
        peer.is_daemon = self._has_served = True
        peer.inbox.max_message_bytes = MAX_MESSAGE_BYTES
        self._daemon = peer
        self._idle_since = time.monotonic()
        sessions = [
            {"id": name, "pid": kept.pid, "status": kept.status} for name, kept in self._programs.sessions.items()
        ]
        peer.send({"type": "welcome", "version": VERSION, "pid": os.getpid(), "sessions": sessions}, self._pipe)

    def _spawn(self, peer: Peer, message: Message, descriptors: list[int]) -> None:
        session_id, number = message["id"], message["n"]
        if session_id in self._programs.sessions or len(descriptors) > 1:
            raise Malformed("no new session")
        try:
            if not descriptors:  # there was no room here for the memory's
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))  # noqa: TRY301 - answered like other lacks
            kept = self._programs.start(session_id, message, descriptors[0])
        except OSError as error:
            peer.send({"type": "failed", "n": number, "errno": error.errno, "reason": error.strerror})
            return
        descriptors.clear()
        assert kept.master is not None
        peer.send({"type": "spawned", "n": number, "id": session_id, "pid": kept.pid}, [kept.master])

    def _end(self, peer: Peer, message: Message) -> None:
        if self._daemon is not None:
            self._refuse(peer, "busy")
        peer.send({"type": "ended", "n": message.get("n"), "programs": self._programs.end_all()})

    def _refuse(self, peer: Peer, reason: str) -> None:
        peer.send({"type": "refused", "reason": reason, "versions": [VERSION], "pid": os.getpid()})
        raise Malformed(reason)


def run(listener: socket.socket, path: str) -> None:
    """Keep programs until the last session is forgotten; the socket's name goes before the socket does."""
    try:
        KeeperProcess(listener, path).run()
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108 - a process this small does without pathlib
        listener.close()
