"""Writing: input methods in the terminal, and the composer with its drafts, history, snippets, pastes and dictation."""

import asyncio
import re
import time
from pathlib import Path

import pytest
from playwright.async_api import CDPSession, expect

from tests.support.browser import BrowserPhone, Chromium
from tests.support.daemon import Daemon

TERMINAL_INPUT = ".xterm-helper-textarea"
PASTE = """([selector, text]) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  document.querySelector(selector).dispatchEvent(event);
}"""
RECOGNISER = """
window.SpeechRecognition = window.webkitSpeechRecognition = class {
  start() {
    window.recogniser = this;
    this.onstart();
  }
  stop() {
    this.onend();
  }
  abort() {}
  hears(transcript) {
    this.onresult({ results: [[{ transcript }]] });
  }
};
"""
"""Speaks the standard interface of recognisers; hearing is the browser's part, and this browser has none."""


class InputMethod:
    """Writes into what is focused as an input method does: provisional texts, then the final one."""

    def __init__(self, devtools: CDPSession) -> None:
        self._devtools = devtools

    async def compose(self, *texts: str, replaced: tuple[int, int] | None = None) -> None:
        """Show provisional texts one after the other, at first in place of what stands from `replaced` to its end."""
        for text in texts:
            place = {"selectionStart": len(text), "selectionEnd": len(text)}
            if replaced is not None:
                place |= {"replacementStart": replaced[0], "replacementEnd": replaced[1]}
                replaced = None
            await self._devtools.send("Input.imeSetComposition", {"text": text, **place})

    async def commit(self, text: str) -> None:
        """Make the provisional text this one, for good; without any, just write it."""
        await self._devtools.send("Input.insertText", {"text": text})


async def has_content(path: Path, content: str) -> None:
    """Wait until the program has written this, and nothing else, to a file."""
    deadline = time.monotonic() + 15
    while not path.exists() or path.read_bytes() != content.encode():
        assert time.monotonic() < deadline, path.read_bytes() if path.exists() else "no file"
        await asyncio.sleep(0.02)


async def test_a_program_receives_what_input_methods_mean_once(shell: BrowserPhone, daemon: Daemon) -> None:
    typed = daemon.user_home / "typed"
    method = InputMethod(await shell.context.new_cdp_session(shell.page))
    await shell.send_line("stty raw -echo isig; printf 'ready'-; cat > typed")
    await shell.read("ready-")
    await shell.focus_terminal()
    await method.compose("k", "か", "かn", "かん", "かんj", "かんじ", "漢字", "感じ")
    await expect(shell.part("preedit")).to_have_text("感じ")
    await method.commit("感じ")
    await expect(shell.part("preedit")).to_be_hidden()
    await method.compose("n", "ni", "ni h", "ni hao")
    await method.commit("你好")
    await method.compose("l", "ls")  # Enter takes the letters as they are
    await method.commit("ls")
    await shell.page.keyboard.press("Enter")
    for syllable in (["ㅎ", "하", "한"], ["ㄱ", "구", "국"]):
        await method.compose(*syllable)
        await method.commit(syllable[-1])
    await method.compose("\u00b4")
    await method.commit("é")
    await method.compose("w", "wo")
    await shell.tap_key("left")  # a key ends what was being written
    await shell.page.keyboard.type("end.")
    await has_content(typed, "感じ你好ls\r한국éwo\x1b[Dend.")
    await shell.tap_key("ctrl")
    await method.compose("c")  # a modifier makes a key of a letter, composed or not
    await shell.read("# ")

    corrected = daemon.user_home / "corrected"
    await shell.send_line("stty sane")
    await shell.run("printf 'lines'-; cat > corrected", "lines-")
    await shell.focus_terminal()
    await method.commit("say teh")
    await method.compose("the", replaced=(4, 7))  # a suggestion replaces the word that was typed
    await method.commit("the")
    await method.commit(" ")
    await method.commit("word")
    await shell.page.keyboard.press("Backspace")
    await shell.page.keyboard.press("Enter")
    await has_content(corrected, "say the wor\n")


@pytest.mark.thorough
async def test_on_android_an_editor_hears_each_letter_of_a_word(chromium: Chromium, daemon: Daemon) -> None:
    async with chromium.phone("Pixel 7", locale="de-DE") as phone:
        await phone.pair(daemon)
        await phone.open_shell()
        method = InputMethod(await phone.context.new_cdp_session(phone.page))
        await phone.send_line("stty raw -echo isig; printf 'ready'-; cat > typed")
        await phone.read("ready-")
        await phone.focus_terminal()
        await method.compose("t", "te", "teh")
        await has_content(daemon.user_home / "typed", "teh")
        await method.commit("the")
        await method.commit(" ")
        await has_content(daemon.user_home / "typed", "teh\x7f\x7fhe ")


async def test_the_composer_keeps_recalls_inserts_and_dictates(shell: BrowserPhone) -> None:
    field = shell.part("composer-input")
    await shell.run("echo first-$((1+1))", "first-2\n")
    await shell.page.evaluate(PASTE, [TERMINAL_INPUT, "echo one-$((1+1))\x1b\r\necho two-$((1+1))\nthree\nfour\n"])
    await expect(shell.part("paste-question")).to_contain_text("Paste 4 lines?")
    await expect(shell.part("paste-lines")).to_have_text("echo one-$((1+1))\necho two-$((1+1))\nthree")
    await expect(shell.part("paste-rest")).to_have_text("and 1 line more")
    await expect(shell.page.get_by_text("1 control character was left out.")).to_be_visible()
    await shell.part("paste-compose").tap()
    await expect(field).to_have_value("echo one-$((1+1))\necho two-$((1+1))\nthree\nfour\n")

    await field.fill("echo kept-$((1+1))")
    await shell.part("back").tap()
    await shell.open_session("shell")
    await expect(field).to_have_value("echo kept-$((1+1))")
    await shell.context.add_init_script(RECOGNISER)
    await shell.page.reload()
    await shell.see_health("good")
    await expect(field).to_have_value("echo kept-$((1+1))")
    await field.press("Shift+Enter")
    await field.press_sequentially("echo sent-$((1+1))")
    await field.press("Enter")
    await shell.read("kept-2\n")
    await shell.read("sent-2\n")
    await expect(field).to_have_value("")
    await field.press("ArrowUp")
    await expect(field).to_have_value("echo kept-$((1+1))\necho sent-$((1+1))")
    await field.press("ArrowUp")
    await expect(field).to_have_value("echo first-$((1+1))")
    await field.press("ArrowDown")
    await field.press("Control+End")
    await field.press("ArrowDown")
    await expect(field).to_have_value("")

    await shell.part("keys-toggle").tap()
    await shell.part("composer-snippets").tap()
    await shell.part("snippets-edit").tap()
    await shell.part("snippet-add").tap()
    await shell.part("snippet-name").fill("Sum")
    await shell.part("snippet-text").fill("echo sum-$((3+4))")
    await shell.part("snippet-save").tap()
    await shell.part("snippets-edit").tap()
    await shell.part("snippet-entry").tap()
    await expect(field).to_have_value("echo sum-$((3+4))")
    await expect(field).to_be_focused()
    await shell.part("composer-send-bare").tap()
    await expect(field).to_have_value("")
    await shell.read("# echo sum-$((3+4))")
    await shell.part("composer-send").tap()  # nothing but Enter
    await shell.read("sum-7\n")
    await shell.part("composer-history").tap()
    await shell.part("history-find").fill("FIRST")
    await shell.part("history-entry").tap()
    await expect(field).to_have_value("echo first-$((1+1))")
    await shell.part("composer-send").hover()
    await shell.page.mouse.down()
    await expect(field).to_have_value("")  # held long enough
    await shell.page.mouse.up()
    await shell.read(re.compile(r"# echo first-\$\(\(1\+1\)\)\s*$"))
    await shell.part("composer-send").tap()

    await shell.part("keys-toggle").tap()
    await shell.part("keyboard-toggle").tap()
    await expect(shell.page.locator(TERMINAL_INPUT)).to_be_focused()
    await field.tap()
    await expect(shell.part("keyboard-toggle")).to_have_attribute("aria-pressed", "false")
    await shell.page.evaluate("document.activeElement.blur()")
    await shell.part("terminal").tap()  # leads to where such programs were typed into last
    await expect(field).to_be_focused()

    await field.fill("echo")
    await shell.part("voice-toggle").tap()
    await shell.page.evaluate("recogniser.hears('heard hyphen $((5+4)) comma')")
    await expect(shell.part("voice-heard")).to_contain_text("heard-$((5+4)),")
    await expect(field).to_have_value("echo")
    await shell.part("voice-toggle").tap()
    await expect(field).to_have_value("echo heard-$((5+4)),")
    await shell.part("composer-send").tap()
    await shell.read("heard-9,\n")
    await shell.part("voice-toggle").tap()
    await shell.page.evaluate("recogniser.onerror({ error: 'not-allowed' }); recogniser.onend()")
    await expect(shell.part("voice-failure")).to_contain_text("may not use the microphone")
