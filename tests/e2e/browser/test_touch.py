"""The terminal under fingers: selection, links, the clipboard, search, the soft keyboard, swipes; and without them."""

import re

import pytest
from playwright.async_api import expect

from loopsy_daemon.wire import messages
from tests.support.browser import BrowserPhone, Chromium
from tests.support.browser_touch import Fingers, spot_of
from tests.support.daemon import Daemon

LINKS = (
    r"printf '\033]8;;https://tides.example/real\033\\https://bank.example/in\033]8;;\033\\\n"
    r"see https://tides.example/high.\nmarker%s\n' /alpha/beta.txt"
)
KEYBOARD_PIXELS = 300
COVER = """height => {
  Object.defineProperty(visualViewport, "height", {configurable: true, get: () => innerHeight - height});
  visualViewport.dispatchEvent(new Event("resize"));
}"""
COUNT_FLASHES = """() => {
  window.flashes = 0;
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (...rest) {
    if (this.matches(".stage")) window.flashes += 1;
    return animate.apply(this, rest);
  };
}"""


async def clipboard(phone: BrowserPhone) -> str:
    await phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return str(await phone.page.evaluate("navigator.clipboard.readText()"))


async def hold(phone: BrowserPhone, fingers: Fingers, text: str) -> None:
    """Press a finger on a text until it is selected."""
    await fingers.press((await spot_of(phone, text)).middle)
    await expect(phone.part("selection-copy")).to_be_visible()
    await fingers.lift()


async def test_fingers_select_words_and_open_links_that_say_where_they_lead(shell: BrowserPhone) -> None:
    fingers = await Fingers.on(shell)
    await shell.run(LINKS, "marker/alpha/beta.txt\n")
    await hold(shell, fingers, "beta")
    await shell.part("selection-copy").tap()
    await expect(shell.part("notice")).to_have_text("Copied 21 characters.")
    assert await clipboard(shell) == "marker/alpha/beta.txt"
    await expect(shell.part("selection")).to_have_count(0)
    await hold(shell, fingers, "beta")
    handle = await shell.part("selection-end").bounding_box()
    assert handle is not None
    grip = (handle["x"] + 30, handle["y"] + 10)
    end, alpha = (await spot_of(shell, "beta.txt")).end, (await spot_of(shell, "alpha")).end
    await fingers.drag((grip, (grip[0] + alpha[0] - end[0], grip[1])))
    await shell.part("selection-copy").tap()
    await expect(shell.part("notice")).to_have_text("Copied 12 characters.")
    assert await clipboard(shell) == "marker/alpha"

    await shell.page.touchscreen.tap(*(await spot_of(shell, "tides.example/high")).middle)
    await expect(shell.part("link-target")).to_have_text("https://tides.example/high")
    await expect(shell.part("link-disguise")).to_have_count(0)
    await shell.part("link-cancel").tap()
    disguised = (await spot_of(shell, "bank.example")).middle
    await shell.page.touchscreen.tap(*disguised)
    await expect(shell.part("link-sheet")).to_contain_text("It leads to tides.example")
    await expect(shell.part("link-disguise")).to_contain_text("https://bank.example/in")
    opens = shell.part("link-open")
    await expect(opens).to_have_attribute("href", "https://tides.example/real")
    await expect(opens).to_have_attribute("rel", "noopener noreferrer")
    await shell.part("link-cancel").tap()
    # A program that follows the mouse gets the tap; a long press is still the reader's own.
    await shell.run(r"printf '\033[?1000h'; stty -icanon -echo; echo follows-$((1+1)); cat -v", "follows-2\n")
    await shell.page.touchscreen.tap(*(await spot_of(shell, "bank.example")).middle)
    await shell.read("^[[M")
    await expect(shell.part("link-sheet")).to_have_count(0)
    await hold(shell, fingers, "bank.example")
    await shell.part("selection-link").tap()
    await expect(shell.part("link-target")).to_have_text("https://tides.example/real")


@pytest.mark.thorough
async def test_a_program_writes_to_the_clipboard_only_with_consent(shell: BrowserPhone) -> None:
    async def copy(text: str) -> None:
        await shell.run(
            rf"printf '\033]52;c;%s\007' $(printf '{text}' | base64); echo wrote-$((1+1))-{text[:1]}",
            f"wrote-2-{text[:1]}\n",
        )

    await shell.page.evaluate("navigator.clipboard.writeText('mine')")
    await copy("a-first")
    await expect(shell.part("clipboard-preview")).to_have_text("a-first")
    await shell.part("clipboard-refuse").tap()
    await copy("b-second")
    await expect(shell.part("clipboard-ask")).to_have_count(0)
    assert await clipboard(shell) == "mine"
    await shell.page.reload()  # the app forgets what was said when it is left
    await shell.see_health("good")
    await copy("c-third\\nline")
    await expect(shell.part("clipboard-preview")).to_have_text("c-third⏎line")
    await shell.part("clipboard-allow").tap()
    await expect(shell.part("notice")).to_have_text("Copied 12 characters.")
    await copy("d-fourth")
    await expect(shell.part("notice")).to_have_text("Copied 8 characters.")
    await expect(shell.part("clipboard-ask")).to_have_count(0)
    assert await clipboard(shell) == "d-fourth"


async def test_search_in_the_terminal_and_in_its_text_and_the_prompt_above_the_keyboard(shell: BrowserPhone) -> None:
    await shell.run("for i in $(seq 300); do echo row $i; done", "row 300\n")
    rows = shell.part("terminal").locator(".xterm-rows")
    await shell.part("terminal-more").tap()
    await shell.part("menu-search").tap()
    await shell.part("search-input").fill("row 12")
    await expect(shell.part("search-count")).to_have_text("11/11")
    await expect(rows).to_contain_text("row 129")
    await shell.part("search-next").tap()
    await expect(shell.part("search-count")).to_have_text("1/11")
    await expect(rows).to_contain_text(re.compile(r"row 12\D"))
    await shell.part("search-previous").tap()
    await shell.part("search-previous").tap()
    await expect(shell.part("search-count")).to_have_text("10/11")
    await shell.part("search-close").tap()
    await shell.part("text-view").tap()
    await shell.part("text-view-search").tap()
    await shell.part("search-input").fill("ROW 30")
    await expect(shell.part("search-count")).to_have_text("2/2")
    marked = shell.part("text-view-content").locator("mark[data-present=true]")
    await expect(marked).to_be_in_viewport()
    await shell.part("search-previous").tap()
    await expect(shell.part("search-count")).to_have_text("1/2")
    await expect(marked).to_be_in_viewport()
    await shell.part("search-case").tap()
    await expect(shell.part("search-count")).to_have_text("None")
    text = await shell.part("text-view-content").text_content()
    await shell.part("text-view-copy").tap()
    await expect(shell.part("notice")).to_contain_text("Copied")
    assert text is not None
    assert await clipboard(shell) == text.rstrip()

    await shell.part("text-view-close").tap()
    await the_prompt_is_above_the_keyboard(shell)


async def the_prompt_is_above_the_keyboard(shell: BrowserPhone) -> None:
    """Cover the lower part of the screen: programs keep their size."""
    await shell.run("for i in $(seq 40); do echo fill $i; done; trap 'echo resized' WINCH", "fill 40\n")
    await shell.part("composer-input").tap()
    await shell.page.evaluate(COVER, KEYBOARD_PIXELS)
    await expect(shell.page.locator("html")).to_have_class(re.compile("keyboard-open"))
    height = await shell.page.evaluate("innerHeight")
    bottom = height - KEYBOARD_PIXELS
    controls = await shell.part("composer-send").bounding_box()
    stage = await shell.page.locator(".stage").bounding_box()
    assert controls is not None
    assert stage is not None
    assert controls["y"] + controls["height"] <= bottom
    cursor = await shell.part("terminal").locator(".xterm-cursor").bounding_box()
    assert cursor is not None
    assert stage["y"] <= cursor["y"]
    assert cursor["y"] + cursor["height"] <= stage["y"] + stage["height"]
    await shell.page.evaluate(COVER, 0)
    await expect(shell.page.locator("html")).not_to_have_class(re.compile("keyboard-open"))
    assert "\nresized\n" not in await shell.run("echo still-$((1+1))", "still-2\n")


@pytest.mark.thorough
async def test_swipes_lead_to_the_neighbour_and_back_and_the_bell_is_seen(phone: BrowserPhone, daemon: Daemon) -> None:
    async with await daemon.client() as client:
        for name in ("first", "second"):
            await client.request(messages.Open(id=client.next_id(), agent="shell", name=name, cols=60, rows=20))
    await phone.open_session("first")
    title = phone.page.locator(".terminal-screen .bar-title")
    fingers = await Fingers.on(phone)
    await fingers.drag(((300, 200), (180, 205)), ((340, 260), (220, 262)))
    await expect(title).to_have_text("second")
    await fingers.drag(((100, 200), (220, 205)), ((140, 260), (260, 262)))
    await expect(title).to_have_text("first")
    await phone.page.evaluate(COUNT_FLASHES)
    await phone.run(r"for i in $(seq 500); do printf '\a'; done; echo rang-$((1+1))", "rang-2\n")
    assert 1 <= await phone.page.evaluate("flashes") <= 4, "seen, and not without end"
    await fingers.drag(((4, 300), (60, 303)))
    await expect(title).to_be_visible()
    await fingers.drag(((4, 300), (200, 303)))
    await expect(phone.part("machine-screen")).to_be_visible()
    await expect(title).to_have_count(0)


@pytest.mark.thorough
async def test_on_a_desk_the_list_is_beside_and_the_keyboard_has_all_keys(chromium: Chromium, daemon: Daemon) -> None:
    async with await daemon.client() as client, chromium.phone("Desktop Chrome") as desk:
        started = await client.request(messages.PairStart(id=client.next_id()))
        assert isinstance(started, messages.PairStarted)
        for name in ("first", "second"):
            await client.request(messages.Open(id=client.next_id(), agent="shell", name=name, cols=60, rows=20))
        await desk.visit(started.url)
        await desk.part("code-input").fill(started.code)
        await desk.part("pair-submit").click()
        await desk.see_health("good")
        await desk.part("new-sheet").get_by_test_id("sheet-close").click()
        await desk.part("session-card").filter(has_text="first").click()
        await expect(desk.part("session-card")).to_have_count(2)
        await desk.part("session-card").filter(has_text="second").click()
        await expect(desk.page.locator(".terminal-screen .bar-title")).to_have_text("second")
        await expect(desk.page.get_by_role("toolbar")).to_have_count(0)
        keyboard = desk.page.keyboard
        screen = desk.part("terminal").locator(".xterm-rows")
        await keyboard.type("stty -icanon -echo -isig; printf '%s' 'ready'-; cat -v\n")
        await expect(screen).to_contain_text("ready-")
        for key in ("Control+c", "Alt+b", "F5", "Control+ArrowLeft", "PageUp", "Shift+Tab"):
            await keyboard.press(key)
        await expect(screen).to_contain_text("ready-^C^[b^[[15~^[[1;5D^[[5~^[[Z")
        await desk.page.mouse.dblclick(*(await spot_of(desk, "ready-")).middle)
        await keyboard.press("Control+c")
        await expect(desk.part("notice")).to_contain_text("Copied")
        await keyboard.press("Control+c")
        await expect(screen).to_contain_text("^[[Z^C")
        await keyboard.press("Control+Shift+f")
        await expect(desk.part("search-input")).to_be_focused()
        await keyboard.type("ready")
        await keyboard.press("Escape")
        await expect(desk.part("search")).to_have_count(0)
        await desk.page.go_back()
        await expect(desk.part("terminal")).to_have_count(0)
