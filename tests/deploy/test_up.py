"""`make up` as a person runs it: a process, a home, signals; a simulated phone pairs with what it shows."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loopsy_daemon import config, files
from loopsy_daemon.paths import Paths
from loopsy_daemon.wire.identifiers import encode_base32
from tests.support.daemon import Daemon
from tests.support.machine import Machine
from tests.support.phone import Phone, pair

READY_SECONDS = 30.0


class Up:
    """One `make up`."""

    def __init__(self, home: Path, ready_file: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.ready_file = ready_file
        self.log = ready_file.with_suffix(".log")
        self._environment = environment or {}
        self.process: asyncio.subprocess.Process

    async def start(self) -> "Up":
        """Start it."""
        environment = {
            **os.environ,
            "LOOPSY_SECRETS": "file",
            **self._environment,
            "LOOPSY_HOME": str(self.home),
            "UP_JSON": str(self.ready_file),
        }
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "loopsy_deploy.up", env=environment, stdout=log, stderr=log
            )
        return self

    async def ready(self) -> dict[str, Any]:
        """Wait until a phone can pair and return what was written."""
        async with asyncio.timeout(READY_SECONDS):
            while not self.ready_file.exists():
                assert self.process.returncode is None, self.text()
                await asyncio.sleep(0.02)
        found = msgspec.json.decode(self.ready_file.read_bytes(), type=dict[str, Any])
        assert set(found) == {"relay_url", "pair_url", "code", "pid"}
        assert found["pid"] == self.process.pid
        return found

    async def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal and return the exit status."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), READY_SECONDS)

    def text(self) -> str:
        """Return what it printed."""
        return self.log.read_text(encoding="utf-8")

    async def shows(self, line: str) -> None:
        """Wait until it printed this."""
        async with asyncio.timeout(10):
            while line not in self.text():
                await asyncio.sleep(0.02)


@pytest.fixture
async def up(home: Path, tmp_path: Path) -> AsyncIterator[Up]:
    up = await Up(home / "up", tmp_path / "up.json").start()
    yield up
    await up.end()
    async with asyncio.timeout(10):
        while processes_of(up.home):
            await asyncio.sleep(0.02)


def processes_of(home: Path) -> dict[int, str]:
    """Return the processes that belong to a home: its daemon, its relay, and what they started."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue  # it has ended
            if f"{home}/local-relay" in command or f"LOOPSY_HOME={home}\0".encode() in environment:
                found[int(entry.name)] = command
    return found


def daemon_pid(home: Path) -> int:
    return int(Paths.of(home).daemon_lock.read_text(encoding="utf-8"))


async def connects(machine: Machine) -> None:
    async with Phone.connected(machine) as phone:
        assert phone.welcome.phone


async def test_a_phone_pairs_and_the_next_run_has_the_same_port_and_phone(up: Up) -> None:
    ready = await up.ready()
    assert up.ready_file.stat().st_mode & 0o777 == 0o600, "it holds a code"
    machine = await pair(ready["pair_url"], ready["code"], "Ada's phone")
    await up.shows("Phone disconnected: Ada's phone")
    assert up.text().count("Phone paired: Ada's phone") == 1
    assert await up.end(signal.SIGINT) == 0
    assert processes_of(up.home) == {}
    assert not up.ready_file.exists(), "nothing of it holds any more"
    await up.start()
    again = await up.ready()
    assert again["relay_url"] == ready["relay_url"]
    assert again["pair_url"] != ready["pair_url"]
    await connects(machine)
    assert await up.end(signal.SIGTERM) == 0
    assert processes_of(up.home) == {}
    assert "Traceback" not in up.text()
    assert "Traceback" not in Paths.of(up.home).daemon_log.read_text(encoding="utf-8")


async def test_two_homes_run_side_by_side(up: Up, home: Path, tmp_path: Path) -> None:
    other = await Up(home / "another one", tmp_path / "other.json").start()
    try:
        first, second = await up.ready(), await other.ready()
        assert first["relay_url"] != second["relay_url"]
        for ready in (first, second):
            await connects(await pair(ready["pair_url"], ready["code"]))
        assert await other.end() == 0
        assert processes_of(other.home) == {}
        assert up.process.returncode is None
        assert f"LOOPSY_HOME='{other.home}' loopsy list" in other.text(), "what it shows can be pasted"
    finally:
        await other.end()


async def test_a_run_that_was_killed_leaves_nothing_that_keeps_the_next_from_starting(up: Up) -> None:
    ready = await up.ready()
    machine = await pair(ready["pair_url"], ready["code"])
    up.ready_file.unlink()
    assert await up.end(signal.SIGKILL) == -signal.SIGKILL
    await up.start()
    assert (await up.ready())["relay_url"] == ready["relay_url"]
    await connects(machine)


async def test_the_daemon_of_a_run_that_was_killed_ends(up: Up) -> None:
    await up.ready()
    pid = daemon_pid(up.home)
    await up.end(signal.SIGKILL)
    async with asyncio.timeout(10):
        while pid in processes_of(up.home):
            await asyncio.sleep(0.02)
    for left in processes_of(up.home):  # the relay, which the next run would end
        os.kill(left, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "delay_seconds", [0.6, *(pytest.param(delay, marks=pytest.mark.thorough) for delay in (0.4, 0.8))]
)
async def test_a_signal_while_it_starts_stops_everything(up: Up, number: signal.Signals, delay_seconds: float) -> None:
    await asyncio.sleep(delay_seconds)
    status = await up.end(number)
    assert status in {0, -number, 130}, up.text()
    assert processes_of(up.home) == {}
    assert "never retrieved" not in up.text()


@pytest.mark.parametrize("part", ["daemon", "relay"])
async def test_a_part_that_ends_by_itself_ends_all_and_is_named(up: Up, part: str) -> None:
    await up.ready()
    relay = next(pid for pid, command in processes_of(up.home).items() if "workerd" in command)
    os.kill(daemon_pid(up.home) if part == "daemon" else relay, signal.SIGKILL)
    assert await asyncio.wait_for(up.process.wait(), 20) == 1
    message, hint = up.text().splitlines()[-2:]
    assert message.startswith(f"The {part} ended by itself")
    assert hint.startswith("hint: see why: tail ")
    assert processes_of(up.home) == {}


async def ends_with(up: Up, message: str) -> str:
    """Start it, expect that it fails with this message, and return the hint."""
    await up.start()
    assert await asyncio.wait_for(up.process.wait(), READY_SECONDS) == 1
    lines = up.text().splitlines()
    assert message in lines[-2]
    assert lines[-1].startswith("hint: ")
    assert "Traceback" not in up.text()
    return lines[-1].removeprefix("hint: ")


async def test_a_home_with_a_relay_elsewhere_is_left_alone(home: Path, tmp_path: Path) -> None:
    paths = Paths.of(home)
    relay = config.RelayConfig(url="https://relay.example", device_id=encode_base32(bytes(24)))
    config.update(paths.config, lambda former: msgspec.structs.replace(former, relay=relay))
    before = paths.config.read_bytes()
    hint = await ends_with(Up(home, tmp_path / "up.json"), "uses the relay at https://relay.example")
    assert "LOOPSY_HOME=" in hint
    assert paths.config.read_bytes() == before
    assert not (home / "local-relay").exists()


async def test_a_home_whose_daemon_runs_is_left_alone(home: Path, tmp_path: Path) -> None:
    daemon = Daemon(home)
    await daemon.start()
    try:
        hint = await ends_with(Up(home, tmp_path / "up.json"), "runs already")
        assert hint.endswith("loopsy stop")
        assert not (home / "local-relay").exists()
        assert (await daemon.status()).relay is None
    finally:
        assert await daemon.stop() == 0


async def test_a_ready_file_that_cannot_be_written_is_named_at_once(home: Path, tmp_path: Path) -> None:
    up = Up(home, tmp_path / "missing" / "up.json")
    up.log = tmp_path / "up.log"
    hint = await ends_with(up, "no directory")
    assert hint == f"mkdir -p {tmp_path / 'missing'}"
    assert not (home / "local-relay").exists()


async def test_a_daemon_that_does_not_start_tells_why(home: Path, tmp_path: Path) -> None:
    paths = Paths.of(home)
    paths.phones.write_text("nonsense", encoding="utf-8")
    paths.phones.chmod(0o600)
    await ends_with(Up(home, tmp_path / "up.json"), "phones.json is damaged")
    assert processes_of(home) == {}


async def test_a_proxy_of_the_environment_does_not_stand_in_the_way(home: Path, tmp_path: Path) -> None:
    names = ("http_proxy", "https_proxy", "all_proxy", "ws_proxy")
    up = await Up(home, tmp_path / "up.json", dict.fromkeys(names, "http://127.0.0.1:1")).start()
    try:
        await up.ready()
    finally:
        assert await up.end() == 0


async def test_a_home_that_others_may_enter_is_closed_to_them(home: Path, tmp_path: Path) -> None:
    files.private_directory(home / "up")
    (home / "up").chmod(0o755)
    up = await Up(home / "up", tmp_path / "up.json").start()
    await up.ready()
    assert await up.end(signal.SIGHUP) == 0
    assert (home / "up").stat().st_mode & 0o777 == 0o700
