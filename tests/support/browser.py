"""A phone's browser with the web app in it, used by touch and read through what the app shows."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Locator, Page, Playwright, async_playwright, expect

from loopsy_daemon.wire import messages
from tests.support.browser_witness import Witness
from tests.support.daemon import Daemon

CHROMIUM: Final = os.environ.get("CHROMIUM", "/usr/bin/chromium")
DEADLINE_MILLISECONDS: Final = 15_000
INSECURE_HOST: Final = "laptop.test"
"""Leads to this machine, but unlike 127.0.0.1 no browser takes http to it for secure."""

Health = Literal["good", "stale", "none"]


class Chromium:
    """One running Chromium; every phone in it has storage of its own."""

    def __init__(self, playwright: Playwright, browser: Browser) -> None:
        self._playwright = playwright
        self._browser = browser

    @asynccontextmanager
    async def phone(
        self, device: str = "iPhone 13", *, installs: bool = False, **options: Any
    ) -> AsyncIterator["BrowserPhone"]:
        """Give a phone; `options` are those of a Playwright context. Fails at the end if its page did wrong.

        Most tests would load in vain what a service worker keeps for later: only one that `installs` has any.
        """
        description = {
            name: value for name, value in self._playwright.devices[device].items() if name != "default_browser_type"
        }
        context = await self._browser.new_context(**{"color_scheme": "dark", **description, **options})
        try:
            context.set_default_timeout(DEADLINE_MILLISECONDS)
            witness = await Witness.of(context)
            if not installs:
                await context.add_init_script("delete Navigator.prototype.serviceWorker")
            yield BrowserPhone(context, await context.new_page(), witness)
            assert witness.faults == [], witness.faults
            assert witness.foreign_requests() == [], witness.foreign_requests()
        finally:
            await context.close()


@asynccontextmanager
async def running_chromium(*more: str) -> AsyncIterator[Chromium]:
    """Start Chromium for phones, with more arguments."""
    expect.set_options(timeout=DEADLINE_MILLISECONDS)
    async with async_playwright() as playwright:
        browser = await launch_chromium(playwright, f"--host-resolver-rules=MAP {INSECURE_HOST} 127.0.0.1", *more)
        try:
            yield Chromium(playwright, browser)
        finally:
            await browser.close()


async def launch_chromium(playwright: Playwright, *arguments: str) -> Browser:
    """Start Debian's Chromium with more arguments, drawing without a GPU so that every machine draws alike."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to run as root with it
    return await playwright.chromium.launch(executable_path=CHROMIUM, args=["--disable-gpu", *sandbox, *arguments])


class BrowserPhone:
    """The app in one browser context."""

    def __init__(self, context: BrowserContext, page: Page, witness: Witness) -> None:
        self.context = context
        self.page = page
        self.witness = witness

    def part(self, name: str) -> Locator:
        """Return the part of the screen with this test id."""
        return self.page.get_by_test_id(name)

    async def visit(self, url: str) -> None:
        """Open an address of the relay."""
        self.witness.own_hosts.add(urlsplit(url).netloc)
        await self.page.goto(url)

    async def enter_code(self, code: str) -> None:
        """Type the pairing code as digits and pair."""
        await expect(self.part("code-input")).to_be_enabled()
        await self.part("code-input").tap()
        await self.page.keyboard.type(code)
        await self.part("pair-submit").tap()

    async def pair(self, daemon: Daemon, label: str = "", through: str | None = None) -> None:
        """Pair with the daemon and arrive on its screen; `through` is an origin in front of the relay."""
        async with await daemon.client() as client:
            started = await client.request(messages.PairStart(id=client.next_id()))
            assert isinstance(started, messages.PairStarted)
            address = urlsplit(started.url)
            own_origin = f"{address.scheme}://{address.netloc}"
            await self.visit(started.url.replace(own_origin, through or own_origin, 1))
            if label:
                await self.part("label-input").fill(label)
            await self.enter_code(started.code)
            await expect(self.part("machine-screen")).to_be_visible()
            await self.see_health("good")
            await self.close_sheet("new-sheet")

    async def open_shell(self) -> None:
        """Open a new shell and wait for its prompt."""
        await self.part("new-session").tap()
        await self.part("new-start").tap()
        await self.read(re.compile(r"[#$] ?$"))

    async def close_sheet(self, name: str) -> None:
        """Close what lies over the screen and wait until it is gone."""
        await self.part(name).get_by_test_id("sheet-close").tap()
        await expect(self.part(name)).to_be_hidden()

    async def open_session(self, name: str) -> None:
        """Show a session that runs already."""
        await self.part("session-card").filter(has_text=name).tap()
        await expect(self.part("terminal")).to_be_visible()

    async def send_line(self, text: str) -> None:
        """Write a line in the composer and send it."""
        await self.part("composer-input").fill(text)
        await self.part("composer-send").tap()

    async def type_keys(self, text: str) -> None:
        """Type into the terminal, where every key goes at once; `\\n` is Enter."""
        await self.focus_terminal()
        await self.page.keyboard.type(text)

    async def focus_terminal(self) -> None:
        """Bring up the keyboard for the terminal."""
        terminal_input = self.part("terminal").locator("textarea")
        if not await terminal_input.evaluate("element => element === document.activeElement"):
            await self.part("keyboard-toggle").tap()
        await expect(terminal_input).to_be_focused()

    async def tap_key(self, *names: str) -> None:
        """Tap keys of the key bar, such as `esc` or `down`."""
        for name in names:
            await self.part(f"key-{name}").tap()

    async def read(self, awaited: str | re.Pattern[str] = "") -> str:
        """Open the text view, wait for what must be there, and return all of it."""
        await self.part("text-view").tap()
        content = self.part("text-view-content")
        if awaited:
            await expect(content).to_contain_text(awaited)
        text = await content.text_content()
        await self.part("text-view-close").tap()
        await expect(content).to_be_hidden()
        assert text is not None
        return text

    async def run(self, command: str, awaited: str | re.Pattern[str]) -> str:
        """Send a command and return the terminal's text once it shows what is awaited."""
        await self.send_line(command)
        return await self.read(awaited)

    async def see_health(self, health: Health, text: str | re.Pattern[str] = "") -> None:
        """Wait until the connection chip has this colour and says this."""
        await expect(self.part("connection-chip")).to_have_attribute("data-health", health)
        if text:
            await expect(self.part("connection-chip")).to_contain_text(text)

    async def see_banner(self, state: str, text: str | re.Pattern[str] = "") -> Locator:
        """Wait for a banner about this state and return it."""
        banner = self.page.locator(f"[data-testid=state-banner][data-state={state}]")
        await expect(banner).to_be_visible()
        if text:
            await expect(banner).to_contain_text(text)
        return banner
