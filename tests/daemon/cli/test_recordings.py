"""Sessions recorded by a real daemon, listed, played and exported by real commands."""

import os
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopsy_daemon.recording import library
from tests.daemon.cli.program import DEADLINE_SECONDS, Loopsy

COLOURS = "printf '\\033[31mred\\033[m caf\\303\\251\\r\\n'"


@pytest.fixture(scope="module")
def loopsy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopsy]:
    program = Loopsy(tmp_path_factory.mktemp("recordings"))
    program.start()
    yield program
    program.run("stop")


def entry(loopsy: Loopsy, name: str, state: str) -> library.Entry:
    """Wait until the newest recording of a session has a state."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        found = [entry for entry in library.entries(loopsy.home / "recordings") if entry.title == name]
        if found and found[-1].state == state:
            return found[-1]
        assert time.monotonic() < deadline, found
        time.sleep(0.01)


def events(row: library.Entry) -> list[tuple[str, str]]:
    return [(event.code, event.data) for event in library.events(row.path)]


def test_a_session_is_recorded_from_its_beginning_to_its_end(loopsy: Loopsy) -> None:
    loopsy.run("shell", "--detached", "--record", "--name", "../../whole", "--", "sh", "-c", f"{COLOURS}; exit 3")
    row = entry(loopsy, "../../whole", "ended")
    path = row.path
    assert path.parent == loopsy.home / "recordings"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert events(row)[-1] == ("x", "3")
    assert loopsy.run("record", "export", row.name, "--text").stdout == "red café\n"
    assert loopsy.run("record", "export", row.name).stdout == path.read_text()
    listed = loopsy.json("record", "list")["recordings"][-1]
    assert (listed["name"], listed["title"], listed["state"]) == (row.name, "../../whole", "ended")
    assert row.name in loopsy.run("record", "list").stdout


def test_what_is_typed_is_not_recorded(loopsy: Loopsy) -> None:
    silent = "stty -echo; echo up; read x"
    with loopsy.terminal("shell", "--record", "--name", "typed", "--", "sh", "-c", silent) as shell:
        shell.expect(b"up")
        shell.send(b"hush\r")
        assert shell.end() == 0
    row = entry(loopsy, "typed", "ended")
    assert f"[recorded: loopsy record play {row.name}]".encode() in shell.output
    assert "up" in row.path.read_text()
    assert "hush" not in row.path.read_text()
    assert {code for code, _ in events(row)} <= {"o", "r", "x"}


def test_a_running_session_can_be_recorded_for_a_while(loopsy: Loopsy) -> None:
    script = "echo before; read x; echo during; read x; echo after; read x"
    with loopsy.terminal("shell", "--name", "while", "--", "sh", "-c", script) as shell:
        shell.expect(b"before")
        name = loopsy.json("record", "start", "while")["name"]
        assert "is being recorded already" in loopsy.run("record", "start", "while", status=1).stderr
        assert "is being recorded" in loopsy.run("record", "remove", name, status=1).stderr
        shell.send(b"\r")
        shell.expect(b"during")
        shell.process.setwinsize(30, 100)
        shell.shows("during")
        while ("r", "100x30") not in events(entry(loopsy, "while", "recording")):
            time.sleep(0.01)
        assert loopsy.json("record", "stop", "while")["name"] == name
        row = entry(loopsy, "while", "ended")
        assert "is not being recorded" in loopsy.run("record", "stop", "while", status=1).stderr
        shell.send(b"\r")
        shell.expect(b"after")
        shell.send(b"\r")
        assert shell.end() == 0
    text = loopsy.run("record", "export", "while", "--text").stdout.split()
    assert text == ["before", "during"]
    assert events(row)[-1] == ("m", "end of recording")


@pytest.mark.thorough
def test_a_recording_goes_on_in_the_same_file_after_the_daemon_was_killed(home: Path) -> None:
    loopsy = Loopsy(home)
    pid = loopsy.start()
    try:
        script = "i=0; while [ $i -lt 300 ]; do i=$((i + 1)); echo line $i; sleep 0.01; done"
        loopsy.run("shell", "--detached", "--record", "--name", "survivor", "--", "sh", "-c", script)
        while "line" not in entry(loopsy, "survivor", "recording").path.read_text():
            time.sleep(0.01)
        os.kill(pid, signal.SIGKILL)
        entry(loopsy, "survivor", "cut")
        loopsy.start()
        row = entry(loopsy, "survivor", "ended")
        assert ("m", "the daemon was restarted") in events(row)
        lines = loopsy.run("record", "export", "survivor", "--text").stdout.splitlines()
        assert lines == [f"line {number}" for number in range(1, 301)]
    finally:
        loopsy.run("stop")


def test_a_recording_is_played_paused_and_left(loopsy: Loopsy) -> None:
    script = f"{COLOURS}; sleep 0.2; printf '\\033[?1049heditor'; sleep 0.2; printf '\\033[?1049lback'"
    loopsy.run("shell", "--detached", "--record", "--name", "played", "--", "sh", "-c", script)
    name = entry(loopsy, "played", "ended").name
    with loopsy.terminal("record", "play", name, "--speed", "0.05") as player:
        player.shows("red café")
        player.send(b" ")
        player.shows("paused: space goes on, q quits")
        player.send(b" q")
        assert player.end() == 0
        assert player.output.endswith(b"\x1b[?1049l\x1b[23;0t")
    with loopsy.terminal("record", "play", name, "--idle-limit", "0", columns=30, rows=5) as player:
        player.shows("the end: any key leaves")
        assert player.screen().splitlines()[1] == "back"
        player.send(b"x")
        assert player.end() == 0
    with loopsy.terminal("record", "play", name, "--speed", "0.01") as player:
        player.shows("red café")
        player.process.kill(signal.SIGTERM)
        assert player.end() == 128 + signal.SIGTERM


def test_an_export_overwrites_nothing_unless_it_is_meant(loopsy: Loopsy, tmp_path: Path) -> None:
    loopsy.run("shell", "--detached", "--record", "--name", "exported", "--", "true")
    row = entry(loopsy, "exported", "ended")
    target = tmp_path / "mine.cast"
    loopsy.run("record", "export", "exported", str(target))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "exists already" in loopsy.run("record", "export", "exported", str(target), status=2).stderr
    loopsy.run("record", "export", "exported", str(target), "--text", "--force")
    assert target.read_text() == ""
    assert loopsy.json("record", "remove", "exported") == {"name": row.name}
    assert not row.path.exists()
    assert "There is no recording `exported`." in loopsy.run("record", "play", "exported", status=1).stderr


def test_a_recording_has_a_limit(home: Path) -> None:
    (home / "config.yaml").write_text("recordings:\n  max_bytes: 65536\n")
    loopsy = Loopsy(home)
    loopsy.start()
    try:
        loopsy.run("shell", "--detached", "--record", "--name", "much", "--", "sh", "-c", "seq 1 50000; exec cat")
        row = entry(loopsy, "much", "ended")
        assert row.size_bytes <= 65_536
        assert events(row)[-1] == ("m", "end of recording: it may not be larger than 65536 bytes")
    finally:
        loopsy.run("stop")
