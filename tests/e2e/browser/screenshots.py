"""Takes the pictures of the documents with real parts: `python -m tests.e2e.browser.screenshots [PROFILE…]`.

All pictures of every device are written to build/pictures. With all profiles, the default, docs/images gets those that
the documents show, and the contact sheet.
"""

import asyncio
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import async_playwright, expect

from tests.e2e.browser.album import PROFILES, Album, Look, device_options
from tests.e2e.browser.contact_sheet import make_sheet, publish
from tests.e2e.browser.pictured_machine import make_project
from tests.e2e.browser.tour import Tour
from tests.support.browser import Chromium, launch_chromium, running_chromium
from tests.support.daemon import running_daemon
from tests.support.relay import RelayUnderTest, running_relay

ROOT: Final = Path(__file__).resolve().parents[3]
IMAGES: Final = ROOT / "docs" / "images"
PICTURES: Final = ROOT / "build" / "pictures"
SCALE: Final = 2
COUNTING: Final = re.compile(r"1[2-9] s")
MAX_TOTAL_BYTES: Final = 1_536 * 1024
PUBLISHED: Final[dict[str, tuple[str, str, Look]]] = {
    "pair": ("iPhone 15", "pair-code", "dark"),
    "machine": ("iPhone 15", "machine", "dark"),
    "new-session": ("iPhone 15", "new-session", "dark"),
    "terminal": ("iPhone 15", "terminal", "dark"),
    "keys": ("iPhone 15", "keys", "dark"),
    "selection": ("iPhone 15", "selection", "dark"),
    "text-view": ("iPhone 15", "text-view", "light"),
    "composer": ("iPhone 15", "composer", "dark"),
    "upload": ("iPhone 15", "upload", "dark"),
    "settings": ("iPhone 15", "settings", "light"),
    "offline": ("iPhone 15", "offline", "dark"),
    "light": ("iPhone 15", "terminal", "light"),
    "desk": ("Desktop Chrome", "terminal", "dark"),
}
"""The name of an image → the device, the stop and the look that it shows."""


async def photograph(profile: str, chromium: Chromium, relay: RelayUnderTest) -> Album:
    """Take one device on the tour of a machine of its own."""
    directory = PICTURES / profile.replace(" ", "-")
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    device = await relay.register()
    with tempfile.TemporaryDirectory(prefix="loopsy-") as parent:
        home = Path(parent, "home")
        (home / "user").mkdir(parents=True)
        home.chmod(0o700)
        make_project(home / "user")
        async with (
            running_daemon(home, relay.url, device.device_id, device.device_secret) as daemon,
            chromium.phone(**device_options(profile, SCALE)) as phone,
        ):
            album = Album(phone, directory)

            async def stop(name: str) -> None:
                if name == "offline":
                    await expect(phone.part("state-banner").last).to_contain_text(COUNTING)
                await album.take(name)

            await Tour(phone, daemon, stop).walk()
            print(f"{directory.relative_to(ROOT)}: {len(album.names())} stops", flush=True)
            return album


async def publish_all(albums: dict[str, Album]) -> None:
    """Write what the documents show; fails if that is too much for a repository."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, (profile, stop, look) in PUBLISHED.items():
        publish(albums[profile].picture(stop, look), IMAGES / f"{name}.png")
    async with async_playwright() as playwright:
        browser = await launch_chromium(playwright)
        await make_sheet(browser, albums, IMAGES / "contact-sheet.png")
        await browser.close()
    total_bytes = sum(path.stat().st_size for path in IMAGES.glob("*.png"))
    print(f"docs/images: {total_bytes // 1024} KB")
    assert total_bytes <= MAX_TOTAL_BYTES, "the pictures are too large for a repository"


async def main(profiles: list[str]) -> None:
    """Take every picture."""
    with tempfile.TemporaryDirectory(prefix="loopsy-") as relay_home:
        async with (
            running_relay(Path(relay_home), assets_directory=ROOT / "webapp" / "dist") as relay,
            running_chromium() as chromium,
        ):
            albums = {profile: await photograph(profile, chromium, relay) for profile in profiles or PROFILES}
    if not profiles:
        await publish_all(albums)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
