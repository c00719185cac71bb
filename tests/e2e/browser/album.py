"""Pictures of the app at each stop of a tour, in each look."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from playwright.async_api import expect

from tests.support.browser import BrowserPhone

Look = Literal["dark", "light"]
LOOKS: Final[tuple[Look, ...]] = ("dark", "light")
PROFILES: Final = ("iPhone SE", "iPhone 15", "Pixel 7", "iPad (gen 7)", "Desktop Chrome")
"""The names of Playwright's devices; the first is the smallest phone that there is, 320 pixels wide."""

STILL: Final = """async () => {
  await Promise.all(document.getAnimations().map((one) => one.finished.catch(() => 0)));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const {scrollWidth, scrollHeight, clientWidth, clientHeight} = document.documentElement;
  return {fits: scrollWidth <= clientWidth && scrollHeight <= clientHeight};
}"""


def device_options(profile: str, scale: float) -> dict[str, Any]:
    """Return what a browser context is asked for; `scale` is how many pixels are drawn for one."""
    return {
        "device": profile,
        "reduced_motion": "reduce",
        "device_scale_factor": 1 if profile.startswith("Desktop") else scale,
    }


@dataclass(frozen=True, slots=True)
class Album:
    """The pictures of one device, each in a file `NUMBER-NAME-LOOK.png` of its directory."""

    phone: BrowserPhone
    directory: Path
    looks: Sequence[Look] = LOOKS

    async def take(self, name: str) -> None:
        """Take what the device shows, once nothing moves any more; fails if it does not fit the screen."""
        number = len(self.names())
        for look in self.looks:
            await self.phone.page.emulate_media(color_scheme=look)
            await expect(self.phone.page.locator("html")).to_have_attribute("data-look", look)
            seen = await self.phone.page.evaluate(STILL)
            assert seen["fits"], f"{name} is larger than the screen"
            path = self.directory / f"{number:02}-{name}-{look}.png"
            await self.phone.page.screenshot(path=path, animations="disabled", caret="hide")

    def names(self) -> list[str]:
        """Return what was taken, in order."""
        taken = sorted(self.directory.glob(f"*-{self.looks[0]}.png"))
        return [path.stem.removesuffix(f"-{self.looks[0]}")[3:] for path in taken]

    def picture(self, name: str, look: Look) -> Path:
        """Return the file of a picture."""
        (found,) = self.directory.glob(f"[0-9][0-9]-{name}-{look}.png")
        return found
