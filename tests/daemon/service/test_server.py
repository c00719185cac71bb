import asyncio
import itertools
from pathlib import Path

from loopsy_daemon.service.events import Events
from loopsy_daemon.sessions.registry import Registry
from loopsy_daemon.wire import frames, messages
from tests.support.session_server import session_server


class Rig:
    """A session server over real sessions."""

    def __init__(self, home: Path) -> None:
        self.events = Events()
        self.told: list[messages.Event] = []
        self.events.subscribe(self.told.append)
        self.registry = Registry(
            {"HOME": "/", "PATH": "/usr/bin:/bin"}, on_change=lambda: self.server.sessions_changed()
        )
        self.server = session_server(home, self.registry, self.events)

    def close(self) -> None:
        self.server.close()
        self.registry.close_all()

    async def until_told(self, count: int) -> None:
        async with asyncio.timeout(15):
            while len(self.told) < count:
                await asyncio.sleep(0.01)


async def test_an_exit_is_told_once_even_of_a_program_that_ends_at_once(home: Path) -> None:
    rig = Rig(home)
    try:
        session = rig.registry.open("shell", 80, 24, command=["/bin/sh", "-c", "exit 7"])
        await rig.until_told(1)
        rig.registry.rename(session.id, "other")
        await asyncio.sleep(0.1)
        assert [(event.name, event.details["code"]) for event in rig.told] == [("session.exited", 7)]
    finally:
        rig.close()


async def test_a_program_that_sets_titles_without_end_costs_few_looks(home: Path) -> None:
    rig = Rig(home)
    looks = 0
    infos = rig.registry.infos

    def counted() -> list[messages.SessionInfo]:
        nonlocal looks
        looks += 1
        return infos()

    rig.registry.infos = counted  # type: ignore[method-assign]
    try:
        pushed: list[bytes] = []
        rig.server.join(pushed.append)
        script = r"i=0; while [ $i -lt 5000 ]; do printf '\033]2;%s\007' $i; i=$((i+1)); done"
        rig.registry.open("shell", 80, 24, command=["/bin/sh", "-c", script])
        await rig.until_told(1)
        assert looks < 500
        async with asyncio.timeout(15):
            while not pushed or titles(pushed[-1]) != ["4999"]:
                await asyncio.sleep(0.05)
    finally:
        rig.close()


def titles(message: bytes) -> list[str]:
    control = frames.decode_message(message)
    assert isinstance(control, frames.Control)
    sessions = messages.decode_daemon_message(control.body)
    assert isinstance(sessions, messages.Sessions)
    return [info.title for info in sessions.sessions]


async def test_lists_are_pushed_at_most_twice_a_second(home: Path) -> None:
    rig = Rig(home)
    try:
        pushed: list[float] = []
        now = asyncio.get_running_loop().time
        began = now()
        leave = rig.server.join(lambda message: pushed.append(now()))
        session = rig.registry.open("shell", 80, 24, command=["/bin/cat"])
        for number in range(12):
            rig.registry.rename(session.id, f"name {number}")
            await asyncio.sleep(0.1)
        assert 2 <= len(pushed) <= 2 + (now() - began) / 0.5
        assert all(later - earlier >= 0.49 for earlier, later in itertools.pairwise(pushed))
        leave()
        leave()
        rig.registry.rename(session.id, "alone")
        before = len(pushed)
        await asyncio.sleep(0.6)
        assert len(pushed) == before
    finally:
        rig.close()
