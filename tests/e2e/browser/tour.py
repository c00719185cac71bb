"""The tour: one walk through the whole app on any device, which stops wherever there is something to see."""

import os
import re
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Locator, expect

from tests.e2e.browser.pictured_machine import (
    PROMPT,
    SESSIONS,
    UPLOADED,
    WORKERS,
    open_pairing,
    revoke_every_phone,
    save_command,
    start_sessions,
)
from tests.support.browser import BrowserPhone
from tests.support.browser_touch import Fingers, spot_of
from tests.support.daemon import Daemon

Stop = Callable[[str], Awaitable[None]]
"""Is called at each stop of the tour with its name."""

PHOTO = Path(__file__).resolve().parents[3] / "webapp" / "public" / "icon-512.png"
WRITTEN = "Explain why the sun is weaker than the moon.\nThen show the tide of tomorrow."


class Tour:
    """A walk of one device, which is tapped or clicked as it likes."""

    def __init__(self, phone: BrowserPhone, daemon: Daemon, stop: Stop) -> None:
        self.phone = phone
        self.daemon = daemon
        self.stop = stop
        self.touches = False

    async def walk(self) -> None:
        """Go from the first opening of the app to the end of its pairing."""
        await self._pair()
        await self._list()
        await self._terminal()
        await self._write()
        await self._long_list()
        await self._lose()

    async def press(self, part: str | Locator) -> None:
        """Tap or click a part of the screen."""
        locator = self.phone.part(part) if isinstance(part, str) else part
        await (locator.tap() if self.touches else locator.click())

    async def close(self, sheet: str) -> None:
        """Close what lies over the screen."""
        await self.press(self.phone.part(sheet).get_by_test_id("sheet-close"))
        await expect(self.phone.part(sheet)).to_be_hidden()

    async def see(self, text: str | re.Pattern[str]) -> None:
        """Wait until the terminal shows a text."""
        await expect(self.phone.part("terminal").locator(".xterm-rows")).to_contain_text(text)

    async def send(self, line: str) -> None:
        """Send a line from the composer."""
        await self.phone.part("composer-input").fill(line)
        await self.press("composer-send")

    async def back(self, screen: str) -> None:
        """Go back to a screen."""
        await self.phone.page.go_back()
        await expect(self.phone.part(screen)).to_be_visible()

    async def _pair(self) -> None:
        phone = self.phone
        await save_command(self.daemon)
        async with open_pairing(self.daemon) as started:
            await phone.visit(started.url.partition("#")[0])
            self.touches = await phone.page.evaluate("navigator.maxTouchPoints > 0")
            await expect(phone.part("machines-empty")).to_be_visible()
            await self.stop("empty")
            await self.press("pair-open")
            await expect(phone.part("link-input")).to_be_visible()
            await self.stop("pair-link")
            await phone.part("link-input").fill(started.url)
            await self.press("link-submit")
            await expect(phone.part("code-input")).to_be_enabled()
            await self.press("code-input")
            await phone.page.keyboard.type(started.code[:2])
            await self.stop("pair-code")
            await phone.page.keyboard.type(f"{(int(started.code[2:]) + 1) % 100:02}")
            await self.press("pair-submit")
            await expect(phone.part("pair-error")).to_contain_text("4 tries")
            await self.stop("pair-error")
            await phone.part("code-input").fill(started.code)
            await self.press("pair-submit")
            await expect(phone.part("new-option").filter(has_text="All tests")).to_be_visible()
        await self.stop("new-session")
        await self.close("new-sheet")
        await expect(phone.part("sessions-empty")).to_be_visible()
        await self.stop("no-sessions")

    async def _list(self) -> None:
        phone = self.phone
        await start_sessions(self.daemon, SESSIONS)
        await expect(phone.part("session-card")).to_have_count(len(SESSIONS))
        for text in ("148 passed", "uploading", "no space left", "built in"):
            await expect(phone.part("session-card").filter(has_text=text)).to_be_visible()
        await self.stop("machine")
        await self.press(phone.page.locator("li", has_text="deploy").get_by_test_id("session-menu"))
        await expect(phone.part("session-details")).to_be_visible()
        await self.stop("session-menu")
        await self.close("session-sheet")

    async def _terminal(self) -> None:
        phone = self.phone
        await self.press("new-session")
        await self.press("new-start")
        await self.see(PROMPT)
        for command in ("ls", "cat docs/挨拶.txt", "git log --oneline", "git show --format=%s -U1"):
            await self.send(command)
        await self.see(re.compile(r"\+ +return moon \+ sun.*\$", re.DOTALL))
        await self.stop("terminal")
        await self.press("keys-toggle")
        await expect(phone.part("keys-more")).to_be_visible()
        await self.stop("keys")
        await self.press("keys-toggle")
        if self.touches:
            fingers = await Fingers.on(phone)
            await fingers.press((await spot_of(phone, "return")).middle)
            await expect(phone.part("selection-copy")).to_be_visible()
            await fingers.lift()
            await self.stop("selection")
            await self.press(phone.part("terminal").locator(".xterm-screen"))
            await expect(phone.part("selection")).to_have_count(0)
        await self.press("terminal-more")
        await self.press("menu-search")
        await phone.part("search-input").fill("moon")
        await expect(phone.part("search-count")).to_contain_text("/")
        await self.stop("search")
        await self.press("search-close")
        await self.press("text-view")
        await expect(phone.part("text-view-content")).to_contain_text("return moon + sun")
        await self.stop("text-view")
        await self.press("text-view-close")

    async def _write(self) -> None:
        phone = self.phone
        await phone.part("composer-input").fill(WRITTEN)
        box, screen = await phone.part("composer-input").bounding_box(), phone.page.viewport_size
        assert box is not None
        assert screen is not None
        assert box["width"] > min(screen["width"], 480) * 0.9, "a long text has no room"
        await self.stop("composer")
        await phone.part("composer-input").fill("look at ")
        await self.press("keys-toggle")
        await self.press("composer-history")
        await expect(phone.part("history-entry").first).to_be_visible()
        await self.stop("history")
        await self.press(phone.part("sheet-close"))
        await phone.part("files-photo-input").set_input_files(
            {"name": "high water.png", "mimeType": "image/png", "buffer": PHOTO.read_bytes()}
        )
        await expect(phone.part("transfer")).to_have_attribute("data-status", "done")
        await expect(phone.part("composer-input")).to_have_value(re.compile("high water"))
        await self.stop("upload")
        await phone.part("composer-input").fill("")
        await self.press("transfer-remove")
        await self.back("machine-screen")

    async def _long_list(self) -> None:
        phone = self.phone
        await start_sessions(self.daemon, WORKERS)
        await expect(phone.part("session-card")).to_have_count(1 + len(SESSIONS) + len(WORKERS))
        await expect(phone.part("session-card").filter(has_text="lot 18 of 18")).to_be_visible()
        (self.daemon.user_home / UPLOADED).touch()
        await expect(phone.page.locator("[data-rang=true]")).to_have_count(1)
        await self.stop("long-list")
        await self.back("machines-screen")
        await expect(phone.part("machine-card")).to_have_attribute("data-health", "good")
        await self.stop("machines")
        await self.press("settings-open")
        await expect(phone.part("settings-screen")).to_be_visible()
        await self.stop("settings")
        await phone.part("about").scroll_into_view_if_needed()
        await expect(phone.part("pairing")).to_be_visible()
        await self.press("usage-show")
        await expect(phone.part("usage")).to_contain_text("%")
        await self.stop("about")
        await self.back("machines-screen")
        await self.press("machine-card")
        await expect(phone.part("session-card").first).to_be_visible()

    async def _lose(self) -> None:
        phone, daemon = self.phone, self.daemon
        assert daemon.process is not None
        os.kill(daemon.process.pid, signal.SIGSTOP)
        try:
            await phone.page.reload()
            await expect(phone.part("skeleton")).to_be_visible()
            await self.stop("loading")
        finally:
            os.kill(daemon.process.pid, signal.SIGCONT)
        await self.press(phone.part("session-card").filter(has_text="shell"))
        await self.see(PROMPT)
        await expect(phone.part("connection-chip").last).to_have_attribute("data-health", "good")
        await daemon.stop()
        await expect(phone.part("state-banner").last).to_have_attribute("data-state", "device_offline")
        await self.send("git push")
        await expect(phone.part("undelivered")).to_contain_text("git push")
        await self.stop("offline")
        await daemon.start()
        await expect(phone.part("undelivered")).to_be_hidden()
        await self.back("machine-screen")
        await revoke_every_phone(daemon)
        await phone.see_banner("revoked")
        await self.stop("revoked")
