"""A new session from a saved command, on two phones at once: whatever things are called, it stays text."""

import re

from playwright.async_api import Locator, expect

from tests.support.browser import BrowserPhone, Chromium
from tests.support.daemon import Daemon

HOLD_MILLISECONDS = 2_000
LABEL = "<img src=x onerror=alert(1)> \"Ø' \u202egnol"
SCRIPT = r"""printf "\033]0;<b>T</b>\007given:%s|%s|\n" "$@"; pwd; read x; printf "said-%s\n\007" $x; exec cat"""
LINE = f"sh -c '{SCRIPT}' x 'a  b' ''"
DIRECTORY = "<i>di'r"


def option(phone: BrowserPhone, text: str) -> Locator:
    return phone.part("new-option").filter(has_text=text)


async def stays_text(phone: BrowserPhone, place: Locator) -> None:
    """What was named with markup is there as it was typed, made no element, and turns nothing around it."""
    assert await phone.page.locator("main :is(img, b, i)").count() == 0
    name = place.locator("bdi", has_text="onerror").first
    assert await name.evaluate("element => getComputedStyle(element).unicodeBidi") == "isolate"


async def test_a_command_saved_on_one_phone_is_opened_from_another(
    chromium: Chromium, daemon: Daemon, phone: BrowserPhone
) -> None:
    (daemon.user_home / DIRECTORY / "inner").mkdir(parents=True)
    (daemon.user_home / ".hidden").mkdir()
    async with chromium.phone("Pixel 7", color_scheme="light") as other:
        await other.pair(daemon, label="Other")
        await other.part("new-session").tap()
        await expect(option(other, "Shell")).to_be_visible()

        # a command is written on the first phone, and shown in its parts
        await phone.part("new-session").tap()
        await phone.part("command-add").tap()
        await phone.part("command-line").fill("make 'test")
        await expect(phone.part("command-hint")).to_contain_text("has no end")
        await expect(phone.part("command-save")).to_be_disabled()
        await phone.part("command-line").fill(LINE)
        arguments = phone.part("command-arguments").locator("li")
        await expect(arguments).to_have_text(["sh", "-c", re.compile("^printf .* exec cat$"), "x", "a  b", "empty"])
        await phone.part("command-label").fill(LABEL)
        await phone.part("command-save").tap()
        await expect(option(phone, LABEL)).to_be_visible()

        # the other phone, which just looks at its list, gets it and opens it in a directory that it looks for
        await option(other, LABEL).tap()
        await other.part("new-directory").tap()
        await expect(other.part("directory")).to_have_text([DIRECTORY])
        await other.part("directory-hidden").tap()
        await expect(other.part("directory")).to_have_text([".hidden", DIRECTORY])
        await other.part("directory").filter(has_text=DIRECTORY).tap()
        await expect(other.part("directory")).to_have_text(["inner"])
        await expect(other.part("directory-use")).to_have_text(f"Use ~/{DIRECTORY}")
        await other.part("directory-use").tap()
        await expect(other.part("new-directory")).to_contain_text(f"~/{DIRECTORY}")
        await other.part("new-start").tap()
        assert "given:a  b||\n" in await other.read(f"/{DIRECTORY}")

        # the first phone lists it, and marks what is printed later and that it rings
        await phone.close_sheet("new-sheet")
        card = phone.part("session-card")
        await expect(card).to_contain_text(LABEL)
        await expect(card).to_contain_text("<b>T</b>")
        await stays_text(phone, card)
        await card.tap()
        await phone.read(f"/{DIRECTORY}")
        await phone.part("back").tap()
        await expect(card).to_have_attribute("data-unread", "false")
        await other.send_line("hello")
        await other.read("said-hello\n")
        await expect(card).to_have_attribute("data-unread", "true")
        await expect(card).to_have_attribute("data-rang", "true")
        await phone.page.reload()
        await expect(card).to_have_attribute("data-rang", "true")
        await phone.part("back").tap()
        await expect(phone.part("machine-card")).to_contain_text("1 rang")
        await phone.part("machine-card").tap()
        await card.tap()
        await phone.read("said-hello\n")
        await phone.part("back").tap()
        await expect(card).to_have_attribute("data-unread", "false")
        await expect(card).to_have_attribute("data-rang", "false")

        # what was opened last is offered again
        await other.part("back").tap()
        await other.part("new-session").tap()
        await expect(option(other, LABEL).locator("input")).to_be_checked()
        await expect(other.part("new-directory")).to_contain_text(f"~/{DIRECTORY}")
        await other.part("new-name").fill("shell & co")
        await option(other, "Shell").tap()
        await other.part("new-start").tap()
        await other.read(re.compile(r"[#$] ?$"))

        # a session is renamed and ended from its menu
        await expect(card).to_have_count(2)
        menu = phone.page.locator("li").filter(has=card.filter(has_text="shell & co")).get_by_test_id("session-menu")
        await menu.tap()
        await phone.part("session-name").fill(LABEL)
        await phone.part("session-rename").tap()
        await expect(phone.part("session-failure")).to_contain_text("Choose another name")
        await phone.part("session-name").fill("<script>")
        await phone.part("session-rename").tap()
        await expect(phone.part("session-sheet")).to_be_hidden()
        await expect(other.page.locator(".bar-title")).to_have_text("<script>")
        renamed = card.filter(has_text="<script>")
        await renamed.click(button="right")
        await expect(phone.part("session-details")).to_contain_text("Shell")
        await phone.part("session-kill").click(delay=HOLD_MILLISECONDS)
        await expect(phone.part("session-sheet")).to_be_hidden()
        await expect(renamed).to_contain_text("SIG")
        await other.see_banner("exited")

        # the command is removed on one phone, and the other one's list follows
        await other.part("back").tap()
        await other.part("new-session").tap()
        await phone.part("new-session").tap()
        await phone.part("commands-arrange").tap()
        await phone.part("command-edit").tap()
        await phone.part("command-remove").click(delay=HOLD_MILLISECONDS)
        await expect(phone.part("command-sheet")).to_be_hidden()
        for seen in (phone, other):
            await expect(option(seen, LABEL)).to_have_count(0)
        await expect(option(other, "Shell").locator("input")).to_be_checked()
