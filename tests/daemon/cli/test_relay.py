"""Registering at a real relay, and pairing with a simulated phone, by the commands alone."""

import asyncio
import json
import re
import signal
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from loopsy_daemon import config
from loopsy_daemon.cli.relay import normalise_url
from loopsy_daemon.errors import UsageError
from tests.daemon.cli.program import PROGRAM, Loopsy
from tests.support.daemon import Daemon
from tests.support.machine import LinkClosed
from tests.support.phone import pair
from tests.support.relay import RelayUnderTest, running_relay


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[RelayUnderTest]:
    async with running_relay(tmp_path / "relay") as running:
        yield running


@pytest.fixture
async def loopsy(home: Path) -> AsyncIterator[Loopsy]:
    program = Loopsy(home / "home")
    yield program
    await asyncio.to_thread(program.run, "stop")


async def registered(loopsy: Loopsy, relay: RelayUnderTest) -> str:
    """Start the daemon, register it, and return its device id."""
    await asyncio.to_thread(loopsy.start)
    secret = relay.local.registration_secret
    done = await asyncio.to_thread(loopsy.run, "relay", "configure", relay.url, "--json", given=secret)
    answer = json.loads(done.stdout)
    assert answer["daemon_running"] is True
    await Daemon(loopsy.home).wait_relay()
    return str(answer["device_id"])


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://relay.example", "https://relay.example"),
        ("https://relay.example/", "https://relay.example"),
        ("https://relay.example:8443/app/", "https://relay.example:8443"),
        ("relay.example", "https://relay.example"),
        ("HTTPS://Relay.Example", "https://relay.example"),
        ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
        ("http://[::1]:8787", "http://[::1]:8787"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_an_address_has_one_spelling(text: str, address: str) -> None:
    assert normalise_url(text) == address
    config.RelayConfig(url=address, device_id="a" * 39)


@pytest.mark.parametrize(
    "text",
    ["", "https://", "http://relay.example", "http://192.168.1.9", "ws://relay.example", "https://relay.example/x",
     "https://relay.example/?secret=hush", "https://relay.example/#hush", "https://hush@relay.example",
     "https://relay.example:99999", "https://re lay.example", "file:///etc/passwd"],
)  # fmt: skip
def test_what_is_no_address_of_a_relay_is_refused_without_repeating_a_secret(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        normalise_url(text)
    assert "hush" not in refused.value.message + (refused.value.hint or "")


async def test_a_machine_is_registered_shown_and_taken_away(loopsy: Loopsy, relay: RelayUnderTest) -> None:
    device_id = await registered(loopsy, relay)
    shown = (await asyncio.to_thread(loopsy.json, "relay", "show"))["relay"]
    assert (shown["url"], shown["device_id"], shown["state"]) == (relay.url, device_id, "connected")
    assert relay.local.registration_secret not in (loopsy.home / "config.yaml").read_text()
    again = await asyncio.to_thread(loopsy.run, "relay", "configure", relay.url, status=1)
    assert again.stderr.splitlines()[1] == "hint: loopsy relay unset"
    secret = json.loads((loopsy.home / "secrets.json").read_text())["device-secret"]
    path = f"/v1/devices/{device_id}/phones"
    assert (await relay.request("GET", path, bearer=secret)).status_code == 200
    gone = await asyncio.to_thread(loopsy.json, "relay", "unset")
    assert gone == {"url": relay.url, "forgotten_there": True}
    assert (await relay.request("GET", path, bearer=secret)).status_code == 401
    assert "device-secret" not in (loopsy.home / "secrets.json").read_text()
    assert (await asyncio.to_thread(loopsy.json, "status"))["relay"] is None


async def test_an_invite_comes_from_a_file_and_a_wrong_one_changes_nothing(
    loopsy: Loopsy, relay: RelayUnderTest, tmp_path: Path
) -> None:
    file = tmp_path / "invite"
    file.write_text("wrong-secret\n")
    arguments = ("relay", "configure", relay.url, "--invite-file", str(file))
    refused = await asyncio.to_thread(loopsy.run, *arguments, status=1)
    assert "wrong-secret" not in refused.stderr
    assert (await asyncio.to_thread(loopsy.json, "relay", "show")) == {"relay": None}
    file.write_text(f"{relay.local.registration_secret}\n")
    await asyncio.to_thread(loopsy.run, *arguments)
    assert (await asyncio.to_thread(loopsy.json, "relay", "show"))["relay"]["url"] == relay.url


async def test_on_a_terminal_the_secret_is_asked_for_and_not_shown(loopsy: Loopsy, relay: RelayUnderTest) -> None:
    def ask() -> bytes:
        with loopsy.terminal("relay", "configure", relay.url) as terminal:
            terminal.expect(b"Invite or registration secret of http://127.0.0.1:.*: ")
            terminal.send(relay.local.registration_secret.encode() + b"\r")
            assert terminal.end() == 0
            return terminal.output

    output = await asyncio.to_thread(ask)
    assert b"Registered at" in output
    assert relay.local.registration_secret.encode() not in output


async def test_a_relay_that_is_gone_is_unset_all_the_same(loopsy: Loopsy, tmp_path: Path) -> None:
    async with running_relay(tmp_path / "relay") as relay:
        await registered(loopsy, relay)
    gone = await asyncio.to_thread(loopsy.json, "relay", "unset")
    assert gone["forgotten_there"] is False
    assert (await asyncio.to_thread(loopsy.json, "relay", "show")) == {"relay": None}


async def test_a_phone_is_paired_listed_and_revoked(loopsy: Loopsy, relay: RelayUnderTest) -> None:
    await registered(loopsy, relay)
    picture = loopsy.home / "pair.png"
    command = [*PROGRAM, "mobile", "pair", "--json", "--digits", "6", "--qr-png", str(picture)]
    process = await asyncio.create_subprocess_exec(
        *command, env=loopsy.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    opened = json.loads(await process.stdout.readline())
    assert re.fullmatch(r"\d{6}", opened["code"])
    assert opened["url"].startswith(f"{relay.url}/app/#")
    assert opened["code"] not in opened["url"].removeprefix(relay.url)[:20]
    assert stat.S_IMODE(picture.stat().st_mode) == 0o600
    machine = await pair(opened["url"], opened["code"], "Ada's phone")
    out, err = await process.communicate()
    assert json.loads(out) == {"outcome": "paired", "phone_id": machine.phone_id, "label": "Ada's phone"}
    assert (process.returncode, err) == (0, b"")

    (phone,) = (await asyncio.to_thread(loopsy.json, "phone", "list"))["phones"]
    assert (phone["phone_id"], phone["label"]) == (machine.phone_id, "Ada's phone")
    assert "Ada's phone" in (await asyncio.to_thread(loopsy.run, "phone", "list")).stdout
    unknown = await asyncio.to_thread(loopsy.run, "phone", "revoke", "nobody", status=1)
    assert unknown.stderr.splitlines()[1] == "hint: loopsy phone list"
    await asyncio.to_thread(loopsy.run, "phone", "revoke", "Ada's phone")
    assert (await asyncio.to_thread(loopsy.json, "phone", "list")) == {"phones": []}


async def test_the_screen_shows_code_link_picture_and_countdown_and_ctrl_c_cancels(
    loopsy: Loopsy, relay: RelayUnderTest
) -> None:
    await registered(loopsy, relay)

    def look() -> str:
        with loopsy.terminal("mobile", "pair", columns=90, rows=50) as terminal:
            first = terminal.expect(b"Waiting for the phone, ([45]:\\d\\d) left; Ctrl-C cancels")[1]
            while terminal.expect(b"Waiting for the phone, (4:\\d\\d) left")[1] == first:
                pass  # drawn twice within one second
            terminal.send(b"\x03")
            assert terminal.end() == 130
            return terminal.output.decode()

    screen = await asyncio.to_thread(look)
    link = re.search(rf"{re.escape(relay.url)}/app/#[\w-]{{142}}", screen)
    code = re.search(r"Then type the code: (\d{4})\r\n", screen)
    assert link
    assert code
    assert screen.count("\x1b[38;5;16;48;5;231m") > 20
    assert "The pairing was cancelled." in screen
    with pytest.raises(LinkClosed, match="4006"):
        await pair(link[0], code[1], "late")
    assert (await asyncio.to_thread(loopsy.json, "phone", "list")) == {"phones": []}


async def test_a_pairing_whose_command_is_ended_is_closed(loopsy: Loopsy, relay: RelayUnderTest) -> None:
    await registered(loopsy, relay)
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, "mobile", "pair", "--json", env=loopsy.environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    opened = json.loads(await process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 128 + signal.SIGTERM
    with pytest.raises(LinkClosed, match="4006"):
        await pair(opened["url"], opened["code"], "late")


async def test_pairing_without_a_relay_is_one_sentence(loopsy: Loopsy) -> None:
    await asyncio.to_thread(loopsy.start)
    done = await asyncio.to_thread(loopsy.run, "mobile", "pair", status=1)
    assert done.stderr.splitlines()[0] == "No relay is configured."
    assert done.stdout == ""
