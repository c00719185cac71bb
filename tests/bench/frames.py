"""`python -m tests.bench.frames`: frames of the app in Chromium, on a phone's screen, while it floods and scrolls.

A frame is dropped where the next one comes so late that the screen has been drawn again in between. A page without
a terminal is the floor: what this machine does with nothing to draw. The processor time of the page's own thread for
each frame tells builds apart on a machine that has other things to do, too.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from playwright.async_api import expect

from loopsy_daemon.wire import messages
from tests.support.browser import BrowserPhone, running_chromium
from tests.support.browser_touch import Fingers
from tests.support.daemon import OWN_INTERPRETER, Daemon, running_daemon
from tests.support.relay import running_relay

APP: Final = Path(__file__).resolve().parents[2] / "webapp" / "dist"
DEVICE: Final = "Pixel 7"
SECONDS: Final = 5.0
LINES: Final = 10_000
FRAME_MILLISECONDS: Final = 1_000 / 60

WATCH = """seconds => new Promise((done) => {
  const gaps = [];
  let before = performance.now();
  const began = before;
  const next = (now) => {
    gaps.push(now - before);
    before = now;
    if (now - began < seconds * 1000) requestAnimationFrame(next);
    else done(gaps);
  };
  requestAnimationFrame(next);
})"""
SCROLL_TEXT = """() => {
  const content = document.querySelector("[data-testid=text-view-content]");
  const next = () => {
    if (!content.isConnected) return;
    content.scrollTop -= 40;
    requestAnimationFrame(next);
  };
  next();
}"""
OPEN_TEXT = """async () => {
  const began = performance.now();
  document.querySelector("[data-testid=text-view]").click();
  const shown = () => document.querySelector("[data-testid=text-view-content]")?.scrollTop > 0;
  while (!shown()) await new Promise(requestAnimationFrame);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const lines = document.querySelector("[data-testid=text-view-content]").textContent.split("\\n").length;
  return [performance.now() - began, lines];
}"""

Deed = Callable[[BrowserPhone], Awaitable[None]]


async def frames_during(phone: BrowserPhone, deed: Deed | None) -> str:
    """Watch frames for a while, in which something is done; return what to print of them."""
    tools = await phone.context.new_cdp_session(phone.page)
    await tools.send("Performance.enable", {"timeDomain": "threadTicks"})
    watching = asyncio.ensure_future(phone.page.evaluate(WATCH, SECONDS))
    doing = asyncio.ensure_future(deed(phone)) if deed is not None else None
    gaps = sorted((await watching)[1:])
    metrics = {each["name"]: each["value"] for each in (await tools.send("Performance.getMetrics"))["metrics"]}
    await tools.detach()
    if doing is not None:
        await doing
    dropped = sum(max(0, round(gap / FRAME_MILLISECONDS) - 1) for gap in gaps)
    share = dropped / (len(gaps) + dropped)
    at = {share: gaps[min(len(gaps) - 1, int(share * len(gaps)))] for share in (0.5, 0.99)}
    rate = len(gaps) / sum(gaps) * 1_000
    busy = metrics["TaskDuration"] * 1_000 / len(gaps)
    times = f"median {at[0.5]:.1f} ms, 99th {at[0.99]:.1f} ms"
    return f"{rate:5.1f} frames/s, {times}, dropped {share:.1%}, busy for {busy:.1f} ms of each"


async def flick(phone: BrowserPhone) -> None:
    """Scroll up with a finger that throws, again and again."""
    fingers = await Fingers.on(phone)
    for _ in range(int(SECONDS)):
        await fingers.press((200, 200))
        await fingers.move(((200, 200), (200, 420)))
        await fingers.lift()
        await asyncio.sleep(SECONDS / int(SECONDS) - 0.15)


async def begin(phone: BrowserPhone, daemon: Daemon, name: str, command: str) -> None:
    """Show a session that runs this command."""
    async with await daemon.client() as client:
        await client.request(
            messages.Open(
                id=client.next_id(), agent="shell", name=name, cols=50, rows=40, command=["sh", "-c", command]
            )
        )
    await phone.open_session(name)


async def load_all(phone: BrowserPhone) -> None:
    """Scroll up in the text view until there is nothing older."""
    await phone.part("text-view").tap()
    content = phone.part("text-view-content")
    await expect(content).to_contain_text(f"line {LINES} ")
    while "line 1 " not in (await content.text_content() or ""):
        await content.evaluate("element => element.scrollTo(0, 0)")
        await asyncio.sleep(0.05)
    await phone.part("text-view-close").tap()


async def measure(phone: BrowserPhone, daemon: Daemon) -> None:
    """Print a line for each thing to do."""
    print("nothing to draw:          ", await frames_during(phone, None))
    await begin(phone, daemon, "flood", "exec yes some line of a flood that does not end")
    await asyncio.sleep(1)
    print("flood:                    ", await frames_during(phone, None))
    print("flood, scrolling:         ", await frames_during(phone, flick))
    await phone.part("back").tap()
    prints = f"i=0; while [ $i -lt {LINES} ]; do i=$((i+1)); echo line $i of many; done; exec cat"
    await begin(phone, daemon, "long", prints)
    await load_all(phone)
    print("scrolling with a finger:  ", await frames_during(phone, flick))
    milliseconds, lines = await phone.page.evaluate(OPEN_TEXT)
    print(f"text view, {lines:,} lines:   opened in {milliseconds:.0f} ms")
    await phone.page.evaluate(SCROLL_TEXT)
    print("scrolling the text view:  ", await frames_during(phone, None))


@asynccontextmanager
async def paired_phone() -> AsyncIterator[tuple[BrowserPhone, Daemon]]:
    """Give a phone that is paired with a daemon through a relay."""
    with tempfile.TemporaryDirectory(prefix="loopsy-") as directory:
        home = Path(directory, "home")
        (home / "user").mkdir(parents=True)
        home.chmod(0o700)
        async with running_relay(Path(directory, "relay"), assets_directory=APP) as relay:
            device = await relay.register()
            async with (
                running_daemon(
                    home, relay.url, device.device_id, device.device_secret, module=OWN_INTERPRETER
                ) as daemon,
                running_chromium() as chromium,
                chromium.phone(DEVICE) as phone,
            ):
                await phone.pair(daemon)
                yield phone, daemon


async def main() -> None:
    """Measure and print."""
    async with paired_phone() as (phone, daemon):
        await measure(phone, daemon)


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m tests.bench.frames", description=__doc__).parse_args()
    sys.exit(asyncio.run(main()))
