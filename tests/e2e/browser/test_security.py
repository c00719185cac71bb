"""What a page must not keep, show, load or run."""

import re

from playwright.async_api import expect

from loopsy_daemon.wire import messages
from tests.support.browser import BrowserPhone, Chromium
from tests.support.daemon import Daemon
from tests.support.relay import RelayUnderTest

KEPT = """async () => ({
  local: {...localStorage},
  session: {...sessionStorage},
  cookie: document.cookie,
  caches: await caches.keys(),
  addresses: [location.href, document.referrer, ...navigation.entries().map(({url}) => url)],
  state: JSON.stringify(history.state),
})"""

KEYS = """async () => {
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open("loopsy");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const found = [];
  const visit = (value) => {
    if (value instanceof CryptoKey) found.push(value);
    else if (ArrayBuffer.isView(value) || value === null || typeof value !== "object") return;
    else Object.values(value).forEach(visit);
  };
  for (const name of database.objectStoreNames) {
    const request = database.transaction(name).objectStore(name).getAll();
    visit(await new Promise((resolve) => { request.onsuccess = () => resolve(request.result); }));
  }
  database.close();
  const exported = async (key) => {
    const formats = key.type === "private" ? ["jwk", "pkcs8", "raw"] : [];
    const results = await Promise.allSettled(formats.map((format) => crypto.subtle.exportKey(format, key)));
    return results.some(({status}) => status === "fulfilled");
  };
  return Promise.all(found.map(async (key) => (
    {type: key.type, extractable: key.extractable, exported: await exported(key)}
  )));
}"""


async def test_nothing_secret_is_kept_where_scripts_or_people_can_read_it(shell: BrowserPhone) -> None:
    await shell.run("echo marker-$((40+2))", "marker-42\n")
    kept = await shell.page.evaluate(KEPT)
    assert (kept["local"], kept["session"], kept["cookie"], kept["caches"]) == ({}, {}, "", [])
    assert await shell.context.cookies() == []
    assert all("#" not in address for address in kept["addresses"])
    assert re.search(r"secret|token|key|marker", kept["state"], re.IGNORECASE) is None
    private = [key for key in await shell.page.evaluate(KEYS) if key["type"] == "private"]
    assert private == [{"type": "private", "extractable": False, "exported": False}]


async def test_the_fragment_of_the_pairing_link_is_gone_at_once(chromium: Chromium, daemon: Daemon) -> None:
    async with await daemon.client() as client, chromium.phone() as phone:
        started = await client.request(messages.PairStart(id=client.next_id()))
        assert isinstance(started, messages.PairStarted)
        await phone.visit(started.url)
        await expect(phone.part("code-input")).to_be_visible()
        fragment = started.url.partition("#")[2]
        kept = await phone.page.evaluate(KEPT)
        assert all(address.endswith("/app/") or address == "" for address in kept["addresses"]), kept["addresses"]
        assert fragment not in str(kept)
        assert all(fragment not in url for url in phone.witness.requested)


async def test_the_relay_sends_a_policy_that_the_app_never_breaks(shell: BrowserPhone) -> None:
    answer = await shell.page.reload()
    assert answer is not None
    policy = await answer.header_value("content-security-policy")
    assert policy is not None
    for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
        assert rule in policy.split("; ")
    await shell.run("echo again-$((1+1))", "again-2\n")
    assert any(url.startswith("ws://") for url in shell.witness.requested)
    # and that nothing broke it, or asked another host for anything, is seen at the end of every test here


async def test_the_policy_does_stop_what_it_forbids(chromium: Chromium, relay: RelayUnderTest) -> None:
    async with chromium.phone() as phone:
        await phone.visit(f"{relay.url}/app/")
        await expect(phone.part("machines-empty")).to_be_visible()
        await phone.page.evaluate(
            """() => {
              const script = document.createElement("script");
              script.textContent = "document.title = 'owned'";
              document.body.append(script);
            }"""
        )
        await expect(phone.page).to_have_title("Loopsy")
        assert phone.witness.faults, "the witness sees violations"
        phone.witness.faults.clear()
