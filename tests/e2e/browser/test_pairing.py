"""Pairing on a phone: wrong codes, spent links, a phone that was removed, a browser that is too old."""

import re
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import expect

from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.wire import messages
from tests.support.browser import INSECURE_HOST, Chromium
from tests.support.daemon import Daemon
from tests.support.relay import RelayUnderTest

WITHOUT_X25519 = """
const generateKey = crypto.subtle.generateKey;
crypto.subtle.generateKey = function (algorithm, ...rest) {
  if ((algorithm.name ?? algorithm) === "X25519") {
    return Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"));
  }
  return generateKey.call(this, algorithm, ...rest);
};
"""


@pytest_asyncio.fixture(loop_scope="session")
async def laptop(daemon: Daemon) -> AsyncIterator[DaemonClient]:
    async with await daemon.client() as client:
        yield client


async def start_pairing(laptop: DaemonClient, digits: int = 4) -> messages.PairStarted:
    started = await laptop.request(messages.PairStart(id=laptop.next_id(), digits=digits))
    assert isinstance(started, messages.PairStarted)
    return started


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


async def test_the_right_code_after_a_wrong_one(chromium: Chromium, laptop: DaemonClient) -> None:
    started = await start_pairing(laptop)
    async with chromium.phone("Pixel 7") as phone:
        await phone.visit(started.url)
        await expect(phone.part("pair-submit")).to_be_disabled()
        await phone.enter_code(wrong(started.code))
        await expect(phone.part("pair-error")).to_have_text("That code is not right. 4 tries are left.")
        await expect(phone.part("code-input")).to_have_value("")
        await phone.enter_code(started.code)
        await expect(phone.part("machine-screen")).to_contain_text("studio")
        await phone.see_health("good")


async def test_five_wrong_codes_end_the_pairing(chromium: Chromium, laptop: DaemonClient) -> None:
    started = await start_pairing(laptop, digits=6)
    async with chromium.phone() as phone:
        await phone.visit(started.url)
        for left in ("4 tries are", "3 tries are", "2 tries are", "One try is"):
            await phone.enter_code(wrong(started.code))
            await expect(phone.part("pair-error")).to_contain_text(f"{left} left.")
        await phone.enter_code(wrong(started.code))
        await expect(phone.part("pair-over")).to_have_attribute("data-reason", "ended")
        await expect(phone.part("pair-over")).to_contain_text("loopsy mobile pair")
        await phone.visit(started.url)
        await phone.enter_code(started.code)
        await expect(phone.part("pair-over")).to_have_attribute("data-reason", re.compile("ended|used"))
    listed = await laptop.request(messages.PhonesList(id=laptop.next_id()))
    assert isinstance(listed, messages.Phones)
    assert listed.phones == []


async def test_a_link_that_is_cut_off_says_so(chromium: Chromium, laptop: DaemonClient) -> None:
    started = await start_pairing(laptop)
    async with chromium.phone() as phone:
        await phone.visit(started.url[:-20])
        await expect(phone.part("pair-over")).to_have_attribute("data-reason", "bad_link")


async def test_a_link_can_be_pasted(chromium: Chromium, relay: RelayUnderTest, laptop: DaemonClient) -> None:
    started = await start_pairing(laptop)
    async with chromium.phone() as phone:
        await phone.visit(relay.url)
        await expect(phone.part("machines-empty")).to_contain_text("loopsy mobile pair")
        await phone.part("pair-open").tap()
        await phone.part("link-input").fill("https://elsewhere.example/app/#abc")
        await phone.part("link-submit").tap()
        await expect(phone.part("pair-error")).to_contain_text("elsewhere.example")
        await phone.part("link-input").fill(f" {started.url}\n")
        await phone.part("link-submit").tap()
        await phone.enter_code(started.code)
        await expect(phone.part("machine-screen")).to_be_visible()


async def test_a_removed_phone_is_out_at_once_and_another_stays(
    chromium: Chromium, daemon: Daemon, laptop: DaemonClient
) -> None:
    async with chromium.phone("iPhone 13") as removed, chromium.phone("Pixel 7") as stays:
        await removed.pair(daemon, label="Removed phone")
        await removed.open_shell()
        await stays.pair(daemon, label="Other phone")
        await stays.open_session("shell")
        await laptop.request(messages.PhonesRevoke(id=laptop.next_id(), phone="Removed phone"))
        await removed.see_banner("revoked", "This device was removed from studio")
        await removed.see_health("none", "ended")
        await stays.run("echo still-$((1+1))", "still-2\n")
        assert "still-2" not in await removed.read()
        await removed.page.reload()
        await removed.see_banner("revoked", "loopsy mobile pair")
        await removed.part("banner-forget").tap()
        await expect(removed.part("machines-empty")).to_be_visible()


async def test_an_old_browser_is_told_which_ones_work(chromium: Chromium, relay: RelayUnderTest) -> None:
    async with chromium.phone() as phone:
        await phone.context.add_init_script(WITHOUT_X25519)
        await phone.visit(f"{relay.url}/app/")
        await expect(phone.part("unsupported")).to_have_attribute("data-reason", "old_browser")
        await expect(phone.part("unsupported")).to_contain_text("Safari 17")


async def test_an_address_without_encryption_is_told_apart(chromium: Chromium, relay: RelayUnderTest) -> None:
    async with chromium.phone() as phone:
        await phone.visit(f"{relay.url.replace('127.0.0.1', INSECURE_HOST)}/app/")
        await expect(phone.part("unsupported")).to_have_attribute("data-reason", "insecure_context")
        await expect(phone.part("unsupported")).to_contain_text("https")
