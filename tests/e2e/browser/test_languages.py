"""The app in Chinese: by the browser's language, on every screen, and by choice."""

import re

import pytest
from playwright.async_api import expect

from loopsy_daemon.wire import messages
from tests.support.browser import BrowserPhone, Chromium
from tests.support.daemon import Daemon

SPOKEN = """() => {
  const shown = (element) => element.checkVisibility({opacityProperty: true, visibilityProperty: true});
  const ours = [...document.querySelectorAll("#app *")]
    .filter((element) => shown(element) && !element.closest("[data-testid=terminal] *, code, kbd, .key, option"))
    .filter((element) => !element.closest("[data-testid=terminal-preview], .card-preview, .facts dd"));
  const texts = ours.flatMap((element) => [...element.childNodes])
    .filter((node) => node.nodeType === 3)
    .map((node) => node.data.trim());
  const labels = ours.flatMap((element) => ["aria-label", "placeholder"].map((name) => element.getAttribute(name)));
  return [...texts, ...labels].filter((text) => text !== null && text !== "");
}"""

NAMES = re.compile(
    r"studio|[Ss]hell(-\d+)?|Claude Code|Codex|Gemini CLI|OpenCode|make test"
    r"|Loopsy|JetBrains Mono|loopsy|https?|Ctrl|F\d+|GitHub"
)
"""What is called the same in every language, and what the user or a program named."""


async def everything_is_chinese(phone: BrowserPhone) -> None:
    spoken = await phone.page.evaluate(SPOKEN)
    assert spoken
    left = [text for text in spoken if re.search(r"[A-Za-z]{2}", NAMES.sub("", text))]
    assert left == []


async def test_every_screen_speaks_the_browsers_language(chromium: Chromium, daemon: Daemon) -> None:
    async with chromium.phone("iPhone SE", locale="zh-CN") as phone, await daemon.client() as client:
        started = await client.request(messages.PairStart(id=client.next_id()))
        assert isinstance(started, messages.PairStarted)
        await phone.visit(started.url.partition("#")[0])
        await expect(phone.part("machines-empty")).to_be_visible()
        await everything_is_chinese(phone)
        await phone.part("pair-open").tap()
        await phone.part("link-submit").tap()
        await everything_is_chinese(phone)
        await phone.part("link-input").fill(started.url)
        await phone.part("link-submit").tap()
        await phone.part("label-input").fill("studio")
        await phone.enter_code("0000" if started.code != "0000" else "1111")
        await expect(phone.part("pair-error")).to_contain_text("还可以试 4 次")
        await everything_is_chinese(phone)
        await phone.enter_code(started.code)
        await expect(phone.part("missing-agents")).to_be_visible()
        await everything_is_chinese(phone)
        await phone.part("command-add").tap()
        await everything_is_chinese(phone)
        await phone.part("sheet-back").tap()
        await phone.part("new-directory").tap()
        await expect(phone.part("directory-up")).to_be_visible()
        await everything_is_chinese(phone)
        await phone.close_sheet("directory-sheet")
        await expect(phone.part("sessions-empty")).to_be_visible()
        await expect(phone.page.locator("html")).to_have_attribute("lang", "zh-Hans")
        await everything_is_chinese(phone)
        await phone.open_shell()
        await phone.part("keys-toggle").tap()
        await everything_is_chinese(phone)
        await phone.part("back").tap()
        await expect(phone.part("session-card")).to_be_visible()
        await everything_is_chinese(phone)
        await phone.part("session-menu").tap()
        await everything_is_chinese(phone)
        await phone.close_sheet("session-sheet")
        await phone.part("back").tap()
        await everything_is_chinese(phone)
        await phone.part("settings-open").tap()
        await phone.part("settings-keys").tap()
        await everything_is_chinese(phone)
        await daemon.stop()
        await phone.part("back").tap()
        await phone.part("machine-card").tap()
        await phone.see_banner("device_offline")
        await everything_is_chinese(phone)


@pytest.mark.thorough
async def test_a_language_that_was_chosen_stays(chromium: Chromium, daemon: Daemon) -> None:
    async with chromium.phone("Pixel 7", locale="fr-FR") as phone:
        await phone.pair(daemon)
        await expect(phone.page.locator("html")).to_have_attribute("lang", "en")
        await phone.part("back").tap()
        await phone.part("settings-open").tap()
        await phone.part("settings-language").select_option("zh")
        await expect(phone.page.locator(".bar-title")).to_have_text("设置")
        await phone.page.reload()
        await expect(phone.page.locator(".bar-title")).to_have_text("设置")
