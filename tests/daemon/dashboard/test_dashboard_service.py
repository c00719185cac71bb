"""The dashboard in a daemon that is a real process, and its end."""

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from loopsy_daemon import config, files
from loopsy_daemon.config import DashboardConfig
from loopsy_daemon.exchange.exchange import Exchange
from loopsy_daemon.paths import Paths
from loopsy_daemon.relay.channels import Client, Transport
from loopsy_daemon.service import dashboard_service
from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.service.dashboard_service import DashboardService
from loopsy_daemon.service.own_exchange import OwnExchange
from loopsy_daemon.wire import frames, messages
from tests.daemon.cli.program import Loopsy
from tests.support.daemon import Daemon

DEADLINE_SECONDS = 15.0


def configure(paths: Paths, port: int) -> None:
    """Have the dashboard at this port."""
    files.private_directory(paths.home)
    dashboard = DashboardConfig(port=port)
    config.update(
        paths.config,
        lambda former: msgspec.structs.replace(former, name="studio", dashboard=dashboard, secrets="file"),
    )


@pytest.fixture
async def daemon(home: Path) -> AsyncIterator[Daemon]:
    running = Daemon(home)
    configure(running.paths, 0)
    await running.start()
    try:
        yield running
    finally:
        await running.end()


async def open_dashboard(client: DaemonClient) -> tuple[str, str]:
    """Return the dashboard's origin, and the token of a link to it."""
    opened = await client.request(messages.DashboardOpen(id=client.next_id()))
    assert isinstance(opened, messages.DashboardOpened)
    parts = urlsplit(opened.url)
    assert (parts.path, parts.query) == ("/", "")
    return f"{parts.scheme}://{parts.netloc}", parts.fragment


async def log_in(browser: httpx.AsyncClient, origin: str, token: str) -> str:
    answer = await browser.post(f"{origin}/v1/login", json={"token": token}, headers={"origin": origin})
    return str(answer.json()["key"])


def link(origin: str, key: str, said_origin: str | None = None, host: str | None = None) -> connect:
    """Return a connection as a page makes it."""
    address = urlsplit(origin)
    return connect(
        f"ws://{host or address.netloc}/v1/link",
        host=address.hostname,
        port=address.port,
        origin=said_origin or origin,  # type: ignore[arg-type]  # any text: what a browser would say
        subprotocols=["loopsy.v1", f"loopsy.bearer.{key}"],  # type: ignore[list-item]
    )


async def say(page: ClientConnection, message: messages.Message) -> messages.Message:
    """Send a message and return what comes next."""
    await page.send(frames.encode_control(messages.encode(message)))
    async with asyncio.timeout(DEADLINE_SECONDS):
        answer = await page.recv()
    assert isinstance(answer, bytes)
    control = frames.decode_message(answer)
    assert isinstance(control, frames.Control)
    decoded = messages.decode_daemon_message(control.body)
    assert decoded is not None
    return decoded


HELLO = messages.Hello(versions=[1], client=bytes(16), kind="web", app="test")


async def test_a_page_is_a_client_like_a_phone_and_not_like_the_command_line(daemon: Daemon) -> None:
    async with await daemon.client() as client, httpx.AsyncClient() as browser:
        origin, token = await open_dashboard(client)
        assert (await open_dashboard(client))[0] == origin
        key = await log_in(browser, origin, token)
        headers = {"authorization": f"Bearer {key}"}
        assert (await browser.get(f"{origin}/v1/phones", headers=headers)).json() == {"phones": [], "relay": "off"}
        assert (await browser.get(f"{origin}/v1/peers", headers=headers)).json()["listen"] == "off"
        async with link(origin, key) as page:
            assert page.subprotocol == "loopsy.v1"
            assert isinstance(await say(page, HELLO), messages.Welcome)
            for local in (messages.Shutdown(id=1), messages.Status(id=1), messages.PairStart(id=1)):
                refused = await say(page, local)
                assert isinstance(refused, messages.Error)
                assert refused.code == "not_permitted"
            command = messages.Open(id=2, agent="shell", cols=80, rows=24, command=["id"])
            assert isinstance(await say(page, command), messages.Error)
        for wrong in (
            link(origin, "wrong"),
            link(origin, token),
            link(origin, key, said_origin="http://game.test"),
            link(origin, key, said_origin="http://127.0.0.1:1"),
            link(origin, key, host="rebound.test"),
        ):
            with pytest.raises(InvalidStatus) as refusal:
                await wrong
            assert refusal.value.response.status_code == 403
        # the end logs every page out
        async with link(origin, key) as page:
            await say(page, HELLO)
            assert isinstance(await client.request(messages.DashboardStop(id=client.next_id())), messages.Ok)
            async with asyncio.timeout(DEADLINE_SECONDS):
                await page.wait_closed()
        with pytest.raises(httpx.ConnectError):
            await browser.get(origin)
        origin, _ = await open_dashboard(client)
        answer = await browser.get(f"{origin}/v1/peers", headers={"authorization": f"Bearer {key}"})
        assert answer.status_code == 401
    written = daemon.log()
    assert token not in written
    assert key not in written


def nobody(_transport: Transport) -> Client:
    raise AssertionError("no page was to be connected")


async def test_it_ends_when_nobody_uses_it_and_takes_another_port_if_its_own_is_taken(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(dashboard_service, "IDLE_SECONDS", 0.2)
    caplog.set_level("INFO")
    paths = Paths.of(home)
    exchange = Exchange(paths.exchange, lambda _text: pytest.fail("nobody is asked for"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        configure(paths, taken.getsockname()[1])
        service = DashboardService(paths, OwnExchange(exchange, "studio"), nobody)
        opened = await service.answer(messages.DashboardOpen(id=1))
        assert isinstance(opened, messages.DashboardOpened)
        port = urlsplit(opened.url).port
        assert port not in {None, taken.getsockname()[1]}
        async with asyncio.timeout(DEADLINE_SECONDS):
            while "not served any more" not in caplog.text:
                await asyncio.sleep(0.02)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    await service.stop()
    await exchange.close()


async def test_the_browser_is_given_a_file_and_never_the_link(daemon: Daemon, tmp_path: Path) -> None:
    given, browser = tmp_path / "given", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" > {given}\n')
    browser.chmod(0o700)
    home = daemon.paths.home
    loopsy = Loopsy(home, {"BROWSER": str(browser), "DISPLAY": ""})
    said = (await asyncio.to_thread(loopsy.run, "dashboard")).stdout
    assert "The dashboard opens in your browser." in said
    url = said.splitlines()[-1]
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not (given.exists() and given.read_text()):
            await asyncio.sleep(0.02)
    assert given.read_text().strip() == daemon.paths.dashboard_page.as_uri()
    assert stat.S_IMODE(daemon.paths.dashboard_page.stat().st_mode) == 0o600
    assert f"url={url}" in daemon.paths.dashboard_page.read_text()
    without = Loopsy(home, {"BROWSER": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""})
    if os.uname().sysname == "Linux":
        assert "For the dashboard, open this link" in (await asyncio.to_thread(without.run, "dashboard")).stdout
    link_of = await asyncio.to_thread(without.json, "dashboard")
    assert (link_of["opened"], urlsplit(link_of["url"]).port) == (False, urlsplit(url).port)
    assert json.loads((await asyncio.to_thread(without.run, "dashboard", "--stop", "--json")).stdout) == {
        "stopped": True
    }


def test_without_a_daemon_it_says_what_to_do(tmp_path: Path) -> None:
    refused = Loopsy(tmp_path / "home").run("dashboard", status=3).stderr
    assert "hint: loopsy start" in refused
