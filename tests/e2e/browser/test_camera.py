"""Pairing inside the app: the camera reads the code that the laptop shows."""

from pathlib import Path

from playwright.async_api import expect

from loopsy_daemon.wire import messages
from tests.support.browser import Chromium, running_chromium
from tests.support.daemon import Daemon
from tests.support.fake_camera import camera_arguments, write_film
from tests.support.relay import RelayUnderTest

# Debian's Chromium on Linux has no detector; a browser that has one must not hide a defect of the decoder.
WITHOUT_DETECTOR = "delete globalThis.BarcodeDetector"
# A platform's detector as the Shape Detection API describes it, which finds what the test says.
WITH_DETECTOR = """
globalThis.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return [{ rawValue: globalThis.seen ?? "https://example.org/" }]; }
};
"""


async def test_the_camera_pairs_with_the_decoder_of_the_app(
    daemon: Daemon, relay: RelayUnderTest, tmp_path: Path
) -> None:
    film = tmp_path / "film.y4m"
    async with await daemon.client() as client:
        started = await client.request(messages.PairStart(id=client.next_id()))
        assert isinstance(started, messages.PairStarted)
        write_film(film, started.url)
        async with (
            running_chromium(*camera_arguments(film)) as chromium,
            chromium.phone("Pixel 7", permissions=["camera"]) as phone,
        ):
            await phone.context.add_init_script(WITHOUT_DETECTOR)
            await phone.visit(f"{relay.url}/app/")
            await phone.page.get_by_role("button", name="Pair").first.tap()
            await phone.part("camera-open").tap()
            await phone.enter_code(started.code)
            await expect(phone.part("machine-screen")).to_contain_text("studio")
            await phone.see_health("good")


async def test_other_codes_and_a_camera_that_is_refused_are_said(chromium: Chromium, relay: RelayUnderTest) -> None:
    async with chromium.phone() as phone:
        await phone.context.add_init_script(WITH_DETECTOR)
        await phone.visit(f"{relay.url}/app/")
        await phone.page.get_by_role("button", name="Pair").first.tap()
        await phone.part("camera-open").tap()
        await expect(phone.part("camera-trouble")).to_contain_text("Paste the link")
        await phone.part("camera-close").tap()
        await phone.page.evaluate(
            """() => {
              const canvas = document.createElement("canvas");
              const context = canvas.getContext("2d");
              setInterval(() => context.fillRect(0, 0, 9, 9), 50);
              navigator.mediaDevices.getUserMedia = async () => canvas.captureStream();
            }"""
        )
        await phone.part("camera-open").tap()
        await expect(phone.part("camera-problem")).to_contain_text("That is another code")
        await phone.page.evaluate("globalThis.seen = 'https://relay.example/app/#abc'")
        await expect(phone.part("camera-problem")).to_contain_text("belongs to relay.example")
        await phone.page.evaluate(f"globalThis.seen = '{relay.url}/app/#abc'")
        await expect(phone.part("pair-over")).to_have_attribute("data-reason", "bad_link")
