"""Opening, finding, naming and forgetting sessions."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from loopsy_daemon.sessions.errors import (
    AgentUnavailable,
    BadDirectory,
    BadRequest,
    NameTaken,
    SessionExited,
    SpawnFailed,
    TooManySessions,
    UnknownAgent,
    UnknownSession,
)
from loopsy_daemon.sessions.registry import Registry, RegistryLimits
from tests.daemon.sessions.recorder import Recorder

SLEEP = ["sleep", "60"]


@pytest.fixture
async def registry(tmp_path: Path) -> AsyncIterator[Registry]:
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
    made = Registry(environment, RegistryLimits(sessions=4, exited_seconds=0.05))
    yield made
    made.close_all()


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_true():
            await asyncio.sleep(0.005)


async def test_a_shell_opens_as_a_login_shell_at_home_with_the_sessions_environment(
    registry: Registry, tmp_path: Path
) -> None:
    session, viewer = registry.open("shell", 90, 25), Recorder()
    attachment = viewer.attach(session, cols=90, rows=25)
    attachment.receive_input(0, b'echo "[$0 $PWD $TERM $LOOPSY_SESSION]"; exit\n')
    await viewer.until_exit()
    assert f"[{'/bin/sh'} {tmp_path} xterm-256color {session.id}]".encode() in viewer.output.replace(b"-sh", b"/bin/sh")


async def test_names_are_the_agents_and_numbered(registry: Registry) -> None:
    names = [registry.open("shell", 80, 24, command=SLEEP).name for _ in range(3)]
    assert names == ["shell", "shell-2", "shell-3"]
    assert [info.name for info in registry.infos()] == names


async def test_a_name_is_unique_among_running_sessions(registry: Registry) -> None:
    session = registry.open("shell", 80, 24, name="work", command=SLEEP)
    with pytest.raises(NameTaken):
        registry.open("shell", 80, 24, name="work", command=SLEEP)
    other = registry.open("shell", 80, 24, command=SLEEP)
    with pytest.raises(NameTaken):
        registry.rename(other.id, "work")
    registry.rename(session.id, "work")  # its own
    registry.rename(session.id, "play")
    registry.rename(other.id, "work")


async def test_a_session_is_found_by_id_name_or_beginning(registry: Registry) -> None:
    session = registry.open("shell", 80, 24, name="build", command=SLEEP)
    for text in (session.id, "build", session.id[:4], session.id[:6].upper()):
        assert registry.resolve(text) is session
    for text in (session.id[:3], "nothing", ""):
        with pytest.raises(UnknownSession):
            registry.resolve(text)
    with pytest.raises(UnknownSession):
        registry.get("build")


async def test_ids_have_sixty_four_bits_in_base32(registry: Registry) -> None:
    session = registry.open("shell", 80, 24, command=SLEEP)
    assert len(session.id) == 13
    assert set(session.id) <= set("abcdefghijklmnopqrstuvwxyz234567")


@pytest.mark.parametrize("cwd", ["/no/such/place", "file", "a\x00b"])
async def test_a_directory_that_is_none_is_refused(registry: Registry, tmp_path: Path, cwd: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadDirectory):
        registry.open("shell", 80, 24, cwd=cwd)


@pytest.mark.parametrize("cwd", ["~/here", "here", None, "~"])
async def test_a_directory_begins_at_home(registry: Registry, tmp_path: Path, cwd: str | None) -> None:
    (tmp_path / "here").mkdir()
    session = registry.open("shell", 80, 24, cwd=cwd, command=SLEEP)
    assert session.info().cwd == str(tmp_path / "here" if cwd and "here" in cwd else tmp_path)


async def test_what_cannot_be_opened_is_said_and_leaves_nothing(registry: Registry) -> None:
    with pytest.raises(UnknownAgent):
        registry.open("vi", 80, 24)
    with pytest.raises(AgentUnavailable) as unavailable:
        registry.open("claude", 80, 24)
    assert unavailable.value.hint is not None
    assert unavailable.value.code == "agent_unavailable"
    with pytest.raises(SpawnFailed):
        registry.open("shell", 80, 24, command=["/no/such/program"])
    for name in ("", "x" * 65, "a\nb", " a"):
        with pytest.raises(BadRequest):
            registry.open("shell", 80, 24, name=name)
    for cols, rows in ((1, 24), (80, 0), (1_001, 24)):
        with pytest.raises(BadRequest):
            registry.open("shell", cols, rows)
    assert registry.infos() == []


async def test_an_exited_session_is_forgotten_in_time_or_when_dismissed(registry: Registry) -> None:
    running = registry.open("shell", 80, 24, command=SLEEP)
    with pytest.raises(BadRequest):
        registry.dismiss(running.id)
    ended = registry.open("shell", 80, 24, command=["true"])
    await until(lambda: not ended.alive)
    registry.dismiss(ended.id)
    later = registry.open("shell", 80, 24, command=["true"])
    await until(lambda: not later.alive)
    await until(lambda: registry.infos() == [running.info()])


async def test_too_many_are_refused_and_exited_ones_make_room(tmp_path: Path) -> None:
    registry = Registry(os.environ, RegistryLimits(sessions=2))
    try:
        ended = registry.open("shell", 80, 24, command=["true"])
        await until(lambda: not ended.alive)
        for _ in range(2):
            registry.open("shell", 80, 24, command=SLEEP)
        with pytest.raises(UnknownSession):
            registry.get(ended.id)
        with pytest.raises(TooManySessions):
            registry.open("shell", 80, 24, command=SLEEP)
    finally:
        registry.close_all()


async def test_killing_and_signalling(registry: Registry) -> None:
    one, two = registry.open("shell", 80, 24, command=SLEEP), registry.open("shell", 80, 24, command=SLEEP)
    registry.kill(one.id)
    registry.signal(two.id, "TERM")
    await until(lambda: not one.alive and not two.alive)
    assert (one.info().signal, two.info().signal) == ("HUP", "TERM")
    with pytest.raises((SessionExited, UnknownSession)):
        registry.kill(one.id)


async def test_changes_are_announced(tmp_path: Path) -> None:
    changes: list[int] = []
    registry = Registry({**os.environ, "HOME": str(tmp_path)}, on_change=lambda: changes.append(1))
    try:
        session = registry.open("shell", 80, 24, command=["sh", "-c", "printf '\\033]0;busy\\007'; sleep 60"])
        await until(lambda: session.info().title == "busy")
        count = len(changes)
        assert count >= 2
        registry.rename(session.id, "other")
        assert len(changes) == count + 1
    finally:
        registry.close_all()
