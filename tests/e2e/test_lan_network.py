"""Two machines in network namespaces of their own: real addresses, real multicast, real daemons and commands."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.cli.program import PROGRAM, Terminal

DEADLINE_SECONDS = 40.0
CODE = rb"Code (\d{6})"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240), pytest.mark.xdist_group("lan")]


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=20)


class NetworkMachine:
    """A machine with a network namespace, a home and a daemon of its own."""

    def __init__(self, directory: Path, name: str) -> None:
        self.name = name
        self.namespace = f"loopsy-{os.getpid()}-{name}"
        self.home = directory / name
        (directory / f"{name}-user").mkdir()
        self.environment = {
            **os.environ,
            "HOME": str(directory / f"{name}-user"),
            "LOOPSY_HOME": str(self.home),
            "LOOPSY_SECRETS": "file",
            "TERM": "xterm-256color",
        }

    def command(self, *arguments: str) -> list[str]:
        return ["ip", "netns", "exec", self.namespace, *PROGRAM, *arguments]

    def run(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=60,
            check=False,
        )
        assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)

    def terminal(self, *arguments: str) -> Terminal:
        return Terminal(self.command(*arguments), self.environment, 80, 24)

    def peer(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json("peers")["peers"][0]
        return found

    def machines(self) -> list[str]:
        return [machine["name"] for machine in self.json("peers")["machines"]]


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[NetworkMachine, NetworkMachine]]:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root and `ip` of iproute2")
    directory = tmp_path_factory.mktemp("lan")
    both = NetworkMachine(directory, "studio"), NetworkMachine(directory, "laptop")
    made: list[NetworkMachine] = []
    try:
        try:
            for machine in both:
                ip("netns", "add", machine.namespace)
                made.append(machine)
            first, second = (machine.namespace for machine in both)
            ip("-n", first, "link", "add", "lan0", "type", "veth", "peer", "name", "lan0", "netns", second)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespaces here: {error.stderr.decode().strip()}")
        for number, machine in enumerate(both, start=1):
            ip("-n", machine.namespace, "link", "set", "lo", "up")
            ip("-n", machine.namespace, "link", "set", "lan0", "up")
            ip("-n", machine.namespace, "address", "add", f"10.77.0.{number}/24", "dev", "lan0")
            ip("-n", machine.namespace, "address", "add", f"fd77::{number}/64", "dev", "lan0", "nodad")
        for machine in both:
            machine.run("init", "--secrets-file", "--name", machine.name)
            machine.run("lan", "enable")
            machine.run("start")
        yield both
    finally:
        for machine in made:
            if machine.home.exists():
                machine.run("stop")
            ip("netns", "delete", machine.namespace)


def pair(waiting: NetworkMachine, joining: NetworkMachine, other: str) -> None:
    with waiting.terminal("pair") as here:
        here.expect(rb"On the other machine: loopsy pair")
        with joining.terminal("pair", other) as there:
            code = here.expect(CODE)[1]
            assert there.expect(CODE)[1] == code
            here.expect(rb"\[y/N\]")
            there.expect(rb"\[y/N\]")
            there.send(b"y\r")
            here.send(b"y\r")
            there.expect(f"Paired with {waiting.name}".encode())
            assert there.end() == 0
        here.expect(f"Paired with {joining.name}".encode())
        assert here.end() == 0


@pytest.mark.thorough
def test_machines_find_each_other_pair_and_run_commands_on_each_other(
    network: tuple[NetworkMachine, NetworkMachine],
) -> None:
    studio, laptop = network
    until(lambda: laptop.machines() == ["studio"] and studio.machines() == ["laptop"])
    pair(studio, laptop, "studio")
    until(lambda: laptop.peer()["state"] == studio.peer()["state"] == "online")
    for here, there in ((laptop, studio), (studio, laptop)):
        done = here.run("exec", there.name, "--", "sh", "-c", "echo out; echo err >&2; echo $HOME; exit 7", status=7)
        assert done.stdout.splitlines() == ["out", there.environment["HOME"]]
        assert done.stderr == "err\n"

    # Ctrl-C ends the whole command there
    with laptop.terminal("exec", "studio", "--", "sh", "-c", "echo $$; sleep 600 & wait") as running:
        pid = int(running.expect(rb"(\d+)\r\n")[1])
        os.killpg(pid, 0)
        running.send(b"\x03")
        assert running.end() == 130
    until(lambda: not is_group_alive(pid))

    # another address, announced
    ip("-n", studio.namespace, "address", "flush", "dev", "lan0")
    ip("-n", studio.namespace, "address", "add", "10.77.0.9/24", "dev", "lan0")
    until(lambda: str(laptop.peer()["address"]).startswith("10.77.0.9:"))
    assert laptop.run("exec", "studio", "--", "echo", "moved").stdout == "moved\n"

    # asleep, and back
    studio.run("stop")
    until(lambda: laptop.peer()["state"] == "offline")
    studio.run("start")
    until(lambda: laptop.peer()["state"] == "online")

    audited = [json.loads(line) for line in (studio.home / "logs" / "audit.jsonl").read_text().splitlines()]
    assert {line["name"] for line in audited if line["path"] == "/v1/execute"} == {"laptop"}


def is_group_alive(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True
