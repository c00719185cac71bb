"""The daemon's own clients: on a real socket, with a daemon that is a real process where it matters."""

import asyncio
import logging
import os
import signal
import socket
from pathlib import Path

import pytest

from loopsy_daemon.errors import ConnectionLost, LoopsyError, RequestFailed
from loopsy_daemon.service import client as client_module
from loopsy_daemon.service import local_socket as socket_module
from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.service.framing import with_length
from loopsy_daemon.service.local_socket import LocalSocket
from loopsy_daemon.service.served_client import ServedClient
from loopsy_daemon.sessions.registry import Registry
from loopsy_daemon.wire import frames, messages
from tests.support.daemon import Daemon
from tests.support.session_server import session_server


async def nothing(client: ServedClient, message: messages.ClientMessage) -> messages.Message:
    raise AssertionError(message)


def listening_at(path: Path) -> LocalSocket:
    registry = Registry({"HOME": "/", "PATH": "/usr/bin:/bin"})
    return LocalSocket(path, session_server(path.parent, registry), nothing)


async def test_stopping_with_a_client_connected_logs_no_failure(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    listening = listening_at(home / "loopsy.sock")
    await listening.start()
    client = await DaemonClient.connect(home / "loopsy.sock")
    await listening.close()
    with pytest.raises(ConnectionLost):
        async for _ in client.messages():
            pass
    await client.close()
    assert [entry for entry in caplog.records if entry.levelno >= logging.WARNING] == []
    assert not (home / "loopsy.sock").exists()


async def test_stopping_does_not_wait_for_a_client_that_does_not_read(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_module, "FLUSH_DEADLINE_SECONDS", 0.05)
    listening = listening_at(home / "loopsy.sock")
    await listening.start()
    client = await DaemonClient.connect(home / "loopsy.sock")
    client._reading.cancel()
    for number in range(3_000):
        client._writer.write(framed_list(number))
    await asyncio.sleep(0.1)
    await asyncio.wait_for(listening.close(), 15)
    await client.close()


def framed_list(number: int) -> bytes:
    return with_length(frames.encode_control(messages.encode(messages.List(id=number))))


async def test_a_client_that_never_reads_is_given_up(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_module, "MAX_UNSENT_BYTES", 10_000)
    listening = listening_at(home / "loopsy.sock")
    await listening.start()
    _, writer = await asyncio.open_unix_connection(str(home / "loopsy.sock"), limit=1)
    try:
        hello = messages.Hello(versions=[1], client=bytes(16), kind="test")
        writer.write(with_length(frames.encode_control(messages.encode(hello))))
        async with asyncio.timeout(10):
            number = 0
            while listening._connections or number == 0:  # the connection ends while we still write
                number += 1
                writer.write(framed_list(number) * 100)
                await asyncio.sleep(0)
    finally:
        writer.transport.abort()
        await listening.close()


async def test_a_leftover_is_replaced_and_what_is_no_leftover_is_not(home: Path) -> None:
    leftover = socket.socket(socket.AF_UNIX)
    leftover.bind(str(home / "loopsy.sock"))
    leftover.close()
    listening = listening_at(home / "loopsy.sock")
    await listening.start()
    assert (home / "loopsy.sock").stat().st_mode & 0o777 == 0o600
    async with await DaemonClient.connect(home / "loopsy.sock") as client:
        assert client.welcome.daemon.name == "studio"
    await listening.close()
    (home / "directory").mkdir()
    blocked = listening_at(home / "directory")
    with pytest.raises(LoopsyError, match="cannot be a socket") as refused:
        await blocked.start()
    assert refused.value.hint
    await blocked.close()
    assert (home / "directory").is_dir()


async def test_a_daemon_that_hangs_is_not_waited_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = Daemon(home)
    await daemon.start()
    assert daemon.process
    try:
        os.kill(daemon.process.pid, signal.SIGSTOP)
        monkeypatch.setattr(client_module, "ANSWER_DEADLINE_SECONDS", 0.2)  # not before: starting asks it, too
        with pytest.raises(ConnectionLost, match="does not answer"):
            await asyncio.wait_for(DaemonClient.connect(daemon.paths.socket), 15)
    finally:
        os.kill(daemon.process.pid, signal.SIGCONT)
        assert await daemon.end() == 0


async def test_a_request_that_is_too_long_is_refused_before_it_is_sent(home: Path) -> None:
    listening = listening_at(home / "loopsy.sock")
    await listening.start()
    async with await DaemonClient.connect(home / "loopsy.sock") as client:
        command = ["x" * 4_096] * 100
        with pytest.raises(RequestFailed, match="too long"):
            await client.request(messages.Open(id=1, agent="shell", cols=80, rows=24, command=command))
        assert isinstance(await client.request(messages.Ping(id=2)), messages.Pong)
    await listening.close()


async def test_a_connection_that_is_lost_while_a_request_is_sent_is_reported_once(home: Path) -> None:
    listening = listening_at(home / "loopsy.sock")
    await listening.start()
    client = await DaemonClient.connect(home / "loopsy.sock")
    waiting = asyncio.create_task(client.request(messages.Ping(id=1)))
    lost: asyncio.Future[messages.Message] = asyncio.get_running_loop().create_future()
    client._waiting[2] = lost
    await listening.close()
    await asyncio.wait({waiting, lost})
    assert isinstance(waiting.exception() or waiting.result(), messages.Pong | ConnectionLost)
    assert isinstance(lost.exception(), ConnectionLost)
    with pytest.raises(ConnectionLost):
        await client.request(messages.Ping(id=3))
    assert client._waiting == {2: lost}
    await client.close()
