"""Fingers on a page, which press, move and lift as a person's do; and where on the page they find a text."""

import asyncio
from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession

from tests.support.browser import BrowserPhone

_STEPS = 6
_FRAME_SECONDS = 0.016
_REST_SECONDS = 0.1
"""A finger that leaves while it moves throws: Chromium takes the next tap as a hand that stops the movement."""

_PLACE = """(rows, text) => {
  let found = null;
  for (const row of rows.children) {
    const index = row.textContent.lastIndexOf(text);
    if (index < 0) continue;
    const range = document.createRange();
    const at = (place) => {
      let left = place;
      const nodes = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
      for (let node = nodes.nextNode(); node !== null; node = nodes.nextNode()) {
        if (left <= node.data.length) return [node, left];
        left -= node.data.length;
      }
      return [row, row.childNodes.length];
    };
    range.setStart(...at(index));
    range.setEnd(...at(index + text.length));
    const {left, right, top, bottom} = range.getBoundingClientRect();
    found = {left, right, top, bottom};
  }
  return found;
}"""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a text is in the window, in pixels."""

    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        """Return the place in its middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def end(self) -> tuple[float, float]:
        """Return a place on its last character."""
        return self.right - 2, (self.top + self.bottom) / 2


async def spot_of(phone: BrowserPhone, text: str) -> Spot:
    """Return where the terminal's screen shows a text, the last time if it does several times."""
    found: Any = await phone.part("terminal").locator(".xterm-rows").evaluate(_PLACE, text)
    assert found is not None, f"the screen does not show {text!r}"
    return Spot(**found)


class Fingers:
    """One or two fingers on a phone's screen."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    @classmethod
    async def on(cls, phone: BrowserPhone) -> "Fingers":
        """Return fingers for this phone."""
        return cls(await phone.context.new_cdp_session(phone.page))

    async def press(self, *places: tuple[float, float]) -> None:
        """Put a finger on each of these places."""
        await self._send("touchStart", places)

    async def lift(self) -> None:
        """Take all fingers away."""
        await self._send("touchEnd", ())

    async def move(self, *ways: tuple[tuple[float, float], tuple[float, float]]) -> None:
        """Move each finger from where it is to another place, in steps of a frame."""
        for step in range(1, _STEPS + 1):
            share = step / _STEPS
            places = [
                (from_x + (to_x - from_x) * share, from_y + (to_y - from_y) * share)
                for (from_x, from_y), (to_x, to_y) in ways
            ]
            await self._send("touchMove", places)
            await asyncio.sleep(_FRAME_SECONDS)

    async def drag(self, *ways: tuple[tuple[float, float], tuple[float, float]]) -> None:
        """Press, move, rest and lift."""
        await self.press(*(begin for begin, _ in ways))
        await self.move(*ways)
        await asyncio.sleep(_REST_SECONDS)
        await self._send("touchMove", [end for _, end in ways])
        await self.lift()

    async def _send(self, kind: str, places: Any) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        await self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
