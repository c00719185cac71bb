"""Web pages in a real browser that want something from the listener for peers, with all that pages can send."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Route, async_playwright

from loopsy_daemon.lan import admission, api
from loopsy_daemon.lan.machine import Machine
from tests.daemon.lan.rig import Home, Person, paired
from tests.support.browser import launch_chromium

pytestmark = pytest.mark.timeout(120)

# Every request that a page can make, each at a route that would do something for a peer; returns what the page sees.
ATTACK = """async ({base, key, program, deadline}) => {
  const late = new Promise((resolve) => setTimeout(resolve, deadline, "nothing"));
  const seen = {};
  const authorised = {Authorization: `Bearer ${key}`};
  const command = JSON.stringify({command: program});
  const commitment = JSON.stringify({commitment: "A".repeat(43) + "="});
  const asked = async (name, path, options) => {
    try {
      const answer = await fetch(base + path, options);
      seen[name] = [answer.type, answer.status, await answer.text(), ...answer.headers.keys()].join(" ");
    } catch (error) {
      seen[name] = String(error);
    }
  };
  const element = (name, tag, attributes) => {
    const made = Object.assign(document.createElement(tag), attributes);
    const ended = new Promise((resolve) => {
      made.onload = () => resolve(`loaded ${made.contentDocument?.body?.textContent ?? ""}`);
      made.onerror = () => resolve("error");
    });
    document.body.append(made);
    return Promise.race([ended, late]).then((end) => { seen[name] = end; });
  };
  const form = (name, path, enctype, field, value) => {
    const target = element(name, "iframe", {name});
    const options = {action: base + path, method: "post", enctype, target: name};
    const made = Object.assign(document.createElement("form"), options);
    made.append(Object.assign(document.createElement("input"), {name: field, value}));
    document.body.append(made);
    made.submit();
    return target;
  };
  const socket = (name, path) => {
    const made = new WebSocket(base.replace("https", "wss") + path, ["bearer", key]);
    const ended = new Promise((resolve) => {
      made.onopen = () => resolve("open");
      made.onerror = () => resolve("error");
    });
    return Promise.race([ended, late]).then((end) => { seen[name] = end; });
  };
  const events = (name, path) => {
    const made = new EventSource(base + path, {withCredentials: true});
    const ended = new Promise((resolve) => {
      made.onopen = () => resolve("open");
      made.onerror = () => resolve("error");
    });
    return Promise.race([ended, late]).then((end) => { made.close(); seen[name] = end; });
  };
  const old = (name, path) => new Promise((resolve) => {
    const made = new XMLHttpRequest();
    made.open("POST", base + path);
    made.withCredentials = true;
    made.onloadend = () => { seen[name] = made.responseText; resolve(); };
    made.send(command);
  });
  await asked("with a key", "/v1/execute", {method: "POST", body: command, headers: authorised});
  await asked("with a key, read", "/v1/health", {headers: authorised});
  await asked("unpair", "/v1/peer", {method: "DELETE", headers: authorised});
  await asked("simple", "/v1/health", {referrerPolicy: "no-referrer"});
  await asked("with credentials", "/v1/health", {credentials: "include"});
  await asked("no-cors post", "/v1/execute", {method: "POST", mode: "no-cors", body: command});
  await asked("no-cors pairing", "/v1/pair/commit", {method: "POST", mode: "no-cors", body: commitment});
  await asked("no-cors, kept alive", "/v1/pair/reveal", {method: "POST", mode: "no-cors", keepalive: true, body: "{}"});
  await old("old request", "/v1/execute");
  await form("form", "/v1/pair/commit", "text/plain", '{"commitment": "' + "A".repeat(43) + '=", "more": "', '"}');
  await form("other form", "/v1/execute", "application/x-www-form-urlencoded", "command", "true");
  await element("frame", "iframe", {src: base + "/v1/health", referrerPolicy: "no-referrer"});
  await element("picture", "img", {src: base + "/v1/files?path=/", referrerPolicy: "no-referrer"});
  await element("script", "script", {src: base + "/v1/openapi.json"});
  await socket("socket", "/v1/execute");
  await events("events", "/v1/files");
  navigator.sendBeacon(base + "/v1/pair/confirm", commitment);
  return seen;
}"""
DEADLINE_MILLISECONDS = 15_000
REFUSAL = "Only Loopsy may ask this."


async def attack(browser: Browser, origin: str, base: str, key: str, marker: Path) -> dict[str, str]:
    """Show an attacker's page of this origin, and return what it could see of what it asked for at `base`."""
    context = await browser.new_context(ignore_https_errors=True)  # somebody has clicked the warning away
    try:
        page = await context.new_page()

        async def hostile(route: Route) -> None:
            await route.fulfill(content_type="text/html", body="<!doctype html><body>a free game</body>")

        await page.route(f"{origin}/game", hostile)  # from the attacker's server, before the name led here
        await page.goto(f"{origin}/game")
        await page.unroute(f"{origin}/game")  # as long as there is a route, Playwright answers preflights itself
        program = ["touch", str(marker)]
        given = {"base": base, "key": key, "program": program, "deadline": DEADLINE_MILLISECONDS}
        seen: dict[str, str] = await page.evaluate(ATTACK, given)
        answer = await page.goto(f"{base}/v1/health")  # an address that somebody was talked into opening
        assert answer
        seen["opened"] = f"{answer.status} {await answer.text()}"
        return seen
    finally:
        await context.close()


def audited(home: Path) -> list[dict[str, Any]]:
    """Return the lines of the audit log."""
    return [json.loads(line) for line in (home / "logs" / "audit.jsonl").read_text().splitlines()]


async def peer_can(laptop: Home, machine: Machine, marker: Path) -> None:
    """Check that what the pages try works for a peer."""
    async with laptop.remote(machine) as remote:
        async for _ in remote.execute(api.Execute(command=["touch", str(marker)])):
            pass
    assert marker.exists()


async def test_no_page_gets_anything_from_the_listener_for_peers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "_FAILURES_PER_MINUTE", 1e9)  # it would end the attack before its end
    async with paired(tmp_path) as (machine, laptop), async_playwright() as playwright:
        await peer_can(laptop, machine, tmp_path / "by the peer")
        before = len(audited(tmp_path / "studio"))
        person = Person(machine, says=True)
        person.look()  # somebody waits for another machine meanwhile
        key = laptop.keys.get(machine.identity.node_id)
        assert key
        here = f"127.0.0.1:{machine.port}"
        rules = f"MAP rebound.test 127.0.0.1, MAP {api.HOST}:443 {here}"
        # the newest browsers keep pages from this machine by themselves; others do not
        unprotected = "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets"
        browser = await launch_chromium(playwright, f"--host-resolver-rules={rules}", unprotected)
        try:
            attacks = {
                "another origin": ("http://game.test", f"https://{here}"),
                "a name that leads here": (f"https://rebound.test:{machine.port}",) * 2,
                # whoever answers for the network's names can let this one lead here: then `Host` is right
                "the name that peers say": (f"https://{api.HOST}",) * 2,
            }
            for name, (origin, base) in attacks.items():
                marker = tmp_path / "by a page"
                seen = await attack(browser, origin, base, key, marker)
                told = json.dumps({"attack": name, "seen": seen}, indent=1)
                assert len(seen) == 17, told
                assert "open" not in seen.values(), told
                assert not any(word in told for word in (machine.identity.node_id, "studio", "permissions")), told
                if origin != base:  # not even the refusal can be read
                    assert {what for what, text in seen.items() if REFUSAL in text} == {"opened"}, told
                else:
                    assert REFUSAL in seen["with a key"], told
                assert not marker.exists()
                assert "access-control" not in told.lower()

                lines = audited(tmp_path / "studio")[before:]
                before += len(lines)
                assert {line["status"] for line in lines} == {421}, lines
                reached = {(line["method"], line["path"]) for line in lines}
                preflighted = "OPTIONS" if origin != base else "POST"
                assert reached >= {
                    ("GET", "/v1/health"), ("GET", "/v1/files"), ("GET", "/v1/openapi.json"), ("GET", "/v1/execute"),
                    ("POST", "/v1/execute"), (preflighted, "/v1/execute"), ("POST", "/v1/pair/commit"),
                    ("POST", "/v1/pair/reveal"), ("OPTIONS" if origin != base else "DELETE", "/v1/peer"),
                }, told  # fmt: skip
        finally:
            await browser.close()
        assert (person.codes, person.outcomes) == ([], [])
        assert [peer.name for peer in machine.peers.all()] == ["laptop"]
