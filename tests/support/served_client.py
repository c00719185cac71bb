"""A phone's client over a real registry, spoken to without a network."""

from pathlib import Path

from loopsy_daemon.paths import Paths
from loopsy_daemon.service.served_client import Leave, ServedClient
from loopsy_daemon.sessions.commands import Commands
from loopsy_daemon.sessions.registry import Registry
from loopsy_daemon.wire import frames, messages
from loopsy_daemon.wire.turns import Turns
from tests.support.session_server import session_server


class Wire:
    """A client's way back that keeps what is sent."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.sent: list[bytes] = []
        self.closed: list[int] = []

    def send(self, message: bytes) -> None:
        self.sent.append(message)

    def close(self, code: int, reason: str) -> None:
        self.closed.append(int(code))

    def answers(self) -> list[messages.DaemonMessage]:
        """Return and forget the control messages so far, but not those that are pushed."""
        decoded = [frames.decode_message(message) for message in self.sent]
        self.sent.clear()
        found = [messages.decode_daemon_message(item.body) for item in decoded if isinstance(item, frames.Control)]
        return [answer for answer in found if answer is not None]


class Rig:
    """A phone's client over a real registry."""

    def __init__(self, home: Path) -> None:
        environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
        self.registry = Registry(
            environment,
            on_forget=lambda session_id: self.server.depot.uploads.forget(session_id),
            commands=Commands(Paths.of(home).commands),
        )
        self.server = session_server(home, self.registry)
        self.wire = Wire()
        self.client = self.phone(self.wire)

    def phone(self, wire: Wire, phone_id: str = "a" * 26, leave: Leave | None = None) -> ServedClient:
        """Return the client of a phone that has not said hello."""
        return ServedClient(self.server, wire, phone=messages.PhoneInfo(phone_id=phone_id, label="Ada"), leave=leave)

    def close(self) -> None:
        """End everything."""
        self.client.disconnected()
        self.server.close()
        self.registry.close_all()

    def say(self, message: messages.Message) -> list[messages.DaemonMessage]:
        self.client.receive(frames.encode_control(messages.encode(message)))
        return self.wire.answers()

    def hello(self) -> None:
        (welcome,) = self.say(messages.Hello(versions=[1, 7], client=bytes(16), kind="web"))
        assert isinstance(welcome, messages.Welcome)
