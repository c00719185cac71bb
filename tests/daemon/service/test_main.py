"""The daemon's process: what it does at its start and its end, and what keeps it from starting."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from loopsy_daemon.service.arguments import END_WITH_STDIN
from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.wire import messages
from loopsy_daemon.wire.identifiers import encode_base32
from tests.support.daemon import Daemon

NOWHERE = "http://127.0.0.1:9"
DEVICE_ID = encode_base32(bytes(24))
PROGRAM = [sys.executable, "-m", "loopsy_daemon.service.main"]
DEADLINE_SECONDS = 40.0


def start_in(home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LOOPSY_HOME": str(home), "LOOPSY_SECRETS": "file"}
    return subprocess.run(PROGRAM, env=environment, capture_output=True, text=True, timeout=30, check=False)


def damaged_phones(daemon: Daemon) -> None:
    daemon.paths.phones.write_text("nonsense", encoding="utf-8")
    daemon.paths.phones.chmod(0o600)


def missing_secret(daemon: Daemon) -> None:
    daemon.paths.secrets.write_text("{}", encoding="utf-8")


def bad_config(daemon: Daemon) -> None:
    daemon.paths.config.write_text("version: 2\n", encoding="utf-8")


def directory_as_socket(daemon: Daemon) -> None:
    daemon.paths.socket.mkdir()


def damaged_key(daemon: Daemon) -> None:
    daemon.paths.secrets.write_text('{"device-key": "short"}', encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (damaged_phones, "phones.json is damaged"),
        (missing_secret, "The secret of this device at the relay is missing"),
        (bad_config, "config.yaml:1"),
        (directory_as_socket, "cannot be a socket"),
        (damaged_key, "device key is damaged"),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(home: Path, spoil: object, complaint: str) -> None:
    daemon = Daemon(home)
    daemon.configure(NOWHERE, DEVICE_ID, "s" * 43)
    assert callable(spoil)
    spoil(daemon)
    done = start_in(home)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert complaint in last
    assert " → " in last
    assert "Traceback" not in done.stderr
    assert "s" * 43 not in done.stderr
    assert not daemon.paths.socket.is_socket(), "nobody was told that it runs"


def test_a_home_that_cannot_be_made_is_one_line() -> None:
    done = start_in(Path("/proc/loopsy"))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "/proc/loopsy" in done.stderr


async def test_one_home_has_one_daemon(home: Path) -> None:
    daemon = Daemon(home)
    await daemon.start()
    try:
        done = await asyncio.to_thread(start_in, home)
        assert done.returncode == 1
        assert done.stderr == f"A daemon of {home} runs already. → loopsy status\n"
        assert daemon.process
        assert daemon.paths.daemon_lock.read_text() == f"{daemon.process.pid}\n"
        assert (await daemon.status()).pid == daemon.process.pid
    finally:
        assert await daemon.end() == 0


@pytest.mark.parametrize("name", ["with spaces", "ünïcödé 端末", "long-" * 30, "a'b\"c$d", "any\udcffbytes"])
async def test_any_home_will_do(home: Path, name: str) -> None:
    daemon = Daemon(home / name)
    await daemon.start()
    try:
        report = await daemon.status()
        assert report.home == str(home / name).replace("\udcff", "\N{REPLACEMENT CHARACTER}")
        async with await daemon.client() as client:
            opened = await client.request(messages.Open(id=client.next_id(), agent="shell", cols=80, rows=24))
            assert isinstance(opened, messages.Opened)
    finally:
        assert await daemon.end() == 0
    assert not daemon.paths.socket.exists()
    assert "Traceback" not in daemon.log()


async def test_it_is_there_again_after_being_killed(home: Path) -> None:
    daemon = Daemon(home)
    await daemon.start()
    await daemon.kill()
    assert daemon.paths.socket.is_socket(), "a leftover"
    await daemon.start()
    assert await daemon.end() == 0


async def test_it_ends_in_time_with_clients_sessions_and_an_unreachable_relay(home: Path) -> None:
    daemon = Daemon(home)
    daemon.configure(NOWHERE, DEVICE_ID, "s" * 43)
    await daemon.start()
    async with await daemon.client() as client:
        await client.request(messages.Open(id=client.next_id(), agent="shell", cols=80, rows=24))
        await client.request(messages.Watch(id=client.next_id()))
        assert await asyncio.wait_for(daemon.end(), 15) == 0  # sooner than a call to a relay is given up
    assert "Traceback" not in daemon.log()
    assert "s" * 43 not in daemon.log()


async def test_a_request_to_end_is_answered(home: Path) -> None:
    daemon = Daemon(home)
    await daemon.start()
    async with await daemon.client() as client:
        assert isinstance(await client.request(messages.Shutdown(id=client.next_id())), messages.Ok)
    assert daemon.process
    assert await asyncio.wait_for(daemon.process.wait(), DEADLINE_SECONDS) == 0


async def test_it_ends_with_whoever_holds_its_stdin(home: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        END_WITH_STDIN,
        env={**os.environ, "LOOPSY_HOME": str(home), "LOOPSY_SECRETS": "file"},
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stderr
    async with asyncio.timeout(DEADLINE_SECONDS):
        while b"serves" not in await process.stderr.readline():
            pass
        process.stdin.write(b"ignored\n")
        async with await DaemonClient.connect(home / "loopsy.sock"):
            pass
        process.stdin.close()
        _, rest = await process.communicate()
    assert process.returncode == 0
    assert b"Traceback" not in rest
