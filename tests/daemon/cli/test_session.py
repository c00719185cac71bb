"""Sessions on a peer and on this machine, as a person starts, follows and stops them."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from loopsy_daemon.cli.main import _run
from tests.daemon.cli.program import Loopsy
from tests.daemon.lan.rig import paired
from tests.support.paired_daemons import paired_daemons


async def test_a_session_on_a_peer_is_started_followed_typed_into_and_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOOPSY_HOME", str(tmp_path / "laptop"))

    async def loopsy(*arguments: str, status: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["loopsy", "session", *arguments])
        assert await asyncio.to_thread(_run) == status, capsys.readouterr()
        return capsys.readouterr().out

    async def answer(*arguments: str, status: int = 0) -> Any:
        end = arguments.index("--") if "--" in arguments else len(arguments)
        return json.loads(await loopsy(*arguments[:end], "--json", *arguments[end:], status=status))

    async with paired(tmp_path) as (machine, laptop):
        laptop.peers.found_at(machine.identity.node_id, f"127.0.0.1:{machine.port}")
        script = "echo begin; read line; echo got-$line; exit 3"
        assert "studio  build  " in await loopsy("start", "studio", "build", "--", "sh", "-c", script)
        await loopsy("send", "studio", "build", "it", "--key", "enter")
        assert await loopsy("output", "studio", "build", "--follow") == "begin\nit\ngot-it\n"
        assert "exit 3" in await loopsy("status", "studio", "build")
        assert "begin" in (await answer("output", "studio", "build", "--screen"))["text"]
        fleet = await answer("start-fleet", "studio", "worker", "-c", "2", "--", "cat")
        assert [session["name"] for session in fleet["sessions"]] == ["worker-1", "worker-2"]
        again = await answer("start-fleet", "studio", "worker", "-c", "1", "--", "cat", status=1)
        assert "worker-1" in again["problems"][0]["message"]
        listed = await loopsy("list", "studio")
        assert "worker-2" in listed
        assert "running" in listed
        stopped = await answer("stop-all", "studio")
        assert [(session["name"], session["alive"]) for session in stopped["sessions"]] == [
            ("worker-1", False),
            ("worker-2", False),
        ]
        assert "was removed" in await loopsy("remove", "studio", "build")
        await loopsy("status", "studio", "build", status=255)
        local = await answer("list", status=0)
        assert [problem["machine"] for problem in local["problems"]] == ["local"]


@pytest.mark.thorough
@pytest.mark.timeout(240)
async def test_a_fleet_on_two_machines_is_started_followed_and_stopped(tmp_path: Path) -> None:
    async with paired_daemons(tmp_path) as (studio, laptop):
        await asyncio.to_thread(talk, Loopsy(tmp_path / "laptop"), Loopsy(tmp_path / "studio"))
        await studio.daemon.kill()
        await studio.start(laptop)
        await asyncio.to_thread(after_the_crash, Loopsy(tmp_path / "laptop"))


def talk(laptop: Loopsy, studio: Loopsy) -> None:
    script = "echo begin; read line; echo got-$line; exit 3"
    started = laptop.json("session", "start", "studio", "build", "--", "sh", "-c", script)
    assert [(session["machine"], session["name"]) for session in started["sessions"]] == [("studio", "build")]
    laptop.run("session", "send", "studio", "build", "it", "--key", "enter")
    assert laptop.run("session", "output", "studio", "build", "--follow").stdout.endswith("got-it\n")
    # the machine's own lists have it, with who started it
    here = {session["name"]: session for session in studio.json("session", "list", "local")["sessions"]}
    assert (here["build"]["code"], here["build"]["started_by"], here["build"]["mine"]) == (3, "laptop", False)

    fleet = laptop.json("session", "start-fleet", "studio,local", "worker", "-c", "2", "--", "cat")
    assert sorted((session["machine"], session["name"]) for session in fleet["sessions"]) == [
        ("local", "worker-1"),
        ("local", "worker-2"),
        ("studio", "worker-1"),
        ("studio", "worker-2"),
    ]
    again = laptop.run("session", "start-fleet", "studio", "worker", "-c", "1", "--", "cat", status=1)
    assert "worker-1" in again.stderr


def after_the_crash(laptop: Loopsy) -> None:
    found = laptop.json("session", "list")["sessions"]
    running = {(session["machine"], session["name"]): session["mine"] for session in found if session["alive"]}
    machines = ("local", "studio")
    assert running == {(machine, f"worker-{number}"): True for machine in machines for number in (1, 2)}
    stopped = laptop.json("session", "stop-all")
    assert [session["alive"] for session in stopped["sessions"]] == [False] * 4
    assert stopped["problems"] == []
    laptop.run("session", "remove", "studio", "build")
    missing = laptop.run("session", "status", "studio", "build", status=255)
    assert "There is no session" in missing.stderr
