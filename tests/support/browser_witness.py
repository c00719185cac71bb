"""What a page did that it must never do, collected for as long as it lives."""

import re
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, WebError, WebSocket

_FORBIDDEN_IN_CONSOLE = re.compile(r"Content.Security.Policy|Refused to|violates|broke the protocol", re.IGNORECASE)

_REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""


class Witness:
    """Sees a browser context's errors, violations of its policy, and requests; `faults` says what was wrong."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        self.requested: list[str] = []
        self.own_hosts: set[str] = set()
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("page", self._page)

    @classmethod
    async def of(cls, context: BrowserContext) -> "Witness":
        """Return a witness that also hears of violations which the console does not mention."""
        witness = cls(context)
        await context.add_init_script(_REPORT_VIOLATIONS)
        return witness

    def foreign_requests(self) -> list[str]:
        """Return the addresses that were asked for and belong to none of `own_hosts`."""
        return [url for url in self.requested if urlsplit(url).netloc not in self.own_hosts]

    def _console(self, message: ConsoleMessage) -> None:
        if _FORBIDDEN_IN_CONSOLE.search(message.text):
            self.faults.append(f"console: {message.text}")

    def _error(self, error: WebError) -> None:
        self.faults.append(f"exception: {error.error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            self.requested.append(request.url)

    def _page(self, page: Page) -> None:
        page.on("websocket", self._websocket)

    def _websocket(self, websocket: WebSocket) -> None:
        self.requested.append(websocket.url)
