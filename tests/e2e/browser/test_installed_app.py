"""The app as it is installed: it opens without a network, keeps only itself, and never stands in a newer one's way."""

import re
import shutil
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.browser.conftest import APP
from tests.support.browser import BrowserPhone, Chromium
from tests.support.relay import RelayUnderTest, running_relay

WORKER_IS_ACTIVE = "() => navigator.serviceWorker.ready.then(({active}) => active.state === 'activated')"
KEPT = """async () => {
  const names = await caches.keys();
  const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return {names, paths: requests.flat().map(({url}) => new URL(url).pathname)};
}"""
LOOK_FOR_UPDATE = "() => navigator.serviceWorker.getRegistration('/app/').then((found) => found.update())"
RUNNING_SCRIPT = "() => new URL(document.querySelector('script[type=module]').src).pathname"
ONLY_NEW_SHELL = "() => caches.keys().then((names) => names.length === 1 && names[0].endsWith('-new'))"
NOTHING_LEFT = """() => Promise.all([navigator.serviceWorker.getRegistrations(), caches.keys()])
  .then(([registrations, names]) => registrations.length === 0 && names.length === 0)"""


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """A build of the app that a test may change."""
    return Path(shutil.copytree(APP, tmp_path / "assets"))


@pytest_asyncio.fixture(loop_scope="session")
async def installed(chromium: Chromium, assets: Path, tmp_path: Path) -> AsyncIterator[tuple[BrowserPhone, Path]]:
    """A phone on which the worker of a relay of its own is at work, and that relay's files."""
    async with (
        running_relay(tmp_path / "relay", assets_directory=assets) as relay,
        chromium.phone("Pixel 7", installs=True) as phone,
    ):
        await visit(phone, relay)
        yield phone, assets / "app"


async def visit(phone: BrowserPhone, relay: RelayUnderTest) -> None:
    await phone.visit(f"{relay.url}/app/")
    await expect(phone.part("machines-empty")).to_be_visible()
    await phone.page.wait_for_function(WORKER_IS_ACTIVE)


def make_newer(app: Path) -> str:
    """Put a newer build in the place of this one; return the path of its script."""
    page = app / "index.html"
    old = re.findall(r"/app/assets/app\.\w+\.js", page.read_text(encoding="utf-8"))[0].removeprefix("/app/")
    new = "assets/app.NEWER123.js"
    (app / old).rename(app / new)
    for path in (page, app / "service_worker.js"):
        text = path.read_text(encoding="utf-8").replace(old, new)
        path.write_text(re.sub(r"loopsy-shell-\w+", "loopsy-shell-new", text), encoding="utf-8")
    return f"/app/{new}"


async def test_it_opens_without_a_network(chromium: Chromium, assets: Path, tmp_path: Path) -> None:
    async with chromium.phone("iPhone 13", installs=True) as phone:
        async with running_relay(tmp_path / "relay", assets_directory=assets) as relay:
            await visit(phone, relay)
        await phone.page.reload()
        await expect(phone.part("machines-empty")).to_be_visible()
        await phone.part("settings-open").tap()
        await expect(phone.part("terminal-preview")).to_be_visible()


async def test_nothing_is_kept_but_the_app_itself(installed: tuple[BrowserPhone, Path]) -> None:
    phone, app = installed
    await phone.page.reload()
    await expect(phone.part("machines-empty")).to_be_visible()
    for path in ("/health", "/v1/devices/x", "/app/licenses.txt"):
        await phone.page.evaluate("(path) => fetch(path).then((answer) => answer.text())", path)
    kept = await phone.page.evaluate(KEPT)
    files = {f"/app/assets/{path.name}" for path in (app / "assets").iterdir() if path.suffix != ".png"}
    assert len(kept["names"]) == 1
    assert sorted(kept["paths"]) == sorted({"/app/", *files})


async def test_a_newer_app_is_offered_and_waits_for_a_tap(installed: tuple[BrowserPhone, Path]) -> None:
    phone, app = installed
    before = await phone.page.evaluate(RUNNING_SCRIPT)
    newer = make_newer(app)
    await phone.page.evaluate(LOOK_FOR_UPDATE)
    await phone.see_banner("update", "A new version is ready")
    assert await phone.page.evaluate(RUNNING_SCRIPT) == before
    await phone.part("update-apply").tap()
    await phone.page.wait_for_function(f"() => ({RUNNING_SCRIPT})() === '{newer}'")
    await expect(phone.part("machines-empty")).to_be_visible()
    await phone.page.wait_for_function(ONLY_NEW_SHELL)
    await expect(phone.part("update-apply")).to_have_count(0)


@pytest.mark.thorough
async def test_an_old_worker_does_not_keep_a_newer_app_away(installed: tuple[BrowserPhone, Path]) -> None:
    phone, app = installed
    newer = make_newer(app)
    await phone.page.reload()
    await expect(phone.part("machines-empty")).to_be_visible()
    assert await phone.page.evaluate(RUNNING_SCRIPT) == newer
    await phone.page.wait_for_function(ONLY_NEW_SHELL)
    await expect(phone.part("update-apply")).to_have_count(0)


@pytest.mark.thorough
async def test_a_relay_without_a_worker_takes_it_away(installed: tuple[BrowserPhone, Path]) -> None:
    phone, app = installed
    (app / "service_worker.js").unlink()
    await phone.page.reload()
    await phone.page.wait_for_function(NOTHING_LEFT)
    await phone.page.reload()
    await expect(phone.part("machines-empty")).to_be_visible()


@pytest.mark.thorough
async def test_the_manifest_names_icons_of_the_sizes_that_it_says(installed: tuple[BrowserPhone, Path]) -> None:
    phone, _ = installed
    address = await phone.page.locator("link[rel=manifest]").evaluate("element => element.href")
    answer = await phone.page.request.get(address)
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = await answer.json()
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        image = await phone.page.request.get(address.replace("/app/manifest.webmanifest", icon["src"]))
        assert image.status == 200
        assert image.headers["content-type"] == icon["type"]
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", (await image.body())[16:24])
            assert icon["sizes"] == f"{width}x{height}"
