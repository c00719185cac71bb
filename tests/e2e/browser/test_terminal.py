"""A shell on a phone: what is typed arrives, what programs draw is seen."""

import re

import pytest
from playwright.async_api import expect

from tests.support.browser import BrowserPhone, Chromium
from tests.support.daemon import Daemon

PROMPT_AT_END = re.compile(r"[#$] ?$")
EDGE_POSITIONS = """rows => {
  const found = [];
  const texts = document.createTreeWalker(rows, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    const index = text.data.indexOf("|");
    if (index < 0) continue;
    const range = document.createRange();
    range.setStart(text, index);
    range.setEnd(text, index + 1);
    found.push(range.getBoundingClientRect().left);
  }
  return found;
}"""


@pytest.mark.parametrize("device", ["iPhone 13", pytest.param("Pixel 7", marks=pytest.mark.thorough)])
async def test_from_the_link_to_a_shell(chromium: Chromium, daemon: Daemon, device: str) -> None:
    async with chromium.phone(device) as phone:
        await phone.pair(daemon)
        await expect(phone.part("sessions-empty")).to_contain_text("Nothing runs here")
        await phone.open_shell()
        assert "composed-42\n" in await phone.run("echo composed-$((40+2))", "composed-42")
        await expect(phone.part("terminal").locator(".xterm-cursor")).to_be_visible()
        await phone.part("keyboard-toggle").tap()
        await expect(phone.part("keyboard-toggle")).to_have_attribute("aria-pressed", "true")
        await phone.page.keyboard.type("echo typed-$((50+5))\n")
        assert "typed-55\n" in await phone.read("typed-55")
        await phone.part("back").tap()
        card = phone.part("session-card")
        await expect(card).to_have_count(1)
        await expect(card).to_contain_text("shell")
        await phone.open_session("shell")
        await phone.read("typed-55")


async def test_colours_of_ls_and_wide_characters(shell: BrowserPhone, daemon: Daemon) -> None:
    (daemon.user_home / "folder").mkdir()
    program = daemon.user_home / "program"
    program.touch(mode=0o755)
    (daemon.user_home / "終わり.txt").touch()
    # The line by itself: the command that prints it is on the screen before.
    listing = await shell.run("ls --color=always; printf '\\033[31mplain-red\\033[0m\\n'", re.compile("\nplain-red\n"))
    assert "終わり.txt" in listing
    cells = shell.part("terminal").locator(".xterm-rows span")

    async def colour(text: str) -> str:
        return str(
            await cells.filter(has_text=re.compile(f"^{text}$")).first.evaluate("e => getComputedStyle(e).color")
        )

    assert await colour("plain-red") == "rgb(242, 119, 122)"
    assert await colour("folder") == "rgb(156, 200, 255)", "bold blue is drawn bright"
    assert await colour("program") == "rgb(178, 232, 171)", "bold green is drawn bright"


@pytest.mark.thorough
async def test_wide_characters_take_two_cells(shell: BrowserPhone) -> None:
    # the program asks its terminal where the cursor is: the daemon's answer and the app's drawing must agree
    await shell.run(
        r"printf '終わり' && IFS=';' read -rsdR -p $'\e[6n' row column; echo; echo column-$column", "column-7"
    )
    await shell.run(r"clear; printf '終わり|\nabcdef|\n'", re.compile("\nabcdef\\|\n"))
    edges = await shell.part("terminal").locator(".xterm-rows").evaluate(EDGE_POSITIONS)
    assert len(edges) == 2
    assert edges[0] == pytest.approx(edges[1], abs=0.6)


@pytest.mark.thorough
async def test_less_scrolls_by_arrows_of_the_key_bar(shell: BrowserPhone) -> None:
    await shell.type_keys("seq 1 300 > numbers; less numbers\n")
    assert (await shell.read(re.compile(r"^1\n2\n3\n"))).endswith("numbers")
    await shell.tap_key("down", "down", "down", "up")
    await shell.read(re.compile(r"^3\n4\n5\n"))
    await shell.type_keys("G")
    await shell.read("300\n")
    await shell.type_keys("q")
    await shell.read(PROMPT_AT_END)


async def test_an_arrow_repeats_while_it_is_held(shell: BrowserPhone) -> None:
    await shell.type_keys("seq 1 300 > numbers; less numbers\n")
    await shell.read(re.compile(r"^1\n2\n3\n"))
    top_row = shell.part("terminal").locator(".xterm-rows > div").first
    await shell.part("key-down").dispatch_event("pointerdown", {"button": 0, "pointerType": "touch"})
    await expect(top_row).to_have_text(re.compile(r"^\d{2,3}\s*$"))
    await shell.part("key-down").dispatch_event("pointerup", {"button": 0, "pointerType": "touch"})
    await shell.type_keys("=")  # answered after every arrow before it
    position = re.search(r"numbers lines (\d+)-", await shell.read(re.compile(r"numbers lines \d+-")))
    assert position is not None
    stopped_at = int(position[1])
    await shell.tap_key("up")
    await expect(top_row).to_have_text(re.compile(rf"^{stopped_at - 1}\s*$"))


async def test_vim_by_keys_arrows_and_escape(shell: BrowserPhone, daemon: Daemon) -> None:
    poem = daemon.user_home / "poem.txt"
    poem.write_text("first\nlast\n")
    await shell.type_keys("vim poem.txt\n")
    await shell.read(re.compile(r"^first\nlast\n~"))
    await shell.tap_key("down")
    await shell.type_keys("O")
    await shell.read("-- INSERT --")
    await shell.type_keys("middle ")
    await shell.page.keyboard.insert_text("終わり")  # what an input method commits
    await shell.tap_key("esc")
    await shell.read(re.compile(r"^first\nmiddle 終わり\nlast\n"))
    await shell.type_keys(":w\n")
    await shell.read("written")
    assert poem.read_text() == "first\nmiddle 終わり\nlast\n"
    await shell.type_keys("dd:q!\n")
    await shell.read(PROMPT_AT_END)
    assert poem.read_text() == "first\nmiddle 終わり\nlast\n"


@pytest.mark.thorough
async def test_htop_draws_itself_and_leaves(shell: BrowserPhone) -> None:
    before = await shell.run("echo before-$((1+1))", "before-2\n")
    await shell.type_keys("htop\n")
    await shell.read(re.compile(r"Tasks:.*PID", re.DOTALL))
    await shell.type_keys("q")
    assert (await shell.read(re.compile(r"before-2\n[^\n]*htop\n[^\n]*[#$] ?$"))).startswith(before[:40])


async def test_control_sticks_for_one_key_or_until_released(shell: BrowserPhone) -> None:
    control = shell.part("key-ctrl")
    await shell.send_line("sleep 100; echo status-$?")
    await shell.read("sleep 100")
    await shell.focus_terminal()
    await control.tap()
    await expect(control).to_have_attribute("data-sticky", "once")
    await shell.page.keyboard.type("c")
    await shell.read(re.compile(r"\^C"))
    await expect(control).to_have_attribute("data-sticky", "off")
    await control.dblclick()
    await expect(control).to_have_attribute("data-sticky", "locked")
    # Keys that arrive before the shell has handed its terminal over are echoed in another order.
    await shell.run("echo cooked-$((1+1)); cat -v", "cooked-2")
    await shell.type_keys("ga")
    await shell.read(re.compile(r"\^G\^A"))
    await expect(control).to_have_attribute("data-sticky", "locked")
    await shell.type_keys("c")
    await shell.read(PROMPT_AT_END)
    await control.tap()
    await expect(control).to_have_attribute("data-sticky", "off")
