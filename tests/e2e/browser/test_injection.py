"""Text of others with markup, quotes, bidi and control characters: on every screen it is itself, and no more."""

from shlex import quote

from playwright.async_api import expect

from loopsy_daemon.wire import messages
from tests.support.browser import BrowserPhone
from tests.support.browser_touch import spot_of
from tests.support.daemon import Daemon

OVERRIDE = "\u202e"
"""Turns the order of all that follows it in the same paragraph, unless it is isolated."""
HOSTILE = f"\"><img src=x onerror=owned()><b>'&amp;`{OVERRIDE}gpj"
# What stands in a page's text beside an override that nothing isolates, and elements that no view of ours makes.
INTRUSIONS = f"""() => {{
  const found = [...document.querySelectorAll("img, b, script:not([type=module]), [onerror], [onclick]")]
    .map((element) => element.outerHTML.slice(0, 200));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {{
    let holder = text.parentElement;
    const isProgramsOwn = holder.closest(".xterm-rows > div") !== null;
    if (isProgramsOwn || !text.data.includes("{OVERRIDE}")) continue;
    const style = () => getComputedStyle(holder);
    const isolates = () => style().unicodeBidi !== "normal" || !style().display.startsWith("inline");
    while (!isolates() && holder.textContent === text.data) holder = holder.parentElement;
    if (!isolates() || holder.textContent !== text.data) found.push(holder.outerHTML.slice(0, 200));
  }}
  return found;
}}"""


async def see_nothing_else(phone: BrowserPhone, text: str = HOSTILE, part: str = "") -> None:
    """Wait until a part of the screen shows the text as it is, and look at all of the page."""
    await expect(phone.part(part) if part else phone.page.locator("body")).to_contain_text(text)
    assert await phone.page.evaluate(INTRUSIONS) == []
    await expect(phone.page).to_have_title("Loopsy")


async def test_text_of_others_stays_text_on_every_screen(phone: BrowserPhone, daemon: Daemon) -> None:
    (daemon.user_home / f"{HOSTILE}\n\x1b[2J").mkdir()
    program = (
        f"printf '\\033]2;%s\\001title\\007%s\\n' {quote(HOSTILE)} {quote('last ' + HOSTILE)};"
        f"printf '\\033]8;;https://tides.example/%s\\033\\\\there\\033]8;;\\033\\\\ %s\\n' '?<b>\"x' {quote(HOSTILE)};"
        "exec sleep 1000"
    )
    async with await daemon.client() as client:
        command = messages.CommandsSave(id=client.next_id(), label=HOSTILE, arguments=["echo", HOSTILE, "a\"b'c"])
        await client.request(command)
        opened = messages.Open(
            id=client.next_id(), agent="shell", name=HOSTILE, cols=90, rows=20, command=["sh", "-c", program]
        )
        await client.request(opened)
    await see_nothing_else(phone, part="session-card")
    await phone.part("session-menu").tap()
    await see_nothing_else(phone, part="session-details")
    await phone.close_sheet("session-sheet")

    await phone.part("new-session").tap()
    await see_nothing_else(phone, part="commands")
    await phone.part("commands-arrange").tap()
    await see_nothing_else(phone, part="command-arranged")
    await phone.part("command-edit").tap()
    await see_nothing_else(phone, part="command-arguments")
    await phone.part("sheet-back").tap()
    await phone.part("new-directory").tap()
    await see_nothing_else(phone, part="directories")
    await phone.part("directory").filter(has_text=HOSTILE).tap()
    await expect(phone.part("directory-up")).to_be_visible()
    await see_nothing_else(phone, part="directory-sheet")
    await phone.close_sheet("directory-sheet")

    await phone.open_session(HOSTILE)
    await see_nothing_else(phone)
    await phone.page.touchscreen.tap(*(await spot_of(phone, "there")).middle)
    await expect(phone.part("link-sheet")).to_be_visible()
    assert await phone.page.evaluate(INTRUSIONS) == []
    await phone.part("link-cancel").tap()
    await phone.part("keys-toggle").tap()
    await phone.part("files-any-input").set_input_files({"name": HOSTILE, "mimeType": "text/plain", "buffer": b"seven"})
    await see_nothing_else(phone, HOSTILE.replace(OVERRIDE, "\ufffd"), "transfer-name")
    await phone.send_line(HOSTILE)
    await phone.part("keys-toggle").tap()
    await phone.part("composer-history").tap()
    await see_nothing_else(phone, part="history-list")
    await phone.part("sheet-close").tap()
    await phone.part("text-view").tap()
    await expect(phone.part("text-view-content")).to_contain_text(HOSTILE)
    assert await phone.page.locator("img, b, [onerror]").count() == 0
