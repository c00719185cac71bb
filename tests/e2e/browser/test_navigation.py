"""Ways around in the app: the browser's own back, a page that is loaded anew, a session that ends."""

from playwright.async_api import expect

from tests.support.browser import BrowserPhone


async def test_a_page_that_is_loaded_anew_shows_the_session_as_it_was(shell: BrowserPhone) -> None:
    before = await shell.run("seq 1 200; echo 終わり-$((1+1))", "終わり-2\n")
    await shell.page.reload()
    await shell.see_health("good")
    assert await shell.read("終わり-2\n") == before
    await shell.run("echo again-$((1+1))", "again-2\n")


async def test_the_browsers_back_leads_from_the_session_to_the_machine(shell: BrowserPhone) -> None:
    await shell.page.go_back()
    await expect(shell.part("session-card")).to_have_count(1)
    await shell.page.go_forward()
    await shell.run("echo again-$((1+1))", "again-2\n")


async def test_several_lines_from_the_composer_are_one_paste(shell: BrowserPhone) -> None:
    await shell.part("composer-input").fill("echo one-$((1+1))\necho two-$((1+1))")
    await shell.part("composer-send").tap()
    text = await shell.read("two-2\n")
    assert text.split("\n").count("one-2") == 1


async def test_a_session_that_ends_says_so_and_can_be_forgotten(shell: BrowserPhone) -> None:
    await shell.send_line("exit 3")
    await shell.see_banner("exited", "Exited with status 3")
    await expect(shell.part("composer-input")).to_be_disabled()
    assert "exit 3" in await shell.read()
    await shell.part("back").tap()
    await expect(shell.part("session-card")).to_contain_text("exit 3")
    await shell.part("session-menu").tap()
    await shell.part("session-dismiss").tap()
    await expect(shell.part("sessions-empty")).to_be_visible()
