"""Starting, stopping and looking at a real daemon in the background."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from loopsy_daemon import files
from loopsy_daemon.errors import RequestFailed
from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.wire import messages
from tests.daemon.cli.program import Loopsy


@pytest.fixture
def loopsy(home: Path) -> Iterator[Loopsy]:
    program = Loopsy(home)
    yield program
    program.run("stop")


def wait_for_end(pid: int) -> None:
    """Wait until a process is gone, or dead and not reaped by its new parent; the test's time limit bounds it."""
    while True:
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
        if not state.strip() or state.startswith("Z"):
            return


def test_the_daemon_starts_once_answers_and_stops(loopsy: Loopsy) -> None:
    started = loopsy.json("start")
    assert started["already_running"] is False
    assert loopsy.json("start") == {"pid": started["pid"], "already_running": True}
    report = loopsy.json("status")
    assert (report["running"], report["pid"], report["home"]) == (True, started["pid"], str(loopsy.home))
    assert (report["sessions"], report["phones"], report["relay"]) == (0, 0, None)
    assert loopsy.json("stop") == {"was_running": True, "forced": False, "programs": 0}
    wait_for_end(started["pid"])
    assert loopsy.json("status", status=3)["running"] is False


def test_two_starts_at_the_same_time_make_one_daemon(loopsy: Loopsy) -> None:
    with ThreadPoolExecutor(2) as pool:
        pids = {answer["pid"] for answer in pool.map(lambda _: loopsy.json("start"), range(2))}
    assert len(pids) == 1


def test_a_restart_is_another_process(loopsy: Loopsy) -> None:
    first = loopsy.json("restart")
    second = loopsy.json("restart")
    assert first["pid"] != second["pid"]
    assert loopsy.json("status")["pid"] == second["pid"]


def test_the_log_and_its_directory_are_private(loopsy: Loopsy) -> None:
    loopsy.run("start")
    log = loopsy.home / "logs" / "daemon.log"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700
    assert "serves" in log.read_text()


def test_a_daemon_that_cannot_start_tells_why(loopsy: Loopsy) -> None:
    loopsy.run("init")
    (loopsy.home / "loopsy.sock").mkdir()  # what no check before the start looks at
    done = loopsy.run("start", status=1)
    first, hint = done.stderr.splitlines()
    assert first.startswith("The daemon ended at once: ")
    assert hint == f"hint: tail {loopsy.home}/logs/daemon.log"
    (loopsy.home / "loopsy.sock").rmdir()


def test_a_daemon_that_does_not_answer_is_ended_all_the_same(loopsy: Loopsy) -> None:
    pid = loopsy.json("start")["pid"]
    (loopsy.home / "loopsy.sock").unlink()
    complaint = loopsy.run("start", status=1).stderr
    assert "does not answer" in complaint
    assert loopsy.json("stop") == {"was_running": True, "forced": True, "programs": 0}
    wait_for_end(pid)


def test_the_foreground_daemon_ends_with_a_signal(loopsy: Loopsy) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from loopsy_daemon.cli.main import main; main()", "start", "--foreground"],
        env=loopsy.environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "serves" in line:
            break
    assert loopsy.json("status")["pid"] == process.pid
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_sessions_are_started_listed_killed_and_forgotten(loopsy: Loopsy) -> None:
    loopsy.start()
    opened = loopsy.json("shell", "--detached", "--name", "tests", "--cwd", "/", "--", "cat")
    assert opened["name"] == "tests"
    (session,) = loopsy.json("list")["sessions"]
    assert (session["id"], session["name"], session["cwd"], session["alive"]) == (opened["id"], "tests", "/", True)
    assert opened["id"] in loopsy.run("list").stdout
    assert "There is no session" in loopsy.run("kill", "nothing", status=1).stderr
    assert loopsy.json("kill", "tests") == {"id": opened["id"], "name": "tests", "was_alive": True}
    while loopsy.json("list")["sessions"][0]["alive"]:  # bounded by the test's own time limit
        pass
    assert loopsy.json("kill", opened["id"][:6])["was_alive"] is False
    assert loopsy.json("list") == {"sessions": []}


def test_a_session_that_cannot_start_is_one_sentence(loopsy: Loopsy) -> None:
    loopsy.start()
    for arguments in (["--cwd", "/does/not/exist"], ["--", "/does/not/exist"], ["--name", "a\x1bb"]):
        done = loopsy.run("shell", "--detached", *arguments, status=1)
        assert 1 <= len(done.stderr.splitlines()) <= 2
        assert done.stdout == ""


def kill_daemon(loopsy: Loopsy, pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    while files.is_held(loopsy.home / "daemon.lock"):  # the last of its threads has let go
        pass


def running_session(loopsy: Loopsy, name: str) -> dict[str, object]:
    (session,) = [session for session in loopsy.json("list")["sessions"] if session["name"] == name]
    return {key: session[key] for key in ("id", "alive", "created_at")}


def test_programs_survive_a_restart_and_a_kill_and_end_with_a_stop(loopsy: Loopsy) -> None:
    loopsy.run("start")
    for name in ("one", "two"):
        loopsy.run("shell", "--detached", "--name", name, "--", "cat")
    before = running_session(loopsy, "one")
    first = loopsy.json("status")["pid"]
    second = loopsy.json("restart")["pid"]
    assert second != first
    assert running_session(loopsy, "one") == before
    kill_daemon(loopsy, second)
    assert loopsy.json("start")["already_running"] is False
    assert running_session(loopsy, "one") == before
    assert loopsy.run("stop").stdout == "The daemon has stopped; 2 programs ended.\n"
    assert not (loopsy.home / "keeper.sock").exists()
    loopsy.start()
    assert loopsy.json("list") == {"sessions": []}


def test_stopping_ends_what_a_daemon_that_is_gone_has_left(loopsy: Loopsy) -> None:
    pid = loopsy.start()
    loopsy.run("shell", "--detached", "--", "cat")
    kill_daemon(loopsy, pid)
    assert loopsy.json("stop") == {"was_running": False, "forced": False, "programs": 1}
    assert loopsy.run("stop").stdout == "The daemon was not running.\n"


def test_stopping_asks_in_a_terminal_if_programs_run(loopsy: Loopsy) -> None:
    loopsy.start()
    loopsy.run("shell", "--detached", "--name", "work", "--", "cat")
    with loopsy.terminal("stop") as terminal:
        terminal.expect(rb"1 program will end. Stop all the same\? \[y/N\]: ")
        terminal.send(b"n\r")
        terminal.expect(rb"Nothing was ended.")
        assert terminal.end() == 1
    assert running_session(loopsy, "work")["alive"]
    with loopsy.terminal("stop") as terminal:
        terminal.expect(rb"\[y/N\]: ")
        terminal.send(b"y\r")
        terminal.expect(rb"The daemon has stopped; 1 program ended.")
        assert terminal.end() == 0
    loopsy.start()
    loopsy.run("shell", "--detached", "--", "cat")
    with loopsy.terminal("stop", "--yes") as terminal:
        assert terminal.end() == 0
        assert b"?" not in terminal.output
    loopsy.start()
    with loopsy.terminal("stop") as terminal:
        assert terminal.end() == 0
        assert b"?" not in terminal.output, "nothing runs"


def test_a_command_with_a_nul_is_refused_and_harms_nobody(loopsy: Loopsy) -> None:
    loopsy.start()

    async def ask() -> str:
        async with await DaemonClient.connect(loopsy.home / "loopsy.sock") as client:
            for command in (["a\0b"], ["sh", "-c", "\0"], [""]):
                with pytest.raises(RequestFailed) as refused:
                    await client.request(
                        messages.Open(id=client.next_id(), agent="shell", cols=80, rows=24, command=command)
                    )
            return refused.value.code

    assert asyncio.run(ask()) == "bad_request"
