"""Every screen on small, large, upright and turned phones, dark and light: nothing cut off, too small or too pale."""

from typing import Any, Literal

import pytest
from playwright.async_api import ViewportSize, expect

from loopsy_daemon.wire import messages
from tests.support.browser import BrowserPhone, Chromium
from tests.support.daemon import Daemon

VIEWPORTS = [(320, 568), (568, 320), (390, 844), (844, 390)]
SHORTEST: ViewportSize = {"width": 568, "height": 320}
MIN_TARGET_PIXELS = 44
MIN_INPUT_FONT_PIXELS = 16
MIN_CONTRAST = 4.5  # WCAG 2.2 §1.4.3, AA

MEASURE = """() => {
  const shown = (element) => element.checkVisibility({opacityProperty: true, visibilityProperty: true});
  const name = (element) => element.dataset.testid ?? element.getAttribute("aria-label") ?? element.textContent;
  const root = document.documentElement;
  const boxes = [...document.querySelectorAll("button, input, select, summary, textarea")]
    .filter((element) => shown(element) && !element.closest("[data-testid=terminal]"))
    .map((element) => {
      const {left, top, right, bottom, width, height} = element.getBoundingClientRect();
      return {name: name(element), tag: element.localName, left, top, right, bottom, width, height,
              fontPixels: parseFloat(getComputedStyle(element).fontSize)};
    });

  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = (colour) => {
    const [red, green, blue] = [...rgba(colour)].slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const {backgroundColor} = getComputedStyle(at);
      if (rgba(backgroundColor)[3] === 255) return backgroundColor;
    }
    return getComputedStyle(root).backgroundColor;
  };
  const pale = [...document.querySelectorAll("#app *")]
    .filter((element) => shown(element) && !element.closest("[data-testid=terminal], :disabled, svg"))
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ""))
    .map((element) => {
      const colours = [getComputedStyle(element).color, ground(element)];
      const [low, high] = colours.map(luminance).sort((left, right) => left - right);
      return {text: element.textContent, contrast: (high + 0.05) / (low + 0.05)};
    });
  return {boxes, pale, width: root.clientWidth, height: root.clientHeight,
          scrollWidth: root.scrollWidth, scrollHeight: root.scrollHeight,
          overflowing: [...document.querySelectorAll("main, main > *")]
            .filter((element) => element.scrollWidth > element.clientWidth + 1 && !element.matches(".stage"))
            .map((element) => element.className)};
}"""


async def measure(phone: BrowserPhone, width: int, height: int) -> dict[str, Any]:
    await phone.page.set_viewport_size({"width": width, "height": height})
    await phone.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    measured = await phone.page.evaluate(MEASURE)
    assert isinstance(measured, dict)
    return measured


async def check_screen(phone: BrowserPhone) -> None:
    for width, height in VIEWPORTS:
        where = f"{width}x{height}"
        seen = await measure(phone, width, height)
        assert (seen["width"], seen["height"]) == (width, height)
        assert (seen["scrollWidth"], seen["scrollHeight"]) == (width, height), where
        assert seen["overflowing"] == [], where
        assert seen["boxes"]
        for box in seen["boxes"]:
            assert box["left"] >= 0, f"{where} {box}"
            assert box["right"] <= width, f"{where} {box}"
            if box["tag"] == "button":
                assert min(box["width"], box["height"]) > MIN_TARGET_PIXELS - 0.01, f"{where} {box}"
            if box["tag"] in ("input", "select", "textarea"):
                assert box["fontPixels"] >= MIN_INPUT_FONT_PIXELS, f"{where} {box}"
                assert box["height"] >= MIN_TARGET_PIXELS, f"{where} {box}"
        assert seen["pale"]
        assert [text for text in seen["pale"] if text["contrast"] < MIN_CONTRAST] == [], where


@pytest.mark.parametrize("scheme", ["dark", pytest.param("light", marks=pytest.mark.thorough)])
async def test_every_screen(chromium: Chromium, daemon: Daemon, scheme: Literal["dark", "light"]) -> None:
    async with await daemon.client() as client, chromium.phone("iPhone SE", color_scheme=scheme) as phone:
        started = await client.request(messages.PairStart(id=client.next_id(), digits=8))
        assert isinstance(started, messages.PairStarted)
        await phone.visit(started.url)
        await expect(phone.part("code-input")).to_be_visible()
        await check_screen(phone)
        await phone.enter_code("0" * 8)
        await expect(phone.part("pair-error")).to_contain_text("4 tries")
        await check_screen(phone)
        await phone.enter_code(started.code)
        await expect(phone.part("missing-agents")).to_be_visible()
        await check_screen(phone)
        await phone.part("command-add").tap()
        await phone.part("command-line").fill("make 'a very long argument that has no room beside the others' | x")
        await check_screen(phone)
        await phone.part("sheet-back").tap()
        await phone.part("new-directory").tap()
        await expect(phone.part("directory-up")).to_be_visible()
        await check_screen(phone)
        await phone.close_sheet("directory-sheet")
        await expect(phone.part("sessions-empty")).to_be_visible()
        await check_screen(phone)
        await phone.open_shell()
        await check_screen(phone)
        await everything_is_on_screen(phone)
        await phone.part("keys-toggle").tap()
        await check_screen(phone)
        await phone.page.set_viewport_size(SHORTEST)
        await expect(phone.part("keys-toggle")).to_be_in_viewport(ratio=0.99)
        await phone.part("keys-toggle").tap()
        await phone.part("text-view").tap()
        await expect(phone.part("text-view-content")).to_be_visible()
        await check_screen(phone)
        await phone.part("text-view-close").tap()
        await phone.part("back").tap()
        await expect(phone.part("session-card")).to_be_visible()
        await check_screen(phone)
        await phone.part("session-menu").tap()
        await expect(phone.part("session-details")).to_be_visible()
        await check_screen(phone)
        await phone.close_sheet("session-sheet")
        await phone.part("back").tap()
        await expect(phone.part("machine-card")).to_be_visible()
        await check_screen(phone)
        await phone.part("settings-open").tap()
        await phone.part("settings-keys").tap()
        await check_screen(phone)


async def everything_is_on_screen(phone: BrowserPhone) -> None:
    for width, height in VIEWPORTS:
        seen = await measure(phone, width, height)
        below = [box for box in seen["boxes"] if box["bottom"] > height + 1 or box["top"] < -1]
        assert below == [], f"{width}x{height}"


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.thorough
async def test_states_that_need_words(chromium: Chromium, daemon: Daemon, scheme: Literal["dark", "light"]) -> None:
    async with chromium.phone("iPhone SE", color_scheme=scheme) as phone:
        await phone.pair(daemon)
        await phone.open_shell()
        await phone.part("terminal-more").tap()
        await expect(phone.part("menu-search")).to_be_visible()
        await check_screen(phone)
        await phone.part("menu-search").tap()
        await expect(phone.part("search-input")).to_be_visible()
        await check_screen(phone)
        await phone.part("search-close").tap()
        await daemon.stop()
        await phone.see_banner("device_offline")
        await phone.send_line("a long line that waits until the machine is back, and has no room beside the button")
        await expect(phone.part("undelivered")).to_be_visible()
        await check_screen(phone)
        await everything_is_on_screen(phone)
        await phone.part("back").tap()
        await check_screen(phone)
