"""Other web pages in the browser in which somebody is logged in to the dashboard, with all that pages can send."""

import json
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import BrowserContext, Route, async_playwright, expect

from loopsy_daemon import config, files
from loopsy_daemon.config import DashboardConfig
from loopsy_daemon.wire import messages
from tests.support.browser import launch_chromium
from tests.support.daemon import Daemon

# Every way for a page to ask, each with a key and a link's token that somebody has let slip; returns what it sees.
ATTACK = """async ({base, key, token, deadline}) => {
  const late = new Promise((resolve) => setTimeout(resolve, deadline, "nothing"));
  const seen = {};
  const authorised = {Authorization: `Bearer ${key}`};
  const login = JSON.stringify({token});
  const asked = async (name, path, options) => {
    try {
      const answer = await fetch(base + path, options);
      seen[name] = [answer.type, answer.status, await answer.text()].join(" ");
    } catch (error) {
      seen[name] = String(error);
    }
  };
  const element = (name, tag, attributes) => {
    const made = Object.assign(document.createElement(tag), attributes);
    const ended = new Promise((resolve) => {
      made.onload = () => {
        let text = "";
        try { text = made.contentDocument?.body?.textContent ?? ""; } catch { text = "closed"; }
        resolve(`loaded ${text}`);
      };
      made.onerror = () => resolve("error");
    });
    document.body.append(made);
    return Promise.race([ended, late]).then((end) => { seen[name] = end; });
  };
  const form = (name, path, field, value) => {
    const target = element(name, "iframe", {name});
    const options = {action: base + path, method: "post", enctype: "text/plain", target: name};
    const made = Object.assign(document.createElement("form"), options);
    made.append(Object.assign(document.createElement("input"), {name: field, value}));
    document.body.append(made);
    made.submit();
    return target;
  };
  const socket = (name, protocols) => {
    const made = new WebSocket(base.replace("http", "ws") + "/v1/link", protocols);
    const ended = new Promise((resolve) => {
      made.onopen = () => resolve("open");
      made.onerror = () => resolve("error");
    });
    return Promise.race([ended, late]).then((end) => { seen[name] = end; });
  };
  await asked("login", "/v1/login", {method: "POST", body: login});
  await asked("login, no-cors", "/v1/login", {method: "POST", mode: "no-cors", body: login});
  await asked("with a key", "/v1/peers", {headers: authorised});
  await asked("without", "/v1/peers", {credentials: "include", referrerPolicy: "no-referrer"});
  await asked("change", "/v1/exchange/context.set", {
    method: "POST", headers: authorised, body: JSON.stringify({key: "hostile", value: "x"}),
  });
  await asked("change, no-cors", "/v1/exchange/context.set", {method: "POST", mode: "no-cors", body: "{}"});
  await asked("page", "/", {mode: "no-cors", credentials: "include"});
  await form("form", "/v1/login", '{"token": "' + token + '", "more": "', '"}');
  await element("frame", "iframe", {src: base + "/"});
  await element("script", "script", {src: base + "/v1/peers"});
  await element("picture", "img", {src: base + "/v1/audit"});
  await socket("socket with a key", ["loopsy.v1", `loopsy.bearer.${key}`]);
  await socket("socket", ["loopsy.v1"]);
  navigator.sendBeacon(base + "/v1/login", login);
  const opened = window.open(base + "/#" + "A".repeat(43));
  await new Promise((resolve) => setTimeout(resolve, 500));
  try { seen.window = String(opened?.document?.body?.textContent ?? "none"); } catch { seen.window = "closed"; }
  return seen;
}"""
LOG_IN = """async (token) => {
  const answer = await fetch("/v1/login", {method: "POST", body: JSON.stringify({token})});
  return answer.status;
}"""
DEADLINE_MILLISECONDS = 5_000


async def open_dashboard(daemon: Daemon) -> str:
    """Return a login link."""
    async with await daemon.client() as client:
        opened = await client.request(messages.DashboardOpen(id=client.next_id()))
    assert isinstance(opened, messages.DashboardOpened)
    return opened.url


async def attack(context: BrowserContext, origin: str, base: str, key: str, token: str) -> dict[str, str]:
    """Show an attacker's page of this origin, and return what it could see of what it asked for at `base`."""
    page = await context.new_page()

    async def hostile(route: Route) -> None:
        await route.fulfill(content_type="text/html", body="<!doctype html><body>a free game</body>")

    await page.route(f"{origin}/game", hostile)  # from the attacker's server, before the name led here
    await page.goto(f"{origin}/game")
    await page.unroute(f"{origin}/game")  # as long as there is a route, Playwright answers preflights itself
    given = {"base": base, "key": key, "token": token, "deadline": DEADLINE_MILLISECONDS}
    seen: dict[str, str] = await page.evaluate(ATTACK, given)
    return seen


@pytest.mark.thorough
async def test_no_other_page_gets_anything_from_the_dashboard(home: Path) -> None:
    daemon = Daemon(home)
    files.private_directory(daemon.paths.home)
    config.update(
        daemon.paths.config,
        lambda former: msgspec.structs.replace(
            former, name="studio", secrets="file", dashboard=DashboardConfig(port=0)
        ),
    )
    await daemon.start()
    try:
        async with async_playwright() as playwright:
            # the newest browsers keep pages from this machine by themselves; others do not
            unprotected = "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets"
            rules = "--host-resolver-rules=MAP rebound.test 127.0.0.1"
            browser = await launch_chromium(playwright, rules, unprotected)
            try:
                context = await browser.new_context()
                own = await context.new_page()
                url = await open_dashboard(daemon)
                base = url.partition("/#")[0]
                port = base.rpartition(":")[2]
                async with own.expect_response(f"{base}/v1/login") as login:
                    await own.goto(url)
                key = (await (await login.value).json())["key"]
                await expect(own.get_by_test_id("machine-screen")).to_be_visible()
                attacks = {
                    "another origin": ("http://game.test", base),
                    "another port": ("http://127.0.0.1:9", base),  # the same site, for cookies and for browsers
                    "another name of this machine": (f"http://localhost:{port}", base),
                    "a name that leads here": (f"http://rebound.test:{port}",) * 2,
                }
                for name, (origin, target) in attacks.items():
                    token = (await open_dashboard(daemon)).partition("#")[2]
                    seen = await attack(context, origin, target, key, token)
                    told = json.dumps({"attack": name, "seen": seen}, indent=1)
                    assert len(seen) == 14, told
                    assert "open" not in seen.values(), told
                    assert not any(word in told for word in ("studio", '"peers"', '\\"key\\"', "machine-screen")), told
                    if origin != target:
                        assert "dashboard" not in seen["with a key"], told  # not even the refusal can be read
                    # none of it has used the token up
                    assert await own.evaluate(LOG_IN, token) == 200, told
                values = await own.evaluate(
                    """async (key) => (await fetch("/v1/exchange/context.list", {
                      method: "POST", body: "{}", headers: {authorization: `Bearer ${key}`},
                    })).json()""",
                    key,
                )
                assert values == {"entries": []}  # and what the pages tried works for the dashboard's own
                await expect(own.get_by_test_id("connection-chip")).to_have_attribute("data-health", "good")
            finally:
                await browser.close()
    finally:
        await daemon.end()
