"""Clients that hold connections and say little: each is let go, and nobody else waits for it."""

import asyncio
import contextlib
import gc
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from loopsy_daemon.lan import admission, connections, punctual_http
from loopsy_daemon.lan.errors import PeerUnreachable
from loopsy_daemon.lan.machine import Machine
from loopsy_daemon.lan.server import listening_sockets
from tests.daemon.lan.rig import DEADLINE_SECONDS, Home, paired

LIMIT = 4
HEAD = "POST {path} HTTP/1.1\r\nHost: loopsy.invalid\r\nAuthorization: Bearer {key}\r\nContent-Length: 100\r\n"
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Machine, Home]]:
    async with paired(tmp_path) as pair:
        monkeypatch.setattr(connections, "HANDSHAKE_SECONDS", 0.5)
        monkeypatch.setattr(connections, "MAX_CONNECTIONS_PER_ADDRESS", LIMIT)
        monkeypatch.setattr(punctual_http, "HEAD_SECONDS", 0.5)
        monkeypatch.setattr(admission, "BODY_SILENCE_SECONDS", 0.5)
        yield pair


async def connected(machine: Machine, *, tls: bool = True) -> Stream:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return await asyncio.open_connection("127.0.0.1", machine.port, ssl=context if tls else None)


async def said_until_closed(stream: Stream) -> bytes:
    """Return what the server says until it closes the connection, however it does that."""
    said = b""
    async with asyncio.timeout(DEADLINE_SECONDS):
        try:
            while data := await stream[0].read(65_536):
                said += data
        except OSError:
            pass
    stream[1].close()
    return said


async def test_who_says_nothing_or_not_enough_is_let_go(pair: tuple[Machine, Home]) -> None:
    machine, laptop = pair
    silent = await connected(machine, tls=False)
    mute = await connected(machine)
    halting = await connected(machine)
    halting[1].write(b"GET /v1/health HTTP/1.1\r\nHost: ")
    async with laptop.remote(machine) as remote:
        assert (await remote.health()).name == "studio"  # nobody else waits
    assert [await said_until_closed(stream) for stream in (silent, mute, halting)] == [b"", b"", b""]


@pytest.mark.parametrize("path", ["/v1/execute", "/v1/pair/commit"])
async def test_a_body_that_does_not_come_is_not_waited_for(pair: tuple[Machine, Home], path: str) -> None:
    machine, laptop = pair
    slow = await connected(machine)
    key = laptop.keys.get(machine.identity.node_id)
    slow[1].write(HEAD.format(path=path, key=key).encode() + b"\r\n{")
    assert (await said_until_closed(slow)).startswith(b"HTTP/1.1 408 ")


async def test_a_body_that_is_refused_is_not_read(pair: tuple[Machine, Home]) -> None:
    machine, _ = pair
    stranger = await connected(machine)
    stranger[1].write(HEAD.format(path="/v1/execute", key="wrong").encode() + b"\r\n{")
    assert (await said_until_closed(stranger)).startswith(b"HTTP/1.1 401 ")


async def test_one_address_has_so_many_connections_and_room_again_when_they_end(
    pair: tuple[Machine, Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, laptop = pair
    monkeypatch.setattr(connections, "HANDSHAKE_SECONDS", 10 * DEADLINE_SECONDS)
    held = [await connected(machine, tls=False) for _ in range(LIMIT)]
    assert await said_until_closed(await connected(machine, tls=False)) == b""
    assert [stream[0].at_eof() for stream in held] == [False] * LIMIT
    for _, writer in held:
        writer.close()
    async with asyncio.timeout(DEADLINE_SECONDS), laptop.remote(machine) as remote:
        while True:
            try:
                assert (await remote.health()).name == "studio"
            except PeerUnreachable:  # the machine has not noticed yet
                await asyncio.sleep(0.02)
            else:
                return


@pytest.mark.parametrize("turns", range(8))  # of the loop, in which the door comes as far as it does
async def test_who_is_only_coming_in_as_the_door_closes_is_turned_away(turns: int) -> None:
    class Guest(asyncio.Protocol):
        def __init__(self) -> None:
            self.gone = asyncio.get_running_loop().create_future()

    [listener, *_] = listening = listening_sockets("loopback", 0)
    door = connections.Door(Guest, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    door.open(listener)
    with socket.create_connection(listener.getsockname()) as early:
        for _ in range(turns):
            await asyncio.sleep(0)
        await door.close()
        for each in listening:
            each.close()
        gc.collect()  # what was accepted and is nobody's would be reported
        early.settimeout(DEADLINE_SECONDS)
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.to_thread(early.recv, 1) == b""


async def test_a_flood_of_connections_leaves_nothing_for_the_collector(pair: tuple[Machine, Home]) -> None:
    """It runs seldom in a daemon, and what TLS holds is large."""
    machine, laptop = pair
    head = f"Host: loopsy.invalid\r\nAuthorization: Bearer {laptop.keys.get(machine.identity.node_id)}\r\n"
    asked = f"GET /v1/health HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode()
    gc.collect()
    gc.disable()
    try:
        for said in (b"nonsense\r\n\r\n", asked, b""):
            stream = await connected(machine)
            stream[1].write(said)
            await said_until_closed(stream)
        del stream
        async with asyncio.timeout(DEADLINE_SECONDS):
            while any(isinstance(found, punctual_http.PunctualHttp) and found.transport for found in gc.get_objects()):
                await asyncio.sleep(0.1)
    finally:
        gc.enable()
