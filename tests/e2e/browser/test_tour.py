"""The whole tour of the app, from its first opening to a revoked phone, on phones, a tablet and a desk."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.e2e.browser.album import LOOKS, PROFILES, Album, Look, device_options
from tests.e2e.browser.pictured_machine import make_project
from tests.e2e.browser.screenshots import PUBLISHED
from tests.e2e.browser.tour import Tour
from tests.support.browser import Chromium
from tests.support.daemon import Daemon


async def go(profile: str, looks: Sequence[Look], chromium: Chromium, daemon: Daemon, directory: Path) -> None:
    make_project(daemon.user_home)
    async with chromium.phone(**device_options(profile, scale=1)) as phone:
        album = Album(phone, directory, looks)
        await Tour(phone, daemon, album.take).walk()
        missing = {stop for device, stop, _ in PUBLISHED.values() if device == profile} - set(album.names())
        assert missing == set()


async def test_a_phone_on_the_whole_tour(chromium: Chromium, daemon: Daemon, tmp_path: Path) -> None:
    await go("iPhone 15", ["dark"], chromium, daemon, tmp_path)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.thorough
async def test_every_device_on_the_whole_tour(profile: str, chromium: Chromium, daemon: Daemon, tmp_path: Path) -> None:
    await go(profile, LOOKS, chromium, daemon, tmp_path)
