"""The link to relays that do not keep to the protocol, and to what is no relay; real sockets."""

import asyncio
import logging

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from loopsy_daemon.relay.link import RelayLink
from tests.daemon.relay.links import NO_PHONES, SECRET, Heard, linked, relay_that, serve_for_ever
from tests.daemon.relay.rig import DEVICE_ID


@pytest.mark.parametrize(
    "bad",
    [
        "nonsense",
        '{"type":"phone.up","conn":0,"phone_id":"x"}',
        '{"type":"phones","phones":[{"conn":1,"phone_id":"../../etc"}]}',
        "[" * 900_000,
        b"\0\0\0",
        bytes(1_100_000),
    ],
    ids=["text", "phone.up", "phones", "nested", "short", "large"],
)
async def test_a_relay_that_breaks_the_protocol_is_left_and_tried_again(
    bad: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def behave(connection: ServerConnection, number: int) -> None:
        await connection.send(NO_PHONES)
        if number == 1:
            await connection.send(bad)
            await connection.send(b"\0\0\0\1late")
        await connection.wait_closed()

    async with relay_that(behave) as url, linked(url) as (link, heard):
        await heard.until(lambda: heard.told.count("up") == 2)
        assert heard.told == ["up", "down", "up"]
        assert link.status.state == "connected"
    assert not any(entry.exc_info for entry in caplog.records), "it is no defect of ours"


async def test_text_that_is_not_utf8_is_a_fault_of_the_relay(caplog: pytest.LogCaptureFixture) -> None:
    async def behave(connection: ServerConnection, number: int) -> None:
        await connection.send(NO_PHONES)
        if number == 1:
            await connection.send(b"\xff\xfe", text=True)
        await connection.wait_closed()

    async with relay_that(behave) as url, linked(url) as (_, heard):
        await heard.until(lambda: heard.told.count("up") == 2)
    assert not any(entry.exc_info for entry in caplog.records)


async def test_what_arrives_behind_a_broken_message_is_not_taken() -> None:
    class Abrupt(Heard):
        def frame(self, conn: int, payload: bytes) -> None:
            super().frame(conn, payload)
            raise RuntimeError("a defect")

    async def behave(connection: ServerConnection, number: int) -> None:
        connection.protocol.send_text(NO_PHONES.encode())
        for _ in range(3):
            connection.protocol.send_binary(b"\0\0\0\1x")
        connection.transport.write(b"".join(connection.protocol.data_to_send()))
        await connection.wait_closed()

    async with relay_that(behave) as url:
        heard = Abrupt()
        with pytest.raises(RuntimeError, match="a defect"):
            await RelayLink(url, DEVICE_ID, SECRET, heard).try_once()
    assert [what for what in heard.told if what != "up"] == [("frame", 1, b"x"), "down"]


@pytest.mark.parametrize("subprotocol", [None, f"loopsy.bearer.{SECRET}", "other"])
async def test_what_is_no_relay_is_named_and_the_secret_is_in_no_message(
    subprotocol: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def behave(connection: ServerConnection, number: int) -> None:
        await connection.send(NO_PHONES)
        await connection.wait_closed()

    async with relay_that(behave, subprotocol=subprotocol) as url, linked(url) as (link, heard):
        await heard.until(lambda: link.status.last_error is not None)
        assert link.status.last_error == "what answers is not a Loopsy relay"
        assert link.status.state == "connecting"
        assert heard.told.count("up") == heard.told.count("down")
    assert SECRET not in caplog.text


async def test_a_relay_that_echoes_the_offered_subprotocols_does_not_get_the_secret_into_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: loopsy.v1, loopsy.bearer." + SECRET.encode()
        )
        writer.write(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, linked(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as (link, heard):
        await heard.until(lambda: link.status.last_error is not None)
        assert SECRET not in (link.status.last_error or "")
    assert SECRET not in caplog.text


async def test_a_redirect_is_not_followed() -> None:
    elsewhere = asyncio.Event()

    async def caught(connection: ServerConnection, number: int) -> None:
        elsewhere.set()

    async with relay_that(caught) as other:

        def redirect(_: ServerConnection, request: Request) -> Response:
            return Response(307, "Temporary Redirect", Headers(Location=other.replace("http", "ws") + request.path))

        async with relay_that(serve_for_ever, process_request=redirect) as url, linked(url) as (link, heard):
            await heard.until(lambda: link.status.last_error is not None)
            assert link.status.last_error == "the relay answered 307"
            await asyncio.sleep(0.1)
    assert not elsewhere.is_set()
