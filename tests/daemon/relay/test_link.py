"""The link to a relay that keeps to the protocol; real sockets."""

import asyncio
import json
import logging

import pytest
from websockets.asyncio.server import ServerConnection

from loopsy_daemon.relay.link import RelayLink
from loopsy_daemon.wire import limits
from tests.daemon.relay.links import NO_PHONES, SECRET, Heard, linked, relay_that, serve_for_ever
from tests.daemon.relay.rig import DEVICE_ID, phone_id


async def test_presence_and_frames_are_told_in_order() -> None:
    async def behave(connection: ServerConnection, number: int) -> None:
        await connection.send(json.dumps({"type": "phones", "phones": [{"conn": 1, "phone_id": phone_id(1)}]}))
        await connection.send(b"\0\0\0\1one")
        await connection.send('{"type":"weather"}')
        await connection.send("pong")
        await connection.send([b"\0\0\0\1", b"", b"tw", b"o"])  # a message in several frames
        await connection.send(json.dumps({"type": "phone.up", "conn": 2, "phone_id": phone_id(2)}))
        await connection.send('{"type":"phone.down","conn":1}')
        await connection.close(1001)

    async with relay_that(behave) as url, linked(url) as (_, heard):
        await heard.until(lambda: "down" in heard.told)
        assert heard.told[:7] == [
            "up", ("phone.up", 1), ("frame", 1, b"one"), ("frame", 1, b"two"), ("phone.up", 2), ("phone.down", 1),
            "down",
        ]  # fmt: skip


async def test_what_the_device_says_arrives() -> None:
    received: list[str | bytes] = []

    async def behave(connection: ServerConnection, number: int) -> None:
        received.append(await connection.recv())
        await connection.send(NO_PHONES)
        async for message in connection:
            received.append(message)

    async with relay_that(behave) as url, linked(url) as (link, heard):
        link.send_frame(1, b"too early")
        await heard.until(lambda: "up" in heard.told)
        link.send_frame(7, b"frame")
        link.close_phone(7, 4005, "wrong code")
        link.confirm_phone(phone_id(1))
        await heard.until(lambda: len(received) == 4)
    assert received[:2] == ["ping", b"\0\0\0\7frame"]
    assert [json.loads(text)["type"] for text in received[2:]] == ["phone.close", "phone.confirm"]


@pytest.mark.parametrize("code", [4001, 4003, 4004])
async def test_a_refusal_is_final(code: int) -> None:
    attempts = 0

    async def behave(connection: ServerConnection, number: int) -> None:
        nonlocal attempts
        attempts = number
        await connection.close(code)

    async with relay_that(behave) as url, linked(url) as (link, heard):
        await heard.until(lambda: link.status.state == "refused")
        await asyncio.sleep(0.1)
        assert attempts == 1
        assert link.status.last_error


@pytest.mark.parametrize(("code", "pause"), [(4029, "60.0 s"), (4008, "0.0 s"), (1011, "0.0 s"), (4999, "0.0 s")])
async def test_any_other_close_is_tried_again_after_a_while(
    code: int, pause: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def behave(connection: ServerConnection, number: int) -> None:
        await connection.close(code)

    async with relay_that(behave) as url, linked(url) as (link, heard):
        await heard.until(lambda: "next attempt" in caplog.text)
        assert link.status.state == "connecting"
        assert link.status.last_error == f"closed by the relay with {code}"
    assert f"link ended (closed by the relay with {code}); next attempt in {pause}" in caplog.text


async def test_no_proxy_stands_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "ws_proxy", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with relay_that(serve_for_ever) as url, linked(url) as (_, heard):
        await heard.until(lambda: "up" in heard.told)


async def test_a_silent_relay_is_dropped_and_one_that_answers_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PING_INTERVAL_SECONDS", 0.05)
    pings = [0, 0]

    async def behave(connection: ServerConnection, number: int) -> None:
        await connection.send(NO_PHONES)
        async for _ in connection:
            pings[number > 1] += 1
            if number > 1 or pings[0] <= 8:
                await connection.send("pong")

    async with relay_that(behave) as url, linked(url) as (link, heard):
        await heard.until(lambda: "down" in heard.told)
        assert pings[0] == 8 + 2, "two in a row were not answered"
        assert link.status.last_error == "the relay does not answer"
        await heard.until(lambda: pings[1] > 8)
        assert heard.told == ["up", "down", "up"]


async def test_attempts_that_hang_do_not_count_as_a_connection_that_stayed_up() -> None:
    link = RelayLink("http://127.0.0.1:1", DEVICE_ID, SECRET, Heard())
    assert link._lasted_seconds() == 0.0
    async with relay_that(serve_for_ever) as url, linked(url) as (up, heard):
        await heard.until(lambda: "up" in heard.told)
        assert 0.0 < up._lasted_seconds() < 10.0


async def test_being_cancelled_tells_that_the_link_is_down() -> None:
    async with relay_that(serve_for_ever) as url:
        async with linked(url) as (link, heard):
            await heard.until(lambda: "up" in heard.told)
        assert heard.told == ["up", "down"]
        link.send_frame(1, b"nobody")
