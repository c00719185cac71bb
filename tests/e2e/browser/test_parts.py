"""Parts of the app that are loaded when they are wanted, and what is said where they cannot be."""

import pytest
from playwright.async_api import Route, expect

from loopsy_daemon.wire import messages
from tests.e2e.browser.test_accessibility import check
from tests.support.browser import Chromium
from tests.support.daemon import Daemon


@pytest.mark.thorough
async def test_a_part_that_cannot_be_loaded_says_so_and_comes_with_a_reload(chromium: Chromium, daemon: Daemon) -> None:
    async def refuse(route: Route) -> None:
        await route.abort()

    async with chromium.phone("iPhone SE") as phone:
        await phone.context.route("**/terminal_screen*", refuse)
        await phone.pair(daemon)
        await phone.part("new-session").tap()
        await phone.part("new-start").tap()
        await phone.see_banner("later", "A part of the app could not be loaded")
        await expect(phone.page.get_by_text("terminal_screen")).to_be_hidden()
        await phone.part("later-details").locator("summary").tap()
        await expect(phone.part("later-details")).to_contain_text("terminal_screen")
        wide = "() => document.documentElement.scrollWidth > innerWidth"
        assert not await phone.page.evaluate(wide)
        await check(phone)
        await phone.context.unroute("**/terminal_screen*")
        await phone.part("later-again").tap()
        await expect(phone.part("terminal")).to_be_visible()
        assert "marker-42" in await phone.run("echo marker-$((40+2))", "marker-42\n")


@pytest.mark.thorough
async def test_a_phone_that_lacks_the_part_for_machines_pairs_once_it_comes(chromium: Chromium, daemon: Daemon) -> None:
    async def refuse(route: Route) -> None:
        await route.abort()

    async with chromium.phone("iPhone SE") as phone, await daemon.client() as client:
        await phone.context.route("**/machine_part*", refuse)
        started = await client.request(messages.PairStart(id=client.next_id()))
        assert isinstance(started, messages.PairStarted)
        await phone.visit(started.url)
        await phone.enter_code(started.code)
        await expect(phone.part("pair-error")).to_contain_text("The connection was lost")
        await phone.context.unroute("**/machine_part*")
        await phone.part("pair-submit").tap()
        await expect(phone.part("new-sheet")).to_be_visible()
