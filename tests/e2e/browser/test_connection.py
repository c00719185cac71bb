"""Connections that go and come back: the app tells the truth, bytes go on where they were, typed text arrives once."""

import os
import re
import signal

import pytest
from playwright.async_api import expect

from tests.support.browser import BrowserPhone, Chromium
from tests.support.daemon import Daemon
from tests.support.proxy import proxy_to
from tests.support.relay import RelayUnderTest

PRINT_TICKS = "for i in $(seq 1 300); do echo tick-$i; sleep 0.005; done; echo all-$((1+1))"
ALL_TICKS = [str(number) for number in range(1, 301)]


def ticks(text: str) -> list[str]:
    return re.findall(r"^tick-(\d+)$", text, re.MULTILINE)


def lines(text: str, wanted: str) -> int:
    return text.split("\n").count(wanted)


async def see_undelivered(phone: BrowserPhone, typed: str) -> None:
    await expect(phone.part("undelivered")).to_contain_text("Not delivered yet")
    await expect(phone.part("undelivered")).to_contain_text(typed)


async def test_the_phone_loses_its_network_while_a_program_prints(shell: BrowserPhone) -> None:
    await shell.run(PRINT_TICKS, "tick-30\n")
    await shell.context.set_offline(True)
    await shell.see_health("none", "offline")
    await shell.see_banner("phone_offline", "This device is offline")
    await shell.send_line("echo late-$((40+2))")
    await see_undelivered(shell, "echo late-$((40+2))⏎")
    before = ticks(await shell.read())
    assert before == ALL_TICKS[: len(before)]
    await shell.context.set_offline(False)
    await shell.see_health("good")
    await expect(shell.part("undelivered")).to_be_hidden()
    text = await shell.read("late-42\n")
    assert ticks(text) == ALL_TICKS
    assert (lines(text, "all-2"), lines(text, "late-42")) == (1, 1)


@pytest.mark.thorough
async def test_the_connection_is_cut_at_bytes_while_a_program_prints(
    chromium: Chromium, relay: RelayUnderTest, daemon: Daemon
) -> None:
    async with proxy_to(relay.url) as proxy, chromium.phone("Pixel 7") as phone:
        await phone.pair(daemon, through=proxy.url)
        await phone.open_shell()
        former_connections = proxy.connections
        await phone.send_line(PRINT_TICKS)
        await phone.send_line("echo late-$((40+2))")
        proxy.cuts = [1_301, 2_003, 3_001]
        await phone.context.set_offline(True)  # ends the connection that is not to be cut
        await phone.see_health("none")
        await phone.context.set_offline(False)
        text = await phone.read("late-42\n")
        assert ticks(text) == ALL_TICKS
        assert (lines(text, "all-2"), lines(text, "late-42")) == (1, 1)
        assert proxy.cuts == []
        assert proxy.connections - former_connections >= 4
        await phone.see_health("good")


async def test_a_daemon_that_does_not_answer_is_not_called_connected(shell: BrowserPhone, daemon: Daemon) -> None:
    assert daemon.process is not None
    os.kill(daemon.process.pid, signal.SIGSTOP)
    try:
        await shell.see_health("stale", re.compile(r"\d+ s ago"))
        await shell.send_line("echo late-$((40+2))")
        await see_undelivered(shell, "echo late-$((40+2))⏎")
        await shell.see_health("none", "no answer")
    finally:
        os.kill(daemon.process.pid, signal.SIGCONT)
    await shell.see_health("good", re.compile(r"\d+ ms"))
    await expect(shell.part("undelivered")).to_be_hidden()
    assert lines(await shell.read("late-42\n"), "late-42") == 1


@pytest.mark.thorough
async def test_typed_text_can_be_taken_back_until_it_is_sent(shell: BrowserPhone) -> None:
    await shell.context.set_offline(True)
    await shell.see_health("none")
    await shell.send_line("echo regretted")
    await see_undelivered(shell, "echo regretted⏎")
    await shell.part("undelivered-discard").tap()
    await expect(shell.part("undelivered")).to_be_hidden()
    await shell.context.set_offline(False)
    await shell.see_health("good")
    assert "regretted" not in await shell.run("echo kept-$((1+1))", "kept-2\n")


async def test_the_relay_restarts(shell: BrowserPhone, relay: RelayUnderTest) -> None:
    await shell.run(PRINT_TICKS, "tick-30\n")
    await relay.local.stop()
    try:
        await shell.see_banner("waiting", "Reconnecting")
        await shell.see_health("none", "retrying")
        await shell.send_line("echo late-$((40+2))")
        await see_undelivered(shell, "echo late-$((40+2))⏎")
    finally:
        await relay.local.start()
    await shell.see_health("good")
    text = await shell.read("late-42\n")
    assert ticks(text) == ALL_TICKS
    assert lines(text, "late-42") == 1


async def test_the_daemon_is_killed_and_its_sessions_go_on(shell: BrowserPhone, daemon: Daemon) -> None:
    await shell.run("n=40; echo before-$((1+1))", "before-2\n")
    await daemon.kill()
    await shell.see_banner("device_offline", "studio has been offline for")
    await shell.send_line("echo late-$((n+2))")
    await see_undelivered(shell, "echo late-$((n+2))⏎")
    await daemon.start()
    await shell.see_health("good")
    text = await shell.read("late-42\n")
    assert lines(text, "before-2") == 1
    assert lines(text, "late-42") == 1


async def test_the_laptop_restarts_and_its_sessions_are_gone(shell: BrowserPhone, daemon: Daemon) -> None:
    await shell.run("echo before-$((1+1))", "before-2\n")
    await daemon.kill()
    await daemon.end()
    await shell.see_banner("device_offline", "studio has been offline for")
    await shell.send_line("echo lost-$((1+1))")
    await see_undelivered(shell, "echo lost-$((1+1))⏎")
    await daemon.start()
    await shell.see_banner("gone", "This session is gone")
    await expect(shell.part("undelivered")).to_contain_text("Not delivered")
    await expect(shell.part("undelivered")).to_contain_text("echo lost-$((1+1))⏎")
    await shell.see_health("good")
    assert "before-2" in await shell.read(), "what was there can still be read"
    await expect(shell.part("composer-input")).to_be_disabled()
    await shell.part("back").tap()
    await expect(shell.part("sessions-empty")).to_be_visible()
    await shell.open_shell()
    await expect(shell.part("leftover")).to_contain_text("Not delivered to shell")
    await shell.part("leftover-insert").tap()
    await expect(shell.part("composer-input")).to_have_value("echo lost-$((1+1))")
    await expect(shell.part("leftover")).to_have_count(0)
    await shell.part("composer-send").tap()
    await shell.read("lost-2\n")


@pytest.mark.thorough
async def test_the_laptop_goes_and_comes_back(phone: BrowserPhone, daemon: Daemon) -> None:
    await daemon.stop()
    await phone.see_banner("device_offline", re.compile(r"studio has been offline for \d+ s"))
    await phone.see_health("none", "offline")
    await expect(phone.part("new-session")).to_be_disabled()
    await phone.part("back").tap()
    await expect(phone.part("machine-card")).to_contain_text(re.compile(r"off \d+ s"))
    await phone.page.reload()
    await expect(phone.part("machine-card")).to_contain_text(re.compile(r"off \d+ s"))
    await daemon.start()
    await expect(phone.part("machine-card")).to_have_attribute("data-health", "good")
    await phone.part("machine-card").tap()
    await phone.open_shell()
