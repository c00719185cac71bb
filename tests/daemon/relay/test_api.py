"""HTTP calls to a real relay, and to answers that no relay gives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from loopsy_daemon.errors import RelayError
from loopsy_daemon.relay import calls
from loopsy_daemon.relay.api import RelayApi, read_health, register_device
from tests.daemon.relay.rig import DEVICE_ID, phone_id
from tests.support.relay import running_relay


@asynccontextmanager
async def answering(answer: bytes, *, hold: bool = False) -> AsyncIterator[str]:
    over = asyncio.Event()
    handled: list[asyncio.Event] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended = asyncio.Event()
        handled.append(ended)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        if hold:
            await over.wait()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        over.set()
        for ended in handled:
            await ended.wait()


def response(body: bytes, status: str = "200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status.encode(), len(body), body)


async def test_a_device_lives_at_a_real_relay(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        assert (await read_health(relay.url)).protocol == 1
        registration = await register_device(relay.url, relay.local.registration_secret)
        assert registration.device_secret not in repr(registration)
        device = RelayApi(relay.url, registration.device_id, registration.device_secret)
        token = await device.mint_pair_token(60)
        assert token.token not in repr(token)
        assert await device.list_phones() == []
        await device.delete_phone(phone_id(1))
        await device.delete_device()
        with pytest.raises(RelayError) as gone:
            await device.list_phones()
        assert (gone.value.status, gone.value.code) == (401, "unauthorized")
        with pytest.raises(RelayError) as refused:
            await register_device(relay.url, "wrong")
        assert refused.value.hint


@pytest.mark.parametrize(
    "answer",
    [
        response(b""),
        response(b"<html>"),
        response(b"[" * 100_000),
        response(b'{"phones":"none"}'),
        response(b"\xff\xfe"),
        response(b"not json", "500 Internal Server Error"),
        response(b"[" * 100_000, "503 Service Unavailable"),
        response(b"", "302 Found"),
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"",
    ],
    ids=range(10),
)
async def test_an_answer_that_no_relay_gives_is_one_sentence(answer: bytes) -> None:
    async with answering(answer) as url:
        with pytest.raises(RelayError) as refused:
            await RelayApi(url, DEVICE_ID, "s" * 43).list_phones()
        assert refused.value.hint
        assert "s" * 43 not in f"{refused.value}{refused.value.hint}"


async def test_an_answer_without_end_is_not_kept() -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_000_000
    async with answering(endless, hold=True) as url:
        with pytest.raises(RelayError, match="not a Loopsy relay"):
            await asyncio.wait_for(read_health(url), 15)


async def test_an_answer_that_drips_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_CALL_DEADLINE_SECONDS", 0.2)
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", hold=True) as url:
        with pytest.raises(RelayError, match="cannot be reached"):
            await asyncio.wait_for(read_health(url), 15)


@pytest.mark.parametrize("secret", ["line\nbreak", "zwölf", "a b", "nul\x00"])
async def test_a_secret_that_http_cannot_carry_is_not_quoted(secret: str) -> None:
    with pytest.raises(RelayError) as refused:
        await register_device("http://127.0.0.1:1", secret)
    assert secret not in f"{refused.value}{refused.value.hint}"
    assert "secret or invite" in str(refused.value)


async def test_no_proxy_stands_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with answering(response(b'{"phones":[]}')) as url:
        assert await RelayApi(url, DEVICE_ID, "s").list_phones() == []


async def test_a_relay_that_is_not_there() -> None:
    with pytest.raises(RelayError, match="cannot be reached") as refused:
        await read_health("http://127.0.0.1:1")
    assert refused.value.hint == "curl http://127.0.0.1:1/health"
