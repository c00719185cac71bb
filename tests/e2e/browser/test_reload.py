"""A page that is reloaded while typed text is under way says so, and has kept nothing of the text."""

from playwright.async_api import Dialog, expect

from tests.support.browser import BrowserPhone
from tests.support.daemon import Daemon

STORED = "JSON.stringify([{...localStorage}, {...sessionStorage}])"


async def test_what_was_not_delivered_before_a_reload_is_told_and_not_kept(shell: BrowserPhone, daemon: Daemon) -> None:
    asked: list[str] = []

    async def stay_or_go(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    shell.page.on("dialog", stay_or_go)
    await shell.run("echo before-$((1+1))", "before-2\n")
    await daemon.stop()
    await shell.see_health("none")
    await shell.send_line("secret passphrase")
    await expect(shell.part("undelivered")).to_contain_text("secret passphrase")
    await shell.page.reload()
    assert asked == ["beforeunload"]
    await expect(
        shell.page.get_by_text("18 characters typed before the page was reloaded may not have arrived")
    ).to_be_visible()
    assert "passphrase" not in str(await shell.page.evaluate(STORED))
    await daemon.start()
    await shell.see_health("good")
    await shell.page.reload()
    await shell.see_health("good")
    assert asked == ["beforeunload"], "nothing is under way any more"
