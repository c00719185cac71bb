"""The keeper as a process: whom it serves, what it starts, when it ends."""

import os
import select
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopsy_daemon.keeper.client import Keeper, KeeperLost, KeeperRefuses, end_programs
from loopsy_daemon.keeper.ring import Ring

DEADLINE_SECONDS = 20.0
SIZE = (80, 24)


@pytest.fixture
def keeper(home: Path) -> Iterator[Keeper]:
    """Give a connection to a keeper of its own; the fixture of the home ends it."""
    keeper = Keeper.start(home / "keeper.sock", home / "keeper.log")
    yield keeper
    keeper.close()


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, reaped by whoever is its parent or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def spawn(keeper: Keeper, session_id: str, script: str, **environment: str) -> tuple[Ring, int, int]:
    """Start a script; return its ring, pid and terminal."""
    ring = Ring.create(65_536)
    pid, master = keeper.spawn(
        session_id, ["/bin/sh", "-c", script], {**os.environ, **environment}, "/", SIZE, ring.descriptor
    )
    return ring, pid, master


def read_until(ring: Ring, master: int, wanted: bytes) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while wanted not in ring.read(ring.start, 65_536):
        ready, _, _ = select.select([master], [], [], deadline - time.monotonic())
        assert ready, ring.read(ring.start, 65_536)
        ring.read_from(master)


def let_go(*held: tuple[Ring, int, int]) -> None:
    for ring, _, master in held:
        ring.close()
        os.close(master)


def test_it_stands_alone_and_is_small(home: Path, keeper: Keeper) -> None:
    process = Path(f"/proc/{keeper.pid}")
    state = process.joinpath("stat").read_text().rpartition(")")[2].split()
    parent, session = int(state[1]), int(state[3])
    assert parent != os.getpid()
    assert session not in (os.getsid(0), keeper.pid), "it can get no terminal of its own"
    assert process.joinpath("environ").read_bytes() == b""
    assert process.joinpath("cwd").readlink() == Path("/")
    targets = {entry.readlink() for entry in process.joinpath("fd").iterdir()}
    assert {target for target in targets if target.is_absolute()} == {Path("/dev/null"), home / "keeper.log"}
    assert stat.S_IMODE((home / "keeper.sock").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "keeper.log").stat().st_mode) == 0o600
    resident = next(line for line in process.joinpath("status").read_text().splitlines() if line.startswith("VmRSS"))
    assert int(resident.split()[1]) < 16_384, "kilobytes"


def test_arguments_and_environment_come_as_they_are(keeper: Keeper) -> None:
    argv = ["/bin/sh", "-c", 'printf "%s|%s|%s\n" "$1" "$ODD" "$(pwd)"; stty size', "sh", "any\udcffbytes é 端"]
    ring = Ring.create(65_536)
    _, master = keeper.spawn("a", argv, {**os.environ, "ODD": "a\nb\udcfe"}, "/usr", (111, 33), ring.descriptor)
    read_until(ring, master, b"33 111\r\n")
    assert ring.read(0, 999) == b"any\xffbytes \xc3\xa9 \xe7\xab\xaf|a\r\nb\xfe|/usr\r\n33 111\r\n"
    ring.close()
    os.close(master)


def test_what_cannot_be_started_is_an_error_of_the_system(keeper: Keeper) -> None:
    ring = Ring.create(65_536)
    with pytest.raises(FileNotFoundError, match="/nowhere/program"):
        keeper.spawn("a", ["/nowhere/program"], {}, "/", SIZE, ring.descriptor)
    with pytest.raises(OSError, match="Invalid argument"):
        keeper.spawn("a", ["a\0b"], {}, "/", SIZE, ring.descriptor)
    pid, master = keeper.spawn("a", ["/bin/true"], {}, "/", SIZE, ring.descriptor)
    assert pid > 1
    ring.close()
    os.close(master)


def test_it_reads_on_without_a_daemon_and_knows_how_a_program_ended(home: Path, keeper: Keeper) -> None:
    let_go(spawn(keeper, "goes", "printf one; sleep 60"), spawn(keeper, "ends", "echo two; exit 7"))
    keeper.close()
    wait_until(lambda: len(later_statuses(home)) == 1)
    later = Keeper.connect(home / "keeper.sock")
    assert later is not None
    assert list(later.sessions) == ["goes", "ends"]
    for session_id, output, status in (("goes", b"one", None), ("ends", b"two\r\n", 7 << 8)):
        memory, master = later.adopt(session_id)
        ring = Ring(memory)
        assert master is not None
        read_until(ring, master, output)
        assert later.status(session_id) == status
        ring.close()
        os.close(master)
    later.close()


def later_statuses(home: Path) -> list[int]:
    """Return the statuses that a daemon which looks in is told."""
    visitor = Keeper.connect(home / "keeper.sock")
    assert visitor is not None
    found = [status for name in visitor.sessions if (status := visitor.status(name)) is not None]
    visitor.close()
    return found


def test_an_exit_is_told_once_and_after_the_answer_that_it_overtakes(keeper: Keeper) -> None:
    statuses: list[int] = []
    held = spawn(keeper, "a", "exit 3")
    keeper.on_exit("a", statuses.append)
    other = spawn(keeper, "b", "sleep 60")  # the answer to this may come behind the news
    keeper.tell_exits()
    while not statuses:
        keeper.receive()
    keeper.tell_exits()
    assert statuses == [3 << 8]
    keeper.close_terminal("a")
    keeper.forget("a")
    let_go(held, other)


def test_one_daemon_at_a_time(home: Path, keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    held = spawn(keeper, "a", "sleep 60")
    monkeypatch.setattr("loopsy_daemon.keeper.client.BUSY_SECONDS", 0.0)
    with pytest.raises(KeeperRefuses, match="busy"):
        Keeper.connect(home / "keeper.sock")
    with pytest.raises(KeeperRefuses, match="busy"):
        end_programs(home / "keeper.sock")
    keeper.close()
    wait_until(lambda: later_statuses(home) == [])
    let_go(held)


@pytest.mark.parametrize(
    "noise",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack("=I", 1 << 31),
        struct.pack("=I", 2) + b"[]",
        struct.pack("=I", 4) + b"nope",
        struct.pack("=I", 16) + b'{"type": "spawn"}'[:16],
        struct.pack("=I", 16) + b'{"type":"hello"}',
        struct.pack("=I", 31) + b'{"type":"hello","versions":[99]}'[:31],
        struct.pack("=I", 4_000) + b"[" * 4_000,
        b"\x05",
    ],
    ids=repr,
)
def test_whoever_does_not_speak_its_language_is_cut_off_and_harms_nobody(
    home: Path, keeper: Keeper, noise: bytes
) -> None:
    held = spawn(keeper, "a", "sleep 60")
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.settimeout(DEADLINE_SECONDS)
        stranger.connect(str(home / "keeper.sock"))
        stranger.sendall(noise)
        stranger.shutdown(socket.SHUT_WR)
        while stranger.recv(4_096):
            pass
    other = spawn(keeper, "b", "echo still here")
    read_until(other[0], other[2], b"still here")
    let_go(held, other)


def test_another_version_is_told_so_and_its_programs_go_on(
    home: Path, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = spawn(keeper, "a", "sleep 60")
    keeper.close()
    monkeypatch.setattr("loopsy_daemon.keeper.client.VERSION", 2)
    with pytest.raises(KeeperRefuses, match="version"):
        Keeper.connect(home / "keeper.sock")
    monkeypatch.undo()
    assert later_statuses(home) == []
    let_go(held)


def test_it_ends_with_its_last_session(home: Path, keeper: Keeper) -> None:
    held = spawn(keeper, "a", "sleep 60")
    keeper.forget("a")
    let_go(held)
    keeper.close()
    wait_until(lambda: is_gone(keeper.pid))
    assert not (home / "keeper.sock").exists()
    assert is_gone(held[1]), "its terminal was hung up"
    assert Keeper.connect(home / "keeper.sock") is None


def test_all_programs_are_ended_on_demand_also_those_that_do_not_want_to(home: Path, keeper: Keeper) -> None:
    held = [spawn(keeper, "a", "sleep 60"), spawn(keeper, "b", "trap '' HUP; echo armed; while :; do sleep 0.05; done")]
    read_until(held[1][0], held[1][2], b"armed")
    keeper.close()
    let_go(*held)
    assert end_programs(home / "keeper.sock") == 2
    assert all(is_gone(pid) for _, pid, _ in held)
    assert end_programs(home / "keeper.sock") == 0


def test_a_service_manager_may_end_it(home: Path, keeper: Keeper) -> None:
    held = spawn(keeper, "a", "sleep 60")
    os.kill(keeper.pid, signal.SIGHUP)  # what a terminal that closes sends
    os.kill(keeper.pid, signal.SIGTERM)
    wait_until(lambda: is_gone(keeper.pid))
    assert is_gone(held[1])
    with pytest.raises(KeeperLost):
        keeper.adopt("a")
    let_go(held)


def test_fifty_sessions_leave_no_descriptor_behind(keeper: Keeper) -> None:
    first = spawn(keeper, "first", "sleep 60")
    before = open_descriptors(keeper, "first")
    for number in range(50):
        held = spawn(keeper, f"session-{number}", "exit 0")
        keeper.close_terminal(f"session-{number}")
        keeper.forget(f"session-{number}")
        let_go(held)
    assert open_descriptors(keeper, "first") == before
    let_go(first)


def open_descriptors(keeper: Keeper, session_id: str) -> tuple[int, int]:
    """Return how many this process and the keeper have, once the keeper has done all that it was told."""
    for descriptor in keeper.adopt(session_id):
        assert descriptor is not None
        os.close(descriptor)
    return tuple(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in (os.getpid(), keeper.pid))  # type: ignore[return-value]


def test_a_home_that_is_gone_has_no_keeper_for_long(home: Path) -> None:
    """The name of the socket is looked for whenever something happens, at least each minute."""
    keeper = Keeper.start(home / "keeper.sock", home / "keeper.log")
    held = spawn(keeper, "a", "sleep 60")
    (home / "keeper.sock").unlink()
    keeper.close()
    wait_until(lambda: is_gone(keeper.pid))
    assert is_gone(held[1])
    let_go(held)


def test_a_keeper_that_cannot_start_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(KeeperLost, match="status 1"):
        Keeper.start(home / "keeper.sock", home / "keeper.log")
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with pytest.raises(OSError, match="nowhere"):
        Keeper.start(home / "keeper.sock", home / "keeper.log")


def test_it_needs_nothing_but_the_standard_library() -> None:
    loaded = "import loopsy_daemon.keeper.process as p, sys; print(*sys.modules)"
    package = Path(__file__).parents[3] / "daemon"
    code = f"import sys; sys.path.insert(0, {str(package)!r}); {loaded}"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    modules = set(done.stdout.split())
    ours = {name for name in modules if name.startswith("loopsy_daemon.")}
    assert all(name.startswith("loopsy_daemon.keeper") for name in ours)
    assert not modules & {"asyncio", "dataclasses", "inspect", "pathlib", "msgspec", "subprocess", "logging"}
