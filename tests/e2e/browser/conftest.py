"""One Chromium for all tests of this folder, one relay that serves the app; a daemon and a phone for each."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.browser import BrowserPhone, Chromium, running_chromium
from tests.support.daemon import Daemon, running_daemon
from tests.support.relay import RelayUnderTest, running_relay

HERE = Path(__file__).parent
APP = Path(__file__).resolve().parents[3] / "webapp" / "dist"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put every test here on the event loop of the one browser."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Chromium]:
    async with running_chromium() as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RelayUnderTest]:
    assert (APP / "app" / "index.html").is_file(), "the app is not built: make build"
    # its own copy: a build meanwhile would take away what a page loads later
    assets = shutil.copytree(APP, tmp_path_factory.mktemp("assets"), dirs_exist_ok=True)
    async with running_relay(tmp_path_factory.mktemp("relay"), assets_directory=assets) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def daemon(relay: RelayUnderTest, home: Path) -> AsyncIterator[Daemon]:
    device = await relay.register()
    async with running_daemon(home, relay.url, device.device_id, device.device_secret) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def phone(chromium: Chromium, daemon: Daemon) -> AsyncIterator[BrowserPhone]:
    """A paired iPhone that shows the machine."""
    async with chromium.phone("iPhone 13") as paired:
        await paired.pair(daemon)
        yield paired


@pytest_asyncio.fixture(loop_scope="session")
async def shell(phone: BrowserPhone) -> BrowserPhone:
    """A paired iPhone that shows a shell."""
    await phone.open_shell()
    return phone
