"""The daemon's connection to its keeper: found or started, asked, and listened to."""

import errno
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Self

from loopsy_daemon.keeper.input_marks import Pipe
from loopsy_daemon.keeper.messages import VERSION, Inbox, Malformed, Message, send, text_of

ANSWER_SECONDS: Final = 5.0
# So long a former daemon may take to be gone.
BUSY_SECONDS: Final = 5.0
END_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.02
_BACKLOG: Final = 16
_FILE_MODE: Final = 0o600
_NO_ROOM: Final = os.strerror(errno.EMFILE)


class KeeperLost(Exception):
    """There is no keeper, or it has ended, or it does not answer."""


class KeeperSlow(KeeperLost):
    """The keeper has not answered in time. What comes late is undone."""


class KeeperRefuses(Exception):
    """A keeper is there and serves another daemon, or another version of the protocol."""


class Keeper:
    """A connection on which this process is the keeper's daemon. Requests wait for their answer."""

    def __init__(self, connection: socket.socket) -> None:
        """Greet the keeper. Raises KeeperLost or KeeperRefuses; the connection is closed then."""
        connection.settimeout(ANSWER_SECONDS)
        self._connection = connection
        self._inbox = Inbox(connection)
        self._last_number = 0
        self._on_exit: dict[str, Callable[[int], None]] = {}
        self._statuses: dict[str, int] = {}
        self._pipe: list[int] = []
        try:
            self._send({"type": "hello", "versions": [VERSION]})
            welcome, descriptors = self._answer("welcome")
        except (KeeperLost, KeeperRefuses):
            self.close()
            raise
        if not descriptors:
            self.close()
            raise KeeperLost(_NO_ROOM)
        self._pipe = descriptors
        self.pid = int(welcome["pid"])
        self.sessions: dict[str, int] = {entry["id"]: entry["pid"] for entry in welcome["sessions"]}
        for entry in welcome["sessions"]:
            if entry["status"] is not None:
                self._statuses[entry["id"]] = entry["status"]

    @classmethod
    def connect(cls, path: Path) -> Self | None:
        """Return a connection to the keeper that listens at the path, or None. Raises KeeperSlow, KeeperRefuses."""
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(path))
            except OSError:
                connection.close()
                return None
            try:
                return cls(connection)
            except KeeperSlow:
                raise
            except KeeperLost:
                return None
            except KeeperRefuses as refusal:
                if refusal.args[0] != "busy" or time.monotonic() > deadline:
                    raise
            time.sleep(_POLL_SECONDS)

    @classmethod
    def start(cls, path: Path, log: Path) -> Self:
        """Start a keeper that listens at the path, where none does. Raises KeeperLost or OSError."""
        path.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        with socket.socket(socket.AF_UNIX) as listener, os.fdopen(os.open(log, flags, _FILE_MODE), "ab") as errors:
            listener.bind(str(path))
            path.chmod(_FILE_MODE)
            listener.listen(_BACKLOG)
            starting = subprocess.Popen(
                [sys.executable, "-I", "-S", str(Path(__file__).parent), str(path)],
                stdin=listener.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=errors,
                cwd="/",
                env={},  # what is in ours is for our programs, and comes with each of them
                start_new_session=True,
            )
            status = starting.wait(ANSWER_SECONDS)
            if status != 0:
                raise KeeperLost(f"the keeper ended with status {status}: see {log}")
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(str(path))
        return cls(connection)

    @property
    def pipe(self) -> Pipe | None:
        """The pipe for input, where the system can move it from there to a terminal at once."""
        return (self._pipe[0], self._pipe[1]) if hasattr(os, "splice") else None

    def fileno(self) -> int:
        """Return the connection's descriptor; when it is readable, call `receive`."""
        return self._connection.fileno()

    def spawn(
        self,
        session_id: str,
        argv: Sequence[str],
        environment: Mapping[str, str],
        cwd: str,
        size: tuple[int, int],
        memory: int,
    ) -> tuple[int, int]:
        """Start a program that prints into `memory`; return pid and terminal. Raises OSError or KeeperLost."""
        request = {
            "type": "spawn",
            "id": session_id,
            "argv": [text_of(argument) for argument in argv],
            "environment": {text_of(name): text_of(value) for name, value in environment.items()},
            "cwd": text_of(cwd),
            "cols": size[0],
            "rows": size[1],
        }
        answer, descriptors = self._request(request, ("spawned", "failed"), [memory])
        if answer["type"] == "failed":
            raise OSError(answer["errno"], answer["reason"], argv[0])
        if not descriptors:  # it runs, and we cannot have its terminal
            self.forget(session_id)
            raise OSError(errno.EMFILE, _NO_ROOM, argv[0])
        return int(answer["pid"]), descriptors[0]

    def adopt(self, session_id: str) -> tuple[int, int | None]:
        """Read this session from now on; return its memory and its terminal unless closed. Raises KeeperLost."""
        _, descriptors = self._request({"type": "adopt", "id": session_id}, ("adopted",))
        if not descriptors:
            raise KeeperLost(_NO_ROOM)
        return descriptors[0], descriptors[1] if len(descriptors) > 1 else None

    def status(self, session_id: str) -> int | None:
        """Return the wait status of a program that has ended, as far as it is known here."""
        return self._statuses.get(session_id)

    def on_exit(self, session_id: str, handler: Callable[[int], None]) -> None:
        """Call `handler` from within `tell_exits` with the wait status when the program ends."""
        self._on_exit[session_id] = handler

    def close_terminal(self, session_id: str) -> None:
        """Close the keeper's side of a terminal whose program has ended. Raises KeeperLost."""
        self._on_exit.pop(session_id, None)
        self._send({"type": "close", "id": session_id})

    def forget(self, session_id: str) -> None:
        """Keep nothing of a session any more. Raises KeeperLost."""
        self._on_exit.pop(session_id, None)
        self._statuses.pop(session_id, None)
        self._send({"type": "forget", "id": session_id})

    def receive(self) -> None:
        """Take what the keeper says unasked. Raises KeeperLost."""
        self._fill()
        while (message := self._next()) is not None:
            self._heard(*message)
        self.tell_exits()

    def tell_exits(self) -> None:
        """Call the handlers of programs that have ended, as far as it was heard, perhaps during a request."""
        for session_id in [known for known in self._on_exit if known in self._statuses]:
            self._on_exit.pop(session_id)(self._statuses[session_id])

    def close(self) -> None:
        """End the connection: the keeper reads the terminals from now on."""
        self._inbox.close()
        while self._pipe:
            os.close(self._pipe.pop())

    def _request(
        self, request: Message, kinds: tuple[str, ...], descriptors: Sequence[int] = ()
    ) -> tuple[Message, list[int]]:
        self._last_number += 1
        self._send({**request, "n": self._last_number}, descriptors)
        return self._answer(*kinds)

    def _send(self, message: Message, descriptors: Sequence[int] = ()) -> None:
        try:
            send(self._connection, message, descriptors)
        except OSError as error:
            raise KeeperLost(str(error)) from error

    def _answer(self, *kinds: str) -> tuple[Message, list[int]]:
        while True:
            while (message := self._next()) is not None:
                if message[0]["type"] in kinds and message[0].get("n", self._last_number) == self._last_number:
                    return message
                self._heard(*message)
            self._fill()

    def _fill(self) -> None:
        try:
            if self._inbox.receive():
                return
        except TimeoutError:
            raise KeeperSlow(f"no answer for {ANSWER_SECONDS:.0f} s") from None
        except OSError as error:
            raise KeeperLost(str(error)) from error
        raise KeeperLost("the keeper has ended")

    def _next(self) -> tuple[Message, list[int]] | None:
        try:
            return self._inbox.next()
        except Malformed as error:
            raise KeeperLost(str(error)) from error

    def _heard(self, message: Message, descriptors: list[int]) -> None:
        for descriptor in descriptors:
            os.close(descriptor)
        if message["type"] == "refused":
            raise KeeperRefuses(message["reason"], message["pid"])
        if message["type"] == "exited":
            self._statuses[message["id"]] = message["status"]
        if message["type"] == "spawned":
            self.forget(message["id"])


def end_programs(path: Path) -> int:
    """End all programs of the keeper at the path, and wait until it is gone; return how many ran.

    Raises KeeperRefuses if a daemon goes on using it, KeeperLost if it does not end in time.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while (answer := _ask_to_end(path))["type"] == "refused":
        if time.monotonic() > deadline:
            raise KeeperRefuses(answer["reason"], answer["pid"])
        time.sleep(_POLL_SECONDS)
    return int(answer["programs"])


def _ask_to_end(path: Path) -> Message:
    """Return its answer once it has closed the connection, which it does at its end."""
    answer: Message = {"type": "ended", "programs": 0}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(END_SECONDS)
        try:
            connection.connect(str(path))
        except OSError:
            return answer
        inbox = Inbox(connection)
        try:
            send(connection, {"type": "end", "n": 1})
            while inbox.receive():
                while (received := inbox.next()) is not None:
                    answer = received[0]
        except (ConnectionResetError, BrokenPipeError):  # it was just ending
            return answer
        except (OSError, Malformed) as error:
            raise KeeperLost(str(error)) from error
    return answer
