"""Every screen by the rules of axe-core, for WCAG 2.2 A and AA, in each look."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import expect

from loopsy_daemon.wire import messages
from tests.support.browser import BrowserPhone, Chromium
from tests.support.browser_touch import Fingers, spot_of
from tests.support.daemon import Daemon

AXE = Path(__file__).resolve().parents[3] / "webapp" / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = """async () => {
  await Promise.all(document.getAnimations().map((one) => one.finished.catch(() => 0)));
  const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const {violations, passes} = await axe.run(document, {runOnly: {type: "tag", values}});
  const found = violations.flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 160)}`));
  return {found, passed: passes.length};
}"""


async def check(phone: BrowserPhone) -> None:
    if await phone.page.evaluate("() => !('axe' in window)"):
        await phone.page.evaluate(AXE.read_text(encoding="utf-8"))
    result = await phone.page.evaluate(VIOLATIONS)
    assert result["passed"] > 0
    assert result["found"] == []


@pytest.mark.parametrize(
    "look",
    ["dark", pytest.param("light", marks=pytest.mark.thorough), pytest.param("contrast", marks=pytest.mark.thorough)],
)
async def test_no_screen_breaks_a_rule(
    chromium: Chromium, daemon: Daemon, look: Literal["dark", "light", "contrast"]
) -> None:
    async with await daemon.client() as client, chromium.phone("iPhone 13", reduced_motion="reduce") as phone:
        started = await client.request(messages.PairStart(id=client.next_id()))
        assert isinstance(started, messages.PairStarted)
        await phone.visit(started.url.partition("#")[0])
        await phone.part("settings-open").tap()
        await phone.part("settings-look").select_option(look)
        await phone.part("back").tap()
        await expect(phone.part("machines-empty")).to_be_visible()
        await check(phone)
        await phone.part("pair-open").tap()
        await check(phone)
        await phone.part("link-input").fill(started.url)
        await phone.part("link-submit").tap()
        await expect(phone.part("code-input")).to_be_visible()
        await check(phone)
        await phone.enter_code(started.code)
        await expect(phone.part("new-option").first).to_be_visible()
        await check(phone)
        await phone.part("command-add").tap()
        await check(phone)
        await phone.part("sheet-back").tap()
        await phone.part("new-directory").tap()
        await expect(phone.part("directory-up")).to_be_visible()
        await check(phone)
        await phone.close_sheet("directory-sheet")
        await expect(phone.part("sessions-empty")).to_be_visible()
        await check(phone)
        await phone.open_shell()
        await phone.part("keys-toggle").tap()
        await check(phone)
        await phone.part("composer-history").tap()
        await check(phone)
        await phone.part("sheet-close").tap()
        await phone.part("composer-snippets").tap()
        await phone.part("snippets-edit").tap()
        await phone.part("snippet-add").tap()
        await check(phone)
        await phone.part("sheet-close").tap()
        await phone.part("text-view").tap()
        await phone.part("text-view-search").tap()
        await expect(phone.part("search-input")).to_be_focused()
        await check(phone)
        await phone.part("text-view-close").tap()
        await phone.part("back").tap()
        await expect(phone.part("session-card")).to_be_visible()
        await check(phone)
        await phone.part("session-menu").tap()
        await expect(phone.part("session-details")).to_be_visible()
        await check(phone)
        await phone.close_sheet("session-sheet")
        await phone.part("back").tap()
        await check(phone)
        await phone.part("settings-open").tap()
        await phone.part("settings-keys").tap()
        await expect(phone.part("pairing")).to_be_visible()
        await check(phone)
        await daemon.stop()
        await phone.part("back").tap()
        await phone.part("machine-card").tap()
        await phone.see_banner("device_offline")
        await check(phone)


@pytest.mark.parametrize("look", ["dark", "light"])
@pytest.mark.thorough
async def test_no_tool_of_the_terminal_breaks_a_rule(
    chromium: Chromium, daemon: Daemon, look: Literal["dark", "light"]
) -> None:
    async with chromium.phone("iPhone 13", reduced_motion="reduce", color_scheme=look) as phone:
        await phone.pair(daemon)
        await phone.open_shell()
        await phone.run(r"printf '\033]52;c;aGVsbG8=\007https://tides.%s/\n' example", "\nhttps://tides.example/")
        await expect(phone.part("clipboard-ask")).to_be_visible()
        await check(phone)
        await phone.part("terminal-more").tap()
        await check(phone)
        await phone.part("menu-search").tap()
        await phone.part("search-input").fill("tides")
        await check(phone)
        await phone.part("search-close").tap()
        fingers = await Fingers.on(phone)
        await fingers.press((await spot_of(phone, "tides.example")).middle)
        await expect(phone.part("selection-link")).to_be_visible()
        await fingers.lift()
        await check(phone)
        await phone.part("selection-link").tap()
        await expect(phone.part("link-sheet")).to_be_visible()
        await check(phone)
