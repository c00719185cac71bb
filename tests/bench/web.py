"""`python -m tests.bench.web`: how soon the app answers a first tap, in Chromium on a slow phone and a slow network."""

import asyncio
import gzip
import mimetypes
import statistics
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Page

from loopsy_daemon.wire.identifiers import encode_base64url
from loopsy_daemon.wire.pairing import TOKEN_BYTES, Offer, encode_fragment
from tests.support.browser import Chromium, running_chromium

APP: Final = Path(__file__).resolve().parents[2] / "webapp" / "dist"
RUNS: Final = 7
CPU_SLOWDOWN: Final = 4
COMPRESSED: Final = {".html", ".js", ".css", ".svg", ".webmanifest"}
"""What Cloudflare compresses on its way; a relay on this machine sends it as it is."""

# In each frame: is the button there, and does the next screen follow when it is pressed? Or, where a pairing link was
# opened, is the field there, and does a digit that is typed show in its cell?
FIRST_TAP = """
(() => {
  const seen = (name) => document.querySelector(`[data-testid=${name}]`);
  const look = () => {
    if (seen("link-input") || document.querySelector(".code-cell")?.textContent === "7") {
      window.answeredAt = performance.now();
      return;
    }
    const code = seen("code-input");
    if (code) {
      code.value = "7";
      code.dispatchEvent(new InputEvent("input", {bubbles: true}));
    }
    seen("pair-open")?.click();
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""
# The least that any app does: a page, a script that draws a button, and an answer to it.
FLOOR_PAGE: Final = b'<!doctype html><title>floor</title><body><script type="module" src="/floor.js"></script>'
FLOOR_SCRIPT: Final = b"""
const draw = (name) => {
  const button = document.createElement("button");
  button.dataset.testid = name;
  button.onclick = () => draw("link-input");
  document.body.append(button);
};
draw("pair-open");
"""
LINK_FRAGMENT: Final = encode_fragment(Offer(4, encode_base64url(bytes(TOKEN_BYTES)), bytes(32), bytes(16)))
WORKER_IS_ACTIVE = "() => navigator.serviceWorker.ready.then(({active}) => active.state === 'activated')"


@dataclass(frozen=True, slots=True)
class Network:
    """A network as Chromium's own throttling makes it: `latency_ms` passes before each answer begins."""

    name: str
    latency_ms: float
    bytes_per_second: float


# WebPageTest's "3G Fast", and the preset of the developer tools, whose latency stands for DNS, TCP and TLS, too.
NETWORKS: Final = (
    Network("1.6 Mbit/s, round trip 150 ms", 150, 200_000),
    Network("fast 3G of the developer tools", 562.5, 180_000),
)


@dataclass(frozen=True, slots=True)
class Load:
    """One load of the page, until it answered a tap."""

    milliseconds: float
    transferred_bytes: float


class _Server(ThreadingHTTPServer):
    """Sends the built app as Cloudflare would; read once, so that a build meanwhile changes nothing."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = {f"/{file.relative_to(APP)}": file.read_bytes() for file in APP.rglob("*") if file.is_file()}
        self.files["/app/"] = self.files["/app/index.html"]
        self.files |= {"/floor/": FLOOR_PAGE, "/floor.js": FLOOR_SCRIPT}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        content = self.server.files.get(self.path)
        path = f"{self.path}index.html" if self.path.endswith("/") else self.path
        self.send_response(404 if content is None else 200)
        if content is not None and Path(path).suffix in COMPRESSED:
            content = gzip.compress(content, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", mimetypes.guess_type(path)[0] or "application/octet-stream")
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def handle(self) -> None:
        with suppress(ConnectionError):  # the page was closed before all of it came
            super().handle()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _served() -> Iterator[str]:
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


async def _load(context: BrowserContext, url: str, network: Network) -> Load:
    page: Page = await context.new_page()
    session = await context.new_cdp_session(page)
    received: list[float] = []

    def finished(event: dict[str, Any]) -> None:
        received.append(event["encodedDataLength"])

    session.on("Network.loadingFinished", finished)
    await session.send("Network.enable")
    await session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": network.latency_ms,
            "downloadThroughput": network.bytes_per_second,
            "uploadThroughput": network.bytes_per_second / 2,
        },
    )
    await session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    await page.add_init_script(FIRST_TAP)
    await page.goto(url, wait_until="commit")
    answered = await page.wait_for_function("() => window.answeredAt", timeout=60_000)
    load = Load(await answered.json_value(), sum(received))
    await page.close()
    return load


async def _measure(chromium: Chromium, origin: str, network: Network) -> dict[str, list[Load]]:
    """Return loads of the floor and of the app by phones that never saw them, and loads of the app that is kept."""
    loads: dict[str, list[Load]] = {}
    unknown = {"floor": "/floor/", "never seen": "/app/", "by a link": f"/app/#{LINK_FRAGMENT}"}
    for _ in range(RUNS):
        for name, path in unknown.items():
            async with chromium.phone("Pixel 7", installs=True) as phone:
                phone.witness.own_hosts.add(urlsplit(origin).netloc)
                loads.setdefault(name, []).append(await _load(phone.context, origin + path, network))
    async with chromium.phone("Pixel 7", installs=True) as phone:
        await phone.visit(f"{origin}/app/")
        await phone.page.wait_for_function(WORKER_IS_ACTIVE)
        loads["installed"] = [await _load(phone.context, f"{origin}/app/", network) for _ in range(RUNS)]
    return loads


async def measure() -> None:
    """Print the quickest, the median and the slowest of each kind of load."""
    print(f"CPU {CPU_SLOWDOWN} times slower, {RUNS} loads each; milliseconds until a tap is answered")
    print(f"{'network':32}{'load':12}{'quickest':>10}{'median':>10}{'slowest':>10}{'KB':>6}")
    with _served() as origin:
        async with running_chromium() as chromium:
            for network in NETWORKS:
                for name, loads in (await _measure(chromium, origin, network)).items():
                    times = [load.milliseconds for load in loads]
                    kilobytes = statistics.median(load.transferred_bytes for load in loads) / 1_000
                    figures = f"{min(times):10.0f}{statistics.median(times):10.0f}{max(times):10.0f}"
                    print(f"{network.name:32}{name:12}{figures}{kilobytes:6.0f}")


if __name__ == "__main__":
    if not (APP / "app" / "index.html").is_file():
        sys.exit("The app is not built.\nhint: make build")
    asyncio.run(measure())
