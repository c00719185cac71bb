"""Settings: what they change, that they stay, go through a file, and how a machine is forgotten for good."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from loopsy_daemon.wire import messages
from tests.support.browser import BrowserPhone, Chromium
from tests.support.daemon import Daemon
from tests.support.relay import RelayUnderTest

HOLD_MILLISECONDS = 2_000
KEPT_MACHINES = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open("loopsy");
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const request = opening.result.transaction("machines").objectStore("machines").count();
    request.onsuccess = () => { opening.result.close(); resolve(request.result); };
  };
})"""


async def open_settings(phone: BrowserPhone) -> None:
    await phone.part("back").tap()
    await phone.part("settings-open").tap()
    await expect(phone.part("settings-screen")).to_be_visible()


async def background(phone: BrowserPhone, part: str) -> str:
    colour = await phone.part(part).evaluate("element => getComputedStyle(element).backgroundColor")
    assert isinstance(colour, str)
    return colour


async def test_look_and_palette_change_at_once_and_stay(phone: BrowserPhone) -> None:
    await open_settings(phone)
    root = phone.page.locator("html")
    await expect(root).to_have_attribute("data-look", "dark")
    await phone.page.emulate_media(color_scheme="light")
    await expect(root).to_have_attribute("data-look", "light")
    await phone.part("settings-look").select_option("contrast")
    await expect(root).to_have_attribute("data-look", "contrast")
    assert await background(phone, "settings-screen") == "rgb(0, 0, 0)"
    await phone.part("settings-palette").select_option("dracula")
    assert await background(phone, "terminal-preview") == "rgb(40, 42, 54)"
    await phone.page.reload()
    await expect(root).to_have_attribute("data-look", "contrast")
    await expect(phone.part("settings-palette")).to_have_value("dracula")
    await phone.part("back").tap()
    await phone.part("machine-card").tap()
    await phone.open_shell()
    stage = await phone.page.locator(".stage").evaluate("element => getComputedStyle(element).backgroundColor")
    assert stage == "rgb(40, 42, 54)"


@pytest.mark.thorough
async def test_a_larger_font_gives_programs_fewer_columns(phone: BrowserPhone) -> None:
    await phone.open_shell()
    text = await phone.run("echo columns:$(stty size | cut -d' ' -f2):", re.compile(r"\ncolumns:\d+:"))
    before = int(re.findall(r"\ncolumns:(\d+):", text)[-1])
    await phone.part("back").tap()
    await open_settings(phone)
    for _ in range(5):
        await phone.part("font-larger").tap()
    await expect(phone.part("font-size")).to_have_text("18 px")
    await phone.part("back").tap()
    await phone.part("machine-card").tap()
    await phone.open_session("shell")
    await phone.run(until_narrower(before), "narrower-2\n")


def until_narrower(columns: int) -> str:
    """Return a command that waits until the terminal is narrower: a smaller size takes effect with a delay."""
    return f"until [ $(stty size | cut -d' ' -f2) -lt {columns} ]; do sleep 0.1; done; echo narrower-$((1+1))"


@pytest.mark.thorough
async def test_settings_go_to_another_phone_as_a_file(
    chromium: Chromium, phone: BrowserPhone, relay: RelayUnderTest, tmp_path: Path
) -> None:
    await open_settings(phone)
    await phone.part("settings-look").select_option("light")
    await phone.part("settings-palette").select_option("solarized")
    async with phone.page.expect_download() as downloading:
        await phone.part("settings-export").tap()
    exported = tmp_path / "settings.json"
    await (await downloading.value).save_as(exported)
    assert json.loads(exported.read_text(encoding="utf-8"))["palette"] == "solarized"
    other_file = tmp_path / "other.json"
    other_file.write_text('{"look": "dark"}', encoding="utf-8")
    async with chromium.phone("Pixel 7") as other:
        await other.visit(f"{relay.url}/app/")
        await other.part("settings-open").tap()
        await other.part("settings-import-file").set_input_files(other_file)
        await expect(other.part("notice")).to_contain_text("no settings file")
        await expect(other.part("settings-look")).to_have_value("system")
        await other.part("settings-import-file").set_input_files(exported)
        await expect(other.part("settings-look")).to_have_value("light")
        await expect(other.part("settings-palette")).to_have_value("solarized")
        await expect(other.page.locator("html")).to_have_attribute("data-look", "light")


async def test_a_machine_is_forgotten_by_holding_and_at_the_relay_too(
    chromium: Chromium, daemon: Daemon, phone: BrowserPhone
) -> None:
    async with chromium.phone("Pixel 7") as other:
        await other.pair(daemon, label="Another phone")
        await open_settings(phone)
        button = phone.part("forget-machine")
        await button.tap()
        await expect(phone.part("pairing")).to_contain_text("studio")
        async with phone.page.expect_response(lambda answer: answer.request.method == "DELETE") as deleting:
            await button.click(delay=HOLD_MILLISECONDS)
        # the daemon, which heard of it first, may have told the relay before
        assert (await deleting.value).status in {204, 401}
        await expect(phone.part("notice")).to_have_text(re.compile("^studio was forgotten.$"))
        async with await daemon.client() as client:
            listed = await client.request(messages.PhonesList(id=client.next_id()))
            assert isinstance(listed, messages.Phones)
            assert [kept.label for kept in listed.phones] == ["Another phone"]
        await expect(phone.part("pairing")).to_have_count(0)
        assert await phone.page.evaluate(KEPT_MACHINES) == 0
        await phone.part("back").tap()
        await expect(phone.part("machines-empty")).to_be_visible()
        await other.see_health("good")


@pytest.mark.thorough
async def test_without_a_pointer_forgetting_is_asked_twice_and_works_without_the_relay(
    phone: BrowserPhone, daemon: Daemon
) -> None:
    await open_settings(phone)
    await daemon.stop()
    await phone.page.route("**/v1/devices/**", lambda route: route.abort())
    button = phone.part("forget-machine")
    await button.focus()
    await phone.page.keyboard.press("Enter")
    await expect(button).to_contain_text("Press again")
    await expect(phone.part("pairing")).to_have_count(1)
    await phone.page.keyboard.press("Enter")
    await expect(phone.part("notice")).to_contain_text("loopsy phone revoke")
    await expect(phone.part("pairing")).to_have_count(0)


@pytest.mark.thorough
async def test_about_names_versions_and_keys(phone: BrowserPhone, relay: RelayUnderTest) -> None:
    await open_settings(phone)
    about = phone.part("about")
    await expect(about).to_contain_text(relay.url.removeprefix("http://"))
    await expect(about).not_to_contain_text("not known")
    keys = await phone.page.locator(".fact-key").all_inner_texts()
    assert len(keys) == 2
    assert keys[0] != keys[1]
    assert all(len(key.replace(" ", "")) == 32 for key in keys)
    answer = await phone.page.request.get(f"{relay.url}/app/licenses.txt")
    assert "jetbrains-mono" in await answer.text()


async def test_what_was_used_today_is_shown_on_request_as_this_laptops(phone: BrowserPhone) -> None:
    await open_settings(phone)
    await expect(phone.part("usage")).to_be_empty()
    await phone.part("usage-show").tap()
    await expect(phone.part("usage")).to_have_text(
        re.compile(r"^0\.00\d+% of the free plan.s 100,000 requests a day, by this laptop and its phones since \d")
    )
