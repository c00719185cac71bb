"""Puts all pictures of a tour on one sheet, device by device."""

import html
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Browser

from tests.e2e.browser.album import LOOKS, Album, Look

WIDTH_PIXELS: Final = 3_360
COLOURS: Final = 128
SHEET_MILLISECONDS: Final = 180_000  # it has some two hundred pictures
STYLE: Final = """
body {margin: 0; padding: 24px; background: #dfe4ec; color: #1a212d; font: 15px/1.4 system-ui, sans-serif}
h2 {margin: 20px 0 8px; font-size: 28px}
div {display: grid; gap: 10px; margin-bottom: 14px}
figure {margin: 0}
img {display: block; width: 100%; border-radius: 6px}
figcaption {text-align: center}
"""


def columns_of(album: Album) -> int:
    """Return how many pictures go in a row: all that are upright, half of those that are wide."""
    names = album.names()
    with Image.open(album.picture(names[0], LOOKS[0])) as first:
        return math.ceil(len(names) / 2) if first.width > first.height else len(names)


def figure(album: Album, name: str, look: Look) -> str:
    """Return one picture with its name."""
    source = album.picture(name, look).resolve().as_uri()
    return f'<figure><img src="{source}"><figcaption>{html.escape(name)}</figcaption></figure>'


def page_of(albums: Mapping[str, Album]) -> str:
    """Return the sheet as a page."""
    parts = [f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>"]
    for profile, album in albums.items():
        parts.append(f"<h2>{html.escape(profile)}</h2>")
        grid = f"grid-template-columns: repeat({columns_of(album)}, 1fr)"
        for look in LOOKS:
            figures = (figure(album, name, look) for name in album.names())
            parts.append(f'<div style="{grid}">{"".join(figures)}</div>')
    return "".join(parts)


def publish(picture: Path, target: Path) -> None:
    """Write a picture with a palette, which takes a third of the room and looks alike."""
    with Image.open(picture) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)


async def make_sheet(browser: Browser, albums: Mapping[str, Album], target: Path) -> None:
    """Write the sheet of all albums."""
    folder = next(iter(albums.values())).directory.parent
    page_file = folder / "sheet.html"
    page_file.write_text(page_of(albums), encoding="utf-8")
    page = await browser.new_page(viewport={"width": WIDTH_PIXELS, "height": 1_000})
    try:
        await page.goto(page_file.as_uri())
        await page.screenshot(path=folder / "sheet.png", full_page=True, timeout=SHEET_MILLISECONDS)
    finally:
        await page.close()
    publish(folder / "sheet.png", target)
