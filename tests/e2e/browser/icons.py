"""Draws the app's icons from its one SVG: `python -m tests.e2e.browser.icons` writes them to webapp/public."""

import asyncio
from pathlib import Path
from typing import Final

from playwright.async_api import async_playwright

from tests.support.browser import CHROMIUM

PUBLIC: Final = Path(__file__).resolve().parents[3] / "webapp" / "public"
GROUND: Final = "#0b0e14"
SAFE_ZONE: Final = 0.8
"""A launcher may cut a maskable icon down to a circle of this part of its width."""


async def main() -> None:
    """Write every icon that a launcher asks for as pixels."""
    drawing = (PUBLIC / "icon.svg").read_text(encoding="utf-8")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page()

        async def draw(name: str, pixels: int, *, is_full: bool) -> None:
            """Draw one icon; a full one has no corners of its own, and keeps its drawing where no launcher cuts."""
            inside = round(pixels * SAFE_ZONE) if is_full else pixels
            ground = GROUND if is_full else "transparent"
            await page.set_viewport_size({"width": pixels, "height": pixels})
            await page.set_content(
                f"<style>body {{margin: 0; display: grid; place-items: center; height: 100vh; background: {ground}}}"
                f"svg {{width: {inside}px; height: {inside}px}}</style>{drawing}"
            )
            await page.screenshot(path=PUBLIC / name, omit_background=True)
            print(f"{name}  {(PUBLIC / name).stat().st_size} bytes")

        await draw("icon-192.png", 192, is_full=False)
        await draw("icon-512.png", 512, is_full=False)
        await draw("icon-maskable-512.png", 512, is_full=True)
        await draw("icon-apple-180.png", 180, is_full=True)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
