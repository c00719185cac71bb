"""Keys under a thumb: the second page, held modifiers, the user's order, double-tap and pinch."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.browser.test_settings import until_narrower
from tests.support.browser import BrowserPhone

READY = "ready-"


async def show_keys(shell: BrowserPhone) -> None:
    """Let the terminal show what it is sent, key by key."""
    await shell.send_line("stty -icanon -echo; printf '%s' 'ready'-; cat -vT")
    await shell.read(READY)


async def test_the_second_page_sends_what_xterm_sends(shell: BrowserPhone) -> None:
    await show_keys(shell)
    await expect(shell.part("keys-more")).to_have_count(0)
    await shell.part("keys-toggle").tap()
    await shell.tap_key("home", "page_down", "f1", "f12", "pipe", "tilde", "shift_tab")
    await shell.read("ready-^[[H^[[6~^[OP^[[24~|~^[[Z")
    await shell.part("keys-toggle").tap()
    await expect(shell.part("keys-more")).to_have_count(0)


async def test_alt_is_for_one_key_or_locked_and_goes_together_with_ctrl(shell: BrowserPhone) -> None:
    await show_keys(shell)
    await shell.tap_key("alt", "left", "left", "ctrl", "alt", "right")
    await shell.read("ready-^[[1;3D^[[D^[[1;7C")
    await shell.part("key-alt").dblclick()
    await expect(shell.part("key-alt")).to_have_attribute("data-sticky", "locked")
    await shell.part("composer-input").press_sequentially("bf")
    await shell.read("^[[1;7C^[b^[f")
    await shell.tap_key("alt")
    await expect(shell.part("key-alt")).to_have_attribute("data-sticky", "off")


@pytest.mark.thorough
async def test_the_bar_has_the_users_order(phone: BrowserPhone) -> None:
    await phone.part("back").tap()
    await phone.part("settings-open").tap()
    await phone.part("settings-keys").tap()
    for _ in range(8):
        await phone.part("key-earlier-shift_tab").tap()
    await expect(phone.part("key-row").first).to_have_attribute("data-key", "shift_tab")
    await phone.page.reload()
    await phone.part("back").tap()
    await phone.part("machine-card").tap()
    await phone.open_shell()
    await expect(phone.page.locator(".keybar .key").first).to_have_attribute("data-testid", "key-shift_tab")


@pytest.mark.thorough
async def test_two_taps_on_the_terminal_are_a_tab(shell: BrowserPhone) -> None:
    await show_keys(shell)
    box = await shell.part("terminal").bounding_box()
    assert box is not None
    x, y = box["x"] + 100, box["y"] + 100
    for _ in range(2):
        await shell.page.touchscreen.tap(x, y)
    await shell.read("ready-^I")


@pytest.mark.thorough
async def test_a_pinch_changes_the_font_size_and_the_programs_columns(shell: BrowserPhone) -> None:
    await shell.run("echo before:$(stty size | cut -d' ' -f2):", re.compile(r"\nbefore:\d+:"))
    touch = await shell.context.new_cdp_session(shell.page)

    async def fingers(kind: str, *xs: int) -> None:
        points = [{"x": x, "y": 200, "id": number} for number, x in enumerate(xs)]
        await touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    await fingers("touchStart", 150, 250)
    for step in range(1, 6):
        await fingers("touchMove", 150 - 4 * step, 250 + 4 * step)
    await fingers("touchEnd")
    text = await shell.read("before:")
    before = int(re.findall(r"\nbefore:(\d+):", text)[-1])
    await shell.run(until_narrower(before), "narrower-2\n")
    await shell.page.reload()
    await shell.see_health("good")
    await shell.part("back").tap()
    await shell.part("back").tap()
    await shell.part("settings-open").tap()
    await expect(shell.part("font-size")).to_have_text("18 px")
