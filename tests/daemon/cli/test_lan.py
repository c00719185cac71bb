"""Pairing and running commands between two real daemons of this machine, as a person does it."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopsy_daemon.lan.peers import PERMISSIONS
from tests.daemon.cli.program import PROGRAM, Loopsy

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Loopsy]:
    program = Loopsy(tmp_path / "studio")
    program.run("init", "--secrets-file", "--name", "studio")
    program.start()
    program.run("lan", "enable", "--loopback", "--port", "0")
    yield program
    program.run("stop")


@pytest.fixture
def laptop(tmp_path: Path) -> Loopsy:
    program = Loopsy(tmp_path / "laptop")
    program.run("init", "--secrets-file", "--name", "laptop")
    return program


def pair(studio: Loopsy, laptop: Loopsy) -> None:
    with studio.terminal("pair") as here:
        address = here.expect(rb"loopsy pair (127\.0\.0\.1:\d+)")[1].decode()
        with laptop.terminal("pair", address) as there:
            code = here.expect(rb"Code (\d{6})")[1]
            assert there.expect(rb"Code (\d{6})")[1] == code
            here.expect(rb"\[y/N\]")
            here.send(b"y\r")
            there.expect(rb"\[y/N\]")
            there.send(b"y\r")
            assert there.end() == 0
        here.expect(b"Paired with laptop")
        assert here.end() == 0


def test_a_command_runs_on_a_peer_and_its_status_is_ours(studio: Loopsy, laptop: Loopsy, tmp_path: Path) -> None:
    pair(studio, laptop)  # the joiner needs no daemon
    done = laptop.run("exec", "studio", "--", "sh", "-c", "echo out; echo err >&2; exit 7", status=7)
    assert (done.stdout, done.stderr) == ("out\n", "err\n")
    assert laptop.run("exec", "studio", "--", "sh", "-c", "kill -9 $$", status=137).stdout == ""
    laptop.run("exec", "--timeout", "0.3", "studio", "--", "sleep", "600", status=124)
    assert "no program" in laptop.run("exec", "studio", "--", "no-such-program", status=255).stderr
    found = laptop.json("exec", "studio", "--cwd", str(tmp_path), "--", "pwd")
    assert found["stdout"].strip() == str(tmp_path.resolve())
    assert (found["peer"], found["code"], found["reason"]) == ("studio", 0, "exited")
    row = laptop.json("peers")["peers"][0]
    assert (row["name"], row["state"], row["permits"], row["permitted"]) == (
        "studio", "online", list(PERMISSIONS), list(PERMISSIONS),
    )  # fmt: skip
    assert "studio" in laptop.run("peers").stdout

    # who stops reading ends the command, as in a pipe of one machine
    pipeline = subprocess.run(
        ["sh", "-c", '"$@" | head -n 1', "sh", *PROGRAM, "exec", "studio", "--", "yes"],
        capture_output=True,
        text=True,
        env=laptop.environment,
        timeout=60,
        check=True,
    )
    assert pipeline.stdout == "y\n"
    assert "Traceback" not in pipeline.stderr

    studio.run("peers", "permit", "laptop", "none")
    assert "does not permit" in laptop.run("exec", "studio", "--", "true", status=255).stderr
    laptop.run("peers", "remove", "studio")
    assert studio.json("peers")["peers"] == []
    assert "No peer is called" in laptop.run("exec", "studio", "--", "true", status=2).stderr


def test_nothing_listens_until_it_is_asked_for_and_secrets_stay_private(studio: Loopsy, laptop: Loopsy) -> None:
    assert laptop.json("lan", "status") == {"listen": "off", "active": False, "addresses": [], "discovery": True}
    assert laptop.run("pair", status=3).stderr  # without a daemon nobody can wait
    pair(studio, laptop)
    for home in (studio.home, laptop.home):
        for path in (home / "lan").iterdir():
            assert path.stat().st_mode & 0o077 == 0, path
    key = json.loads(json.loads((laptop.home / "secrets.json").read_text())["peer-keys"]).popitem()[1]
    for path in (*studio.home.rglob("*.json*"), *studio.home.rglob("*.log")):
        assert key not in path.read_text(), path
    assert studio.json("lan", "disable")["listen"] == "off"
    assert "does not answer" in laptop.run("exec", "studio", "--", "true", status=255).stderr


def test_the_end_of_input_is_a_no(studio: Loopsy, laptop: Loopsy) -> None:
    address = studio.json("lan", "status")["addresses"][0]
    with studio.terminal("pair") as here:
        here.expect(rb"loopsy pair")
        assert "refused here" in laptop.run("pair", address, status=255).stderr
        here.expect(b"The pairing was refused")
        assert here.end() == 1
