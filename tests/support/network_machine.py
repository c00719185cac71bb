"""Machines with a network of their own: a namespace, a home and a daemon each."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.daemon.cli.program import PROGRAM, Terminal

DEADLINE_SECONDS = 40.0
STRANGER = """
import json, sys
import httpx

with httpx.Client(base_url=f"https://{sys.argv[1]}", verify=False, trust_env=False, timeout=20) as client:
    known = {"Host": "loopsy.invalid"}
    print(json.dumps([
        client.get("/v1/health", headers=known).status_code,
        client.post("/v1/execute", headers=known, json={"command": ["true"]}).status_code,
        client.get("/v1/files", headers=known | {"Authorization": "Bearer guess"}).status_code,
        client.get("/v1/health").status_code,
    ]))
"""


def ip(*arguments: str) -> None:
    """Change what networks this machine has."""
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
        """Return a command of `loopsy` on this machine."""
        return ["ip", "netns", "exec", self.namespace, *PROGRAM, *arguments]

    def tried(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, whatever that is."""
        return subprocess.run(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=60,
            check=False,
        )

    def run(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end and check its exit status."""
        done = self.tried(*arguments)
        assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def start(self) -> None:
        """Start the daemon."""
        until(lambda: self.tried("start").returncode == 0)  # a busy machine needs more than one command waits for

    def json(self, *arguments: str) -> Any:
        """Run a command with `--json` and return its answer."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def terminal(self, *arguments: str) -> Terminal:
        """Run a command in a terminal."""
        return Terminal(self.command(*arguments), self.environment, 80, 24)

    def peer(self, name: str) -> dict[str, Any]:
        """Return a peer as `loopsy peers` shows it."""
        return next(peer for peer in self.json("peers")["peers"] if peer["name"] == name)

    def state(self, name: str) -> str:
        """Return how a peer is."""
        return str(self.peer(name)["state"])

    def machines(self) -> set[str]:
        """Return the names of the machines on the network that are not paired."""
        return {machine["name"] for machine in self.json("peers")["machines"]}

    def stranger_asks(self, address: str) -> list[int]:
        """Return the statuses that somebody without a key hears there."""
        command = ["ip", "netns", "exec", self.namespace, sys.executable, "-c", STRANGER, address]
        return list(json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout))

    def move_to(self, address: str) -> None:
        """Give the machine another address."""
        ip("-n", self.namespace, "-4", "address", "flush", "dev", "lan0")
        ip("-n", self.namespace, "address", "add", f"{address}/24", "dev", "lan0")


def until(happened: Callable[[], bool]) -> None:
    """Wait for it."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.2)
