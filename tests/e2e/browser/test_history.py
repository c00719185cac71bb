"""A long session on a phone: the screen first, and what lies above it when somebody scrolls there."""

import asyncio
import re

from playwright.async_api import expect

from loopsy_daemon.wire import messages
from tests.support.browser import BrowserPhone
from tests.support.daemon import Daemon

LINES = 3_000
PRINT = f"i=0; while [ $i -lt {LINES} ]; do i=$((i+1)); echo line-$i-of-a-long-session-that-wraps-on-a-phone; done; cat"
DEADLINE_SECONDS = 30.0


async def open_long_session(daemon: Daemon) -> None:
    async with await daemon.client() as client:
        opened = await client.request(
            messages.Open(
                id=client.next_id(), agent="shell", name="long", cols=100, rows=30, command=["sh", "-c", PRINT]
            )
        )
        assert isinstance(opened, messages.Opened)
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                listed = await client.request(messages.List(id=client.next_id()))
                assert isinstance(listed, messages.Sessions)
                if f"line-{LINES}-" in listed.sessions[0].preview:
                    return
                await asyncio.sleep(0.05)


def numbers(text: str) -> list[int]:
    return [
        int(found) for found in re.findall(r"^line-(\d+)-of-a-long-session-that-wraps-on-a-phone$", text, re.MULTILINE)
    ]


async def test_who_scrolls_up_gets_every_line_once(phone: BrowserPhone, daemon: Daemon) -> None:
    await open_long_session(daemon)
    await phone.open_session("long")
    first = numbers(await phone.read(f"line-{LINES}-"))
    assert first[0] > 1, "not everything is sent at once"
    terminal = phone.part("terminal")
    await terminal.hover()
    await phone.page.mouse.wheel(0, -1_000_000)
    top = terminal.locator(".xterm-rows > div").first
    await expect(top).not_to_contain_text(f"line-{first[0]}-")
    await phone.part("text-view").tap()
    content = phone.part("text-view-content")
    async with asyncio.timeout(DEADLINE_SECONDS):
        while "line-1-of" not in (await content.text_content() or ""):
            await content.evaluate("element => element.scrollTo(0, 0)")
            await asyncio.sleep(0.05)
    text = await content.text_content()
    await phone.part("text-view-close").tap()
    assert text is not None
    assert numbers(text) == list(range(1, LINES + 1))
    await phone.send_line("still here")
    assert numbers(await phone.read(re.compile("still here\nstill here"))) == list(range(1, LINES + 1))
