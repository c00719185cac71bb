"""Sessions whose programs the keeper has: handed from daemon to daemon, and what happens when the keeper is lost."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from loopsy_daemon.sessions.errors import SpawnFailed
from loopsy_daemon.sessions.hosts import KeptPrograms
from loopsy_daemon.sessions.registry import Registry, RegistryLimits
from tests.daemon.sessions.programs import ECHO, A, B
from tests.daemon.sessions.recorder import Recorder

DEADLINE_SECONDS = 20.0


class Daemons:
    """Registries in one process that follow one another at the same home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.registry = self.next()

    def next(self, limits: RegistryLimits | None = None) -> Registry:
        """Return the registry of a daemon that has just started."""
        host = KeptPrograms(self.home / "keeper.sock", self.home / "keeper.log")
        self.registry = Registry(os.environ, limits, host=host)
        self.registry.adopt()
        return self.registry

    def keeper_pid(self) -> int:
        """Return the keeper's process, which says so to whoever asks while it serves another."""
        host = self.registry._host
        assert isinstance(host, KeptPrograms)
        assert host._keeper is not None
        return host._keeper.pid


@pytest.fixture
async def daemons(home: Path) -> AsyncIterator[Daemons]:
    daemons = Daemons(home)
    yield daemons
    daemons.registry.close_all()


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not is_true():
            await asyncio.sleep(0.005)


@contextmanager
def nothing_left_open() -> Iterator[None]:
    before = len(list(Path("/proc/self/fd").iterdir()))
    yield
    assert len(list(Path("/proc/self/fd").iterdir())) == before


async def test_a_session_goes_on_in_the_next_daemon(daemons: Daemons) -> None:
    session, viewer = daemons.registry.open("shell", 80, 24, name="work", command=ECHO), Recorder()
    attachment = viewer.attach(session, A, cols=100, rows=30)
    await viewer.until_output(b"ready")
    attachment.receive_input(0, b"one ")
    await viewer.until_output(b"one ")
    daemons.registry.rename(session.id, "play")
    before = session.info()
    viewer.is_cut = True
    daemons.registry.leave_all()
    (later,) = daemons.next()._sessions.values()
    after = later.info()
    assert (after.id, after.name, after.cols, after.rows) == (before.id, "play", 100, 30)
    assert (after.created_at, after.preview) == (before.created_at, "readyone")
    again, other = Recorder(), Recorder()
    attached = again.attach(later, A, cols=100, rows=30, have=len(b"ready"))
    assert attached.snapshot is None
    assert attached.input_seen == 4, "what it typed is known"
    assert other.attach(later, B, cols=50, rows=20).leader is False, "the one that typed last still leads"
    attached.receive_input(0, b"one two")
    await again.until_output(b"two")
    assert again.output == b"one two"


async def test_what_was_received_and_not_written_is_asked_for_again(daemons: Daemons) -> None:
    script = ["/bin/sh", "-c", "stty raw -echo; echo armed; sleep 60"]
    session, viewer = daemons.registry.open("shell", 80, 24, command=script), Recorder()
    attachment = viewer.attach(session, A)
    await viewer.until_output(b"armed")
    attachment.receive_input(0, bytes(60_000))
    typed = attachment.record.input
    assert 0 < typed.written < typed.seen
    viewer.is_cut = True
    daemons.registry.leave_all()
    later = daemons.next().get(session.id)
    again = Recorder().attach(later, A)
    assert again.input_seen == typed.written


async def test_a_program_that_cannot_be_started_means_the_same(daemons: Daemons) -> None:
    for command in (["/nowhere/program"], ["/etc/passwd"]):
        with pytest.raises(SpawnFailed, match="could not be started"):
            daemons.registry.open("shell", 80, 24, command=command)
    assert daemons.registry.infos() == []


async def test_an_exited_session_is_still_there_until_it_is_dismissed(daemons: Daemons) -> None:
    running = daemons.registry.open("shell", 80, 24, command=["sleep", "60"])
    session = daemons.registry.open("shell", 80, 24, command=["sh", "-c", "echo bye; exit 6"])
    await until(lambda: not session.alive)
    for _ in range(2):
        daemons.registry.leave_all()
        later = daemons.next().get(session.id)
        assert (later.info().alive, later.info().code, later.info().preview) == (False, 6, "bye")
        viewer = Recorder()
        viewer.attach(later, have=0)
        assert bytes(viewer.output) == b"bye\r\n"
        assert viewer.exit == (5, 6, None)
    daemons.registry.dismiss(session.id)
    daemons.registry.leave_all()
    assert [info.id for info in daemons.next().infos()] == [running.id]


async def test_an_exited_session_whose_daemon_was_killed_before_it_noted_the_end_is_still_there(
    daemons: Daemons, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = daemons.registry.open("shell", 80, 24, command=["sh", "-c", "echo bye; exit 6"])
    monkeypatch.setattr(session._notebook, "write_record", lambda: None)
    await until(lambda: not session.alive)
    daemons.registry._host.leave()  # as a kill does it: without a word
    daemons.next()
    await asyncio.sleep(0.05)
    assert daemons.registry.get(session.id).info().code == 6
    daemons.registry.leave_all()
    daemons.next(RegistryLimits(exited_seconds=0.0))
    await until(lambda: daemons.registry.infos() == [])
    session._release(session._pty.leave)


async def test_an_exited_session_is_forgotten_in_time_also_by_a_later_daemon(daemons: Daemons) -> None:
    session = daemons.registry.open("shell", 80, 24, command=["true"])
    await until(lambda: not session.alive)
    daemons.registry.leave_all()
    daemons.next(RegistryLimits(exited_seconds=0.0))
    await until(lambda: daemons.registry.infos() == [])


async def test_programs_go_on_without_their_keeper_and_a_new_one_is_started(
    daemons: Daemons, caplog: pytest.LogCaptureFixture
) -> None:
    session, viewer = daemons.registry.open("shell", 80, 24, command=ECHO), Recorder()
    attachment = viewer.attach(session)
    await viewer.until_output(b"ready")
    first = daemons.keeper_pid()
    os.kill(first, signal.SIGKILL)
    await until(lambda: "the keeper is gone" in caplog.text)
    attachment.receive_input(0, b"still here")
    await viewer.until_output(b"still here")
    other = daemons.registry.open("shell", 80, 24, command=["sh", "-c", "exit 3"])
    assert daemons.keeper_pid() != first
    await until(lambda: not other.alive)
    assert other.info().code == 3
    session.kill()
    assert (await viewer.until_exit())[1:] == (None, None), "nobody knows how"


async def test_an_exit_that_the_keeper_could_not_tell_is_noticed(daemons: Daemons) -> None:
    session = daemons.registry.open("shell", 80, 24, command=["sleep", "60"])
    os.kill(daemons.keeper_pid(), signal.SIGSTOP)
    os.kill(session._pty.pid, signal.SIGKILL)
    os.kill(daemons.keeper_pid(), signal.SIGKILL)
    await until(lambda: not session.alive)


async def test_a_keeper_that_does_not_answer_costs_that_session_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loopsy_daemon.keeper.client.ANSWER_SECONDS", 0.5)
    daemons = Daemons(home)
    session, viewer = daemons.registry.open("shell", 80, 24, command=ECHO), Recorder()
    attachment = viewer.attach(session)
    await viewer.until_output(b"ready")
    keeper = daemons.keeper_pid()
    os.kill(keeper, signal.SIGSTOP)
    try:
        with pytest.raises(SpawnFailed, match="could not be started: the keeper"):
            daemons.registry.open("shell", 80, 24, command=["sleep", "60"])
        attachment.receive_input(0, b"still here")
        await viewer.until_output(b"still here")
    finally:
        os.kill(keeper, signal.SIGCONT)
    daemons.registry.open("shell", 80, 24, name="later", command=["sleep", "60"])
    assert daemons.keeper_pid() == keeper
    daemons.registry.leave_all()
    assert [info.name for info in daemons.next().infos()] == ["shell", "later"], "what came too late is gone"
    daemons.registry.close_all()


async def test_where_no_keeper_can_be_had_programs_are_our_own(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    registry = Registry(os.environ, host=KeptPrograms(home / "keeper.sock", home / "keeper.log"))
    session, viewer = registry.open("shell", 80, 24, command=["sh", "-c", "echo here; exit 4"]), Recorder()
    viewer.attach(session, have=0)
    assert (await viewer.until_exit())[1:] == (4, None)
    assert viewer.output == b"here\r\n"
    assert "no keeper could be had" in caplog.text
    sleeping = registry.open("shell", 80, 24, command=["sleep", "60"])
    pid = sleeping._pty.pid
    registry.leave_all()
    await until(lambda: not Path(f"/proc/{pid}").exists())


async def test_a_keeper_of_another_version_is_left_alone(
    daemons: Daemons, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = daemons.registry.open("shell", 80, 24, command=["sleep", "60"])
    daemons.registry.leave_all()
    monkeypatch.setattr("loopsy_daemon.keeper.client.VERSION", 2)
    assert daemons.next().infos() == []
    assert "does not serve this daemon: version" in caplog.text
    own = daemons.registry.open("shell", 80, 24, command=["sh", "-c", "exit 5"])
    await until(lambda: not own.alive)
    assert own.info().code == 5
    daemons.registry.leave_all()
    monkeypatch.undo()
    assert [info.id for info in daemons.next().infos()] == [kept.id]


async def test_memory_that_cannot_be_understood_costs_that_session_alone(
    daemons: Daemons, caplog: pytest.LogCaptureFixture
) -> None:
    good = daemons.registry.open("shell", 80, 24, command=["sleep", "60"])
    spoilt = daemons.registry.open("shell", 80, 24, command=["sleep", "60"])
    spoilt._notebook._notes.write_record({"nonsense": True})
    good_id, pid = good.id, spoilt._pty.pid
    daemons.registry._host.leave()  # as a kill does it: without a word
    assert [info.id for info in daemons.next().infos()] == [good_id]
    assert "cannot be gone on with" in caplog.text
    await until(lambda: not Path(f"/proc/{pid}").exists())
    for session in (good, spoilt):
        session._release(session._pty.leave)


async def test_fifty_sessions_leave_nothing_open(daemons: Daemons) -> None:
    first = daemons.registry.open("shell", 80, 24, command=["sleep", "60"])
    with nothing_left_open():
        for _ in range(50):
            session = daemons.registry.open("shell", 80, 24, command=["true"])
            await until(lambda: not session.alive)  # noqa: B023
            daemons.registry.dismiss(session.id)
    daemons.registry.leave_all()
    with nothing_left_open():
        for _ in range(3):
            assert daemons.next().get(first.id).alive
            daemons.registry.leave_all()
    daemons.next()  # for the end of the test to end it
