"""Files: sent from the phone, their path at the cursor; fetched by a path; after the page was loaded anew."""

import asyncio
import os
import random
import re
import struct
import zlib
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.browser.test_accessibility import check
from tests.support.browser import BrowserPhone
from tests.support.daemon import Daemon

FORGET_CONTENT = """() => new Promise((resolve) => {
  indexedDB.open("loopsy-uploads").onsuccess = ({ target }) => {
    const uploads = target.result.transaction("uploads", "readwrite").objectStore("uploads");
    uploads.getAll().onsuccess = ({ target }) => {
      uploads.put({ ...target.result[0], file: null }).onsuccess = () => resolve();
    };
  };
})"""
HOSTILE = "<b>it's $(id).png"


def noisy_png(width: int, height: int) -> bytes:
    """Return a picture that no format makes small."""
    rows = b"".join(b"\0" + random.Random(row).randbytes(3 * width) for row in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


async def test_a_file_is_sent_its_path_lands_at_the_prompt_and_another_is_fetched(
    shell: BrowserPhone, daemon: Daemon, tmp_path: Path
) -> None:
    phone = shell
    await phone.part("keys-toggle").tap()
    await phone.part("files-any-input").set_input_files(
        {"name": HOSTILE, "mimeType": "image/png", "buffer": b"seven\n" * 7}
    )
    await expect(phone.part("transfer").first).to_have_attribute("data-status", "done")
    assert await phone.part("transfer-name").first.text_content() == HOSTILE
    (sent,) = [path for path in daemon.paths.uploads.glob("*/*") if not path.name.startswith(".")]
    assert sent.read_bytes() == b"seven\n" * 7
    # the composer was empty: the path is typed at the prompt, quoted, and only Enter is missing
    await phone.read("_b_it")
    await phone.focus_terminal()
    await phone.page.keyboard.press("Home")
    await phone.page.keyboard.type("wc -c < ")
    await phone.page.keyboard.press("Enter")
    await phone.read(re.compile(r"^42$", re.MULTILINE))

    # in a text that is begun, the path is put where the cursor is
    await phone.part("composer-input").fill("look at ")
    await phone.part("keys-toggle").tap()
    await phone.part("files-photo-input").set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"jpeg"}
    )
    await expect(phone.part("composer-input")).to_have_value(re.compile(r"^look at \S+/photo\.jpg $"))
    await phone.part("composer-input").fill("")

    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.txt").write_text("four score\n")
    await phone.run(f"cd {tmp_path}; echo he''re", "here")
    await phone.part("keys-toggle").tap()
    await phone.part("files-fetch").tap()
    await phone.part("fetch-path").fill("out/report.txt")
    async with phone.page.expect_download() as downloading:
        await phone.part("fetch-go").tap()
    download = await downloading.value
    assert download.suggested_filename == "report.txt"
    assert await asyncio.to_thread(Path(await download.path()).read_text) == "four score\n"

    await phone.part("keys-toggle").tap()
    await phone.part("files-fetch").tap()
    await phone.part("fetch-path").fill("~/.ssh/id_ed25519")
    await check(phone)
    await phone.part("fetch-go").tap()
    refused = phone.part("transfer").filter(has_text="id_ed25519")
    await expect(refused).to_have_attribute("data-status", "failed")
    await expect(refused).to_contain_text("do not permit")
    await check(phone)
    await refused.get_by_test_id("transfer-remove").tap()
    await expect(refused).to_be_hidden()


@pytest.mark.thorough
async def test_an_upload_waits_for_the_connection_and_goes_on_after_the_page_was_loaded_anew(
    shell: BrowserPhone, daemon: Daemon
) -> None:
    phone = shell
    await daemon.stop()
    await phone.see_health("none")
    await phone.part("keys-toggle").tap()
    await phone.part("files-any-input").set_input_files(
        {"name": "later.bin", "mimeType": "application/octet-stream", "buffer": bytes(300_000)}
    )
    await expect(phone.part("transfer")).to_have_attribute("data-status", "waiting")
    await phone.page.reload()
    await expect(phone.part("transfer")).to_have_attribute("data-status", "waiting")
    await daemon.start()
    await phone.read("later.bin ")
    (sent,) = daemon.paths.uploads.glob("*/later.bin")
    assert sent.read_bytes() == bytes(300_000)


@pytest.mark.thorough
async def test_a_file_that_the_browser_did_not_keep_is_chosen_again(
    shell: BrowserPhone, daemon: Daemon, tmp_path: Path
) -> None:
    phone = shell
    for name in ("large.bin", "other.bin"):
        (tmp_path / name).write_bytes(bytes(200_000))
    os.utime(tmp_path / "other.bin", (1, 1))
    await daemon.stop()
    await phone.see_health("none")
    await phone.part("keys-toggle").tap()
    await phone.part("files-any-input").set_input_files(tmp_path / "large.bin")
    await expect(phone.part("transfer")).to_have_attribute("data-status", "waiting")
    await phone.page.evaluate(FORGET_CONTENT)
    await phone.page.reload()
    await expect(phone.part("transfer")).to_have_attribute("data-status", "unreadable")
    await phone.part("transfer-choose-input").set_input_files(tmp_path / "other.bin")
    await expect(phone.part("notice")).to_contain_text("another file")
    await phone.part("transfer-choose-input").set_input_files(tmp_path / "large.bin")
    await daemon.start()
    await phone.read("large.bin ")


@pytest.mark.thorough
async def test_a_photo_is_made_smaller_where_that_is_wished(shell: BrowserPhone, daemon: Daemon) -> None:
    phone = shell
    await phone.part("keys-toggle").tap()
    await phone.part("files-fetch").tap()
    await phone.part("files-shrink").check()
    await phone.close_sheet("fetch-sheet")
    await phone.part("files-photo-input").set_input_files(
        {"name": "IMG 1.png", "mimeType": "image/png", "buffer": noisy_png(4_096, 64)}
    )
    await phone.read("IMG 1.jpg")
    (sent,) = daemon.paths.uploads.glob("*/IMG 1.jpg")
    frame = sent.read_bytes()
    start = frame.index(b"\xff\xc0")  # the header that has the size
    assert struct.unpack(">HH", frame[start + 5 : start + 9]) == (32, 2_048)
