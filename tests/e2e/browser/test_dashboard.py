"""The dashboard in a real browser: two machines that are paired, and no relay; and a phone that comes through one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from playwright.async_api import Locator, Page, expect

from loopsy_daemon import config
from loopsy_daemon.config import DashboardConfig
from loopsy_daemon.dashboard.logins import MAX_KEYS
from loopsy_daemon.exchange import message_requests as requests
from loopsy_daemon.exchange.operations import A, Operation, Q
from loopsy_daemon.service.exchange_on import LocalExchange
from loopsy_daemon.wire import messages
from tests.e2e.browser.test_accessibility import check
from tests.support.browser import BrowserPhone, Chromium
from tests.support.daemon import Daemon
from tests.support.paired_daemons import PairedDaemon, paired_daemons

DEADLINE_SECONDS = 15.0
ROOMS = ("sessions", "peers", "values", "messages", "tasks", "phones", "audit")
# What the page asks every five seconds it asks more often: nobody here waits for the next time.
ASK_OFTEN = """{
  const later = window.setInterval;
  window.setInterval = (action, milliseconds, ...more) =>
    later(action, milliseconds === 5_000 ? 250 : milliseconds, ...more);
}"""
KEPT = """async () => ({
  local: {...localStorage},
  session: {...sessionStorage},
  cookie: document.cookie,
  addresses: [location.href, ...navigation.entries().map(({url}) => url)],
  databases: await Promise.all((await indexedDB.databases()).map(async ({name}) => {
    const database = await new Promise((resolve) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
    });
    const kept = [];
    for (const store of database.objectStoreNames) {
      const request = database.transaction(store).objectStore(store).getAll();
      kept.push(await new Promise((resolve) => { request.onsuccess = () => resolve(request.result); }));
    }
    database.close();
    return JSON.stringify(kept);
  })),
})"""


def use_any_port(daemon: Daemon) -> None:
    """Have its dashboard where no other test's can be."""
    dashboard = DashboardConfig(port=0)
    config.update(daemon.paths.config, lambda former: msgspec.structs.replace(former, dashboard=dashboard))


async def link_to(daemon: Daemon) -> str:
    """Return a login link."""
    async with await daemon.client() as client:
        opened = await client.request(messages.DashboardOpen(id=client.next_id()))
    assert isinstance(opened, messages.DashboardOpened)
    return opened.url


@asynccontextmanager
async def desk(chromium: Chromium) -> AsyncIterator[BrowserPhone]:
    """Give a browser on a desk."""
    async with chromium.phone("Desktop Chrome", viewport={"width": 1280, "height": 800}) as browser:
        await browser.context.add_init_script(ASK_OFTEN)
        yield browser


async def ask(daemon: Daemon, operation: Operation[Q, A], question: Q) -> A:
    """Ask the exchange of a machine, as its commands do."""
    async with await daemon.client() as client:
        return await LocalExchange(client).ask(operation, question)


async def hold(button: Locator, until: Locator) -> None:
    """Hold a button until what it does is seen."""
    await button.dispatch_event("pointerdown", {"button": 0})
    await expect(until).to_be_visible()


async def fill(page: Page, form: str, *texts: str) -> None:
    """Open a form, fill it in, and send it."""
    await page.get_by_test_id(f"{form}-open").click()
    fields = page.get_by_test_id(f"{form}-form").locator(".field-input:not(select)")
    for number, text in enumerate(texts):
        await fields.nth(number).fill(text)
    await page.get_by_test_id(f"{form}-form").locator("[type=submit]").click()
    await expect(page.get_by_test_id(f"{form}-form")).to_be_hidden()


async def use_sessions(browser: BrowserPhone) -> None:
    """Start a shell, type, read what it says, and end it."""
    await browser.part("new-session").click()
    await browser.part("new-start").click()
    await browser.part("composer-input").fill("echo $((6*7))-from-the-dashboard")
    await browser.part("composer-send").click()
    await browser.part("text-view").click()
    await expect(browser.part("text-view-content")).to_contain_text("42-from-the-dashboard")
    await browser.part("text-view-close").click()
    await browser.part("session-menu").first.click()
    await hold(browser.part("session-kill"), browser.page.get_by_text("Ended by SIGHUP"))


async def see_peers(page: Page) -> None:
    """See the other machine, and what is permitted."""
    await page.get_by_test_id("room-peers").click()
    peer = page.get_by_test_id("peer")
    await expect(peer).to_contain_text("studio")
    await expect(peer.locator(".presence-good")).to_be_visible()
    await expect(peer).to_contain_text("execute, transfer, context, message, session")
    await expect(page.get_by_test_id("peers-listen")).to_contain_text("127.0.0.1")


async def share_values(page: Page) -> None:
    """Set a value, look at it, and delete it."""
    await page.get_by_test_id("room-values").click()
    await expect(page.get_by_test_id("dashboard-empty")).to_be_visible()
    await fill(page, "value", "build/status", "<b>green</b>\nsince Monday")
    value = page.get_by_test_id("shared-value")
    await value.get_by_test_id("value-show").click()
    await expect(value.get_by_test_id("value-text")).to_have_text("<b>green</b>\nsince Monday")
    await hold(value.get_by_test_id("value-delete"), page.get_by_test_id("dashboard-empty"))


async def exchange_messages(page: Page, studio: PairedDaemon) -> None:
    """Send a message, and acknowledge the answer."""
    await page.get_by_test_id("room-messages").click()
    await fill(page, "message", "is the build green?")
    sent = page.get_by_test_id("sent")
    await expect(sent).to_contain_text("is the build green?")
    await expect(sent).to_contain_text("delivered")
    wait = requests.Wait(timeout_seconds=DEADLINE_SECONDS)
    received = (await ask(studio.daemon, requests.WAIT, wait)).message
    assert received is not None
    assert (received.sender, received.body) == ("laptop", "is the build green?")
    answer = requests.Send(to="laptop", body="it is now", subject="the build", in_reply_to=received.id)
    answered = await ask(studio.daemon, requests.SEND, answer)
    await page.get_by_test_id("messages-inbox").click()
    await expect(page.get_by_test_id("received")).to_contain_text("it is now")
    await page.get_by_test_id("message-acknowledge").click()
    await expect(page.get_by_test_id("dashboard-empty")).to_be_visible()
    async with asyncio.timeout(DEADLINE_SECONDS):
        while (await ask(studio.daemon, requests.SENT, requests.GetSent(id=answered.id))).state != "acknowledged":
            await asyncio.sleep(0.05)


async def queue_tasks(page: Page) -> None:
    """Add a task, and cancel it."""
    await page.get_by_test_id("room-tasks").click()
    await fill(page, "task", "run the tests", "make test")
    task = page.get_by_test_id("task")
    await task.get_by_test_id("task-show").click()
    await expect(task.locator("pre")).to_have_text("make test")
    await hold(task.get_by_test_id("task-cancel"), task.get_by_text("cancelled", exact=True))


async def look_at_audit(page: Page) -> None:
    """Find what the other machine has asked, and what it has not."""
    await page.get_by_test_id("room-audit").click()
    await expect(page.get_by_test_id("audit-line").filter(has_text="/v1/message/deliver").first).to_contain_text(
        "studio"
    )
    await page.get_by_test_id("audit-filter").fill("/v1/message/DELIVER")
    await expect(page.get_by_test_id("audit-line").filter(has_not_text="/v1/message/deliver")).to_have_count(0)
    await page.get_by_test_id("audit-filter").fill("nothing like this")
    await expect(page.get_by_test_id("dashboard-empty")).to_be_visible()


async def check_rooms(browser: BrowserPhone, look: Literal["dark", "light"]) -> None:
    """Look at each room by the rules of axe-core, as it is with these colours."""
    # without motion: an animation that never ends would be waited for
    await browser.page.emulate_media(color_scheme=look, reduced_motion="reduce")
    await expect(browser.page.locator(f"html[data-look={look}]")).to_be_attached()
    for room in ROOMS:
        await browser.part(f"room-{room}").click()
        await expect(browser.part("machine-screen" if room == "sessions" else f"dashboard-{room}")).to_be_visible()
        await check(browser)


async def test_two_machines_and_no_relay(chromium: Chromium, tmp_path: Path) -> None:
    async with paired_daemons(tmp_path) as (studio, laptop), desk(chromium) as browser:
        use_any_port(laptop.daemon)
        url = await link_to(laptop.daemon)
        token = urlsplit(url).fragment
        await browser.visit(url)
        page = browser.page
        await expect(browser.part("machine-screen")).to_contain_text("laptop")
        await use_sessions(browser)
        await see_peers(page)
        await share_values(page)
        await exchange_messages(page, studio)
        await queue_tasks(page)
        await look_at_audit(page)
        await browser.part("room-phones").click()
        await expect(browser.part("phones-relay")).to_contain_text("No relay is configured")
        await check_rooms(browser, "dark")

        kept = await page.evaluate(KEPT)
        assert (kept["local"], kept["session"], kept["cookie"]) == ({}, {}, "")
        assert token not in str(kept)
        assert all("#" not in address for address in kept["addresses"])
        assert kept["databases"]

        async with httpx.AsyncClient() as others:
            for _ in range(MAX_KEYS):  # so that the page's own key, the oldest, ends
                origin, _, token = (await link_to(laptop.daemon)).partition("/#")
                await others.post(f"{origin}/v1/login", json={"token": token}, headers={"origin": origin})
        await expect(browser.part("dashboard-outside")).to_have_attribute("data-why", "logged_out")
        await page.reload()
        await expect(browser.part("dashboard-outside")).to_have_attribute("data-why", "no_link")
        await page.goto("about:blank")  # leads nowhere by itself: the same address would only change the fragment
        await page.goto(url)
        await expect(browser.part("dashboard-outside")).to_have_attribute("data-why", "link_over")

        await page.goto("about:blank")
        await page.goto(await link_to(laptop.daemon))
        await browser.see_health("good")
        async with await laptop.daemon.client() as client:
            await client.request(messages.DashboardStop(id=client.next_id()))
        await browser.see_health("none")


@pytest.mark.thorough
async def test_every_room_keeps_the_rules_in_light_colours_and_on_a_narrow_window(
    chromium: Chromium, tmp_path: Path
) -> None:
    async with paired_daemons(tmp_path) as (studio, laptop), desk(chromium) as browser:
        use_any_port(laptop.daemon)
        await browser.visit(await link_to(laptop.daemon))
        await share_values(browser.page)
        await fill(browser.page, "value", "build/status", "green")
        await exchange_messages(browser.page, studio)
        await queue_tasks(browser.page)
        await check_rooms(browser, "light")
        await browser.page.set_viewport_size({"width": 390, "height": 844})
        await check_rooms(browser, "light")
        await check_rooms(browser, "dark")


@pytest.mark.thorough
async def test_a_phone_is_seen_and_revoked(chromium: Chromium, daemon: Daemon, phone: BrowserPhone) -> None:
    async with desk(chromium) as browser:
        use_any_port(daemon)
        await browser.visit(await link_to(daemon))
        await browser.part("room-phones").click()
        await expect(browser.part("phones-relay")).to_contain_text("connected with its relay")
        await expect(browser.part("phone").locator(".presence-good")).to_be_visible()
        await hold(browser.part("phone-revoke"), browser.part("dashboard-empty"))
    await phone.see_banner("revoked")
