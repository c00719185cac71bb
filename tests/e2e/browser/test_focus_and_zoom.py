"""Without a pointer, and enlarged: the focus comes back to where it was, and nothing is cut off at 200 %."""

import pytest
from playwright.async_api import expect

from tests.support.browser import BrowserPhone

ENLARGED = ((195, 422), (422, 195))
"""What an iPhone 13 has left of its pixels at twice the size, upright and on its side."""
CUT_OFF = """() => [...document.querySelectorAll("#app *")]
  .filter((element) => !element.closest(".stage, .terminal-preview") && element.getClientRects().length > 0)
  .filter((element) => {
    const {left, right} = element.getBoundingClientRect();
    return left < -1 || right > innerWidth + 1;
  })
  .map((element) => element.outerHTML.slice(0, 120))"""


async def press(phone: BrowserPhone, part: str, key: str = "Enter") -> None:
    await phone.part(part).focus()
    await phone.page.keyboard.press(key)


async def see_all_enlarged(phone: BrowserPhone) -> None:
    former = phone.page.viewport_size
    assert former is not None
    for width, height in ENLARGED:
        await phone.page.set_viewport_size({"width": width, "height": height})
        assert await phone.page.evaluate(CUT_OFF) == []
        assert await phone.page.evaluate("() => document.documentElement.scrollWidth") == width
    await phone.page.set_viewport_size(former)


@pytest.mark.thorough
async def test_the_focus_comes_back_from_sheets_and_views(shell: BrowserPhone) -> None:
    phone = shell
    for opener, shown in (("terminal-more", "menu-search"), ("text-view", "text-view-content")):
        await press(phone, opener)
        await expect(phone.part(shown)).to_be_visible()
        await phone.page.keyboard.press("Escape")
        await expect(phone.part(shown)).to_be_hidden()
        await expect(phone.part(opener)).to_be_focused()
    await press(phone, "back")
    for opener, shown in (("new-session", "new-sheet"), ("session-menu", "session-sheet")):
        await press(phone, opener)
        await expect(phone.part(shown).locator(":focus")).to_have_count(1)
        await phone.page.keyboard.press("Escape")
        await expect(phone.part(shown)).to_be_hidden()
        await expect(phone.part(opener)).to_be_focused()


@pytest.mark.thorough
async def test_nothing_is_cut_off_at_twice_the_size(shell: BrowserPhone) -> None:
    phone = shell
    await see_all_enlarged(phone)
    await phone.part("back").tap()
    await expect(phone.part("session-card")).to_be_visible()
    await see_all_enlarged(phone)
    await phone.part("session-menu").tap()
    await expect(phone.part("session-details")).to_be_visible()
    await see_all_enlarged(phone)
    await phone.close_sheet("session-sheet")
    await phone.part("new-session").tap()
    await expect(phone.part("new-option").first).to_be_visible()
    await see_all_enlarged(phone)
    await phone.close_sheet("new-sheet")
    await phone.part("back").tap()
    await expect(phone.part("machine-card")).to_be_visible()
    await see_all_enlarged(phone)
    await phone.part("settings-open").tap()
    await phone.part("usage-show").tap()
    await expect(phone.part("usage")).to_contain_text("by this laptop")
    await see_all_enlarged(phone)
    await phone.part("back").tap()
    await phone.part("pair-open").tap()
    await expect(phone.part("link-input")).to_be_visible()
    await see_all_enlarged(phone)
