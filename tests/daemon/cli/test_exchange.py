"""The commands about shared values, messages and tasks, as a person and a script use them."""

import asyncio
import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from loopsy_daemon.cli import main
from tests.daemon.cli.program import Loopsy
from tests.daemon.cli.test_lan import pair
from tests.support.paired_daemons import PairedDaemon


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run commands within this process, beside a real daemon that has a peer which sleeps."""
    studio, laptop = PairedDaemon(home / "studio", "studio"), PairedDaemon(home / "laptop", "laptop")
    laptop.trust(studio)
    laptop.peers.found_at(studio.identity.node_id, "127.0.0.1:9")
    monkeypatch.setenv("LOOPSY_HOME", str(laptop.paths.home))

    def run(*arguments: str, given: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["loopsy", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        status = main._run()
        printed = capsys.readouterr()
        return Ran(status, printed.out, printed.err)

    with asyncio.Runner() as runner:
        runner.run(laptop.daemon.start())
        try:
            yield run
        finally:
            runner.run(laptop.daemon.end())


def test_what_a_person_does_on_one_machine(run: Run) -> None:
    # values
    assert run("context", "set", "build/status", "green").out == "build/status has version 1.\n"
    assert run("context", "get", "build/status").out == "green\n"
    large = "€" * 40_000  # larger than a message of the local socket, in both directions
    assert run("context", "set", "large", "-", "--ttl", "60", given=large).status == 0
    assert run("context", "get", "large", "--json").json["value"] == large
    conflict = run("context", "set", "build/status", "red", "--if-version", "7")
    assert (conflict.status, conflict.out) == (1, "")
    assert "has version 1" in conflict.err
    assert "hint: read it again: loopsy context get build/status" in conflict.err
    assert [entry["key"] for entry in run("context", "list", "--json").json["entries"]] == ["build/status", "large"]
    assert "laptop" in run("context", "list", "build/").out
    assert run("context", "delete", "large").out == "large is deleted.\n"
    assert "no text in UTF-8" in run("context", "set", "k", "\udcff").err
    assert "A key has" in run("context", "set", "no key", "x").err
    everywhere = run("context", "broadcast", "release", "2.0", "--json")
    assert everywhere.status == 1  # not all have it
    assert [machine["outcome"] for machine in everywhere.json["machines"]] == ["ok", "offline"]

    # messages
    message_id = run("message", "send", "studio", "--type", "request", given="wake up").out.strip()
    sent = run("message", "outbox", message_id, "--json").json
    assert (sent["to"], sent["state"], sent["type"], sent["body"]) == ("studio", "queued", "request", "wake up")
    assert message_id in run("message", "outbox").out
    assert run("message", "inbox").out == "There is no message.\n"
    assert run("message", "wait", "--timeout", "0.05").status == 124
    assert "no message" in run("message", "ack", "nothing-such").err
    assert run("message", "send", "nobody", "x").status == 1
    assert "A type is lower-case letters" in run("message", "send", "studio", "x", "--type", "Loud!").err

    # tasks
    assert run("task", "claim").status == 124
    task_id = run("task", "add", "build it", "make all", "--attempts", "2").out.strip()
    claimed = run("task", "claim", "--worker", "agent", "--json").json
    assert (claimed["id"], claimed["body"], claimed["attempts"]) == (task_id, "make all", 1)
    assert "agent of laptop" in run("task", "list").out
    assert run("task", "heartbeat", task_id, "--worker", "agent", "--progress", "half").status == 0
    assert "does not have" in run("task", "done", task_id, "--worker", "other").err
    assert run("task", "fail", task_id, "no disk", "--worker", "agent").out == f"{task_id} is queued.\n"
    run("task", "claim", "--worker", "agent")
    assert run("task", "done", task_id, "-", "--worker", "agent", given="built").out == f"{task_id} is done.\n"
    shown = run("task", "show", task_id)
    assert shown.out == "make all\nbuilt\n"
    assert "attempt   2 of 2" in shown.err
    assert run("task", "cancel", task_id).status == 1
    assert run("task", "list", "--state", "queued", "--json").json == {"tasks": []}
    assert run("task", "show", task_id, "--peer", "studio").status == 255  # it sleeps


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.timeout(240)
def test_two_machines_share_values_messages_and_tasks(tmp_path: Path) -> None:
    studio, laptop = Loopsy(tmp_path / "studio"), Loopsy(tmp_path / "laptop")
    try:
        for program in (studio, laptop):
            program.run("init", "--secrets-file", "--name", program.home.name)
            program.start()
            program.run("lan", "enable", "--loopback", "--port", "0")
        pair(studio, laptop)
        laptop.run("context", "set", "--peer", "studio", "k", "-", given="v" * 100_000)
        assert studio.run("context", "get", "k").stdout == "v" * 100_000 + "\n"
        assert laptop.run("context", "broadcast", "release", "2.0").stdout.count("ok") == 2

        body = "€" * 21_000
        message_id = laptop.run("message", "send", "studio", "-", given=body).stdout.strip()
        message = studio.json("message", "wait", "--timeout", "20")
        assert (message["id"], message["from"], message["body"]) == (message_id, "laptop", body)
        answer_id = studio.run("message", "send", "laptop", "done", "--reply-to", message_id).stdout.strip()
        answer = laptop.json("message", "wait", "--timeout", "20", "--reply-to", message_id)
        assert (answer["id"], answer["body"]) == (answer_id, "done")
        studio.run("message", "ack", message_id)
        while laptop.json("message", "outbox", message_id)["state"] != "acknowledged":
            pass  # the test's own time limit ends it

        task_id = laptop.run("task", "add", "build", "make all", "--peer", "studio").stdout.strip()
        assert laptop.run("task", "claim", "--peer", "studio", "--worker", "w").stdout == "make all\n"
        studio.run("task", "claim", "--wait", "0.2", status=124)
        laptop.run("task", "done", task_id, "ok", "--peer", "studio", "--worker", "w")
        assert studio.json("task", "show", task_id)["result"] == "ok"
    finally:
        for program in (studio, laptop):
            program.run("stop")
