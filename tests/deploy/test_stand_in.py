"""The stand-in of Cloudflare's API, driven by the real wrangler: what is uploaded runs, what goes wrong is said."""

import asyncio
import json
import re
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from loopsy_deploy.local import RELAY_DIRECTORY
from tests.support.cloudflare import CloudStandIn, Fault, cloudflare_stand_in
from tests.support.cloudflare.faults import Kind
from tests.support.daemon import running_daemon
from tests.support.phone import Phone
from tests.support.wrangler import WranglerByHand

NAME = "loopsy-relay"
APP = RELAY_DIRECTORY.parent / "webapp" / "dist"
SECRETS = ("PAIR_TOKEN_SECRET", "REGISTRATION_SECRET", "DEVICE_ID_KEY")
TINY = {
    "name": "tiny",
    "main": "worker.mjs",
    "no_bundle": True,
    "compatibility_date": "2026-10-01",
    "workers_dev": True,
    "preview_urls": False,
}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudStandIn]:
    with cloudflare_stand_in(tmp_path_factory.mktemp("cloudflare")) as running:
        yield running


@pytest.fixture
def cloud(account: CloudStandIn) -> CloudStandIn:
    account.reset()
    return account


@pytest.fixture
def wrangler(cloud: CloudStandIn, tmp_path: Path) -> WranglerByHand:
    """wrangler in a directory with the smallest Worker."""
    wrangler = WranglerByHand(cloud, tmp_path)
    wrangler.configure(**TINY)
    say(tmp_path, "one")
    return wrangler


def say(directory: Path, word: str) -> None:
    source = f'export default {{ async fetch(_, env) {{ return new Response(`{word} ${{env.EXTRA ?? ""}}`); }} }};\n'
    (directory / "worker.mjs").write_text(source, encoding="utf-8")


def said(cloud: CloudStandIn) -> str:
    return httpx.get(cloud.running("tiny"), trust_env=False).text.strip()


def relay_configuration(directory: Path, version: str) -> dict[str, object]:
    """Return the relay's configuration, with a bundle in the directory that says it is this version."""
    source = (RELAY_DIRECTORY / "wrangler.jsonc").read_text(encoding="utf-8")
    configuration = json.loads(re.sub(r"^\s*//.*$", "", source, flags=re.MULTILINE))
    bundle = (RELAY_DIRECTORY / "dist" / "worker.mjs").read_text(encoding="utf-8")
    changed, count = re.subn(r'"2\.[\w.]+"', f'"{version}"', bundle)
    assert count > 0
    (directory / "worker.mjs").write_text(changed, encoding="utf-8")
    assets = {**configuration["assets"], "directory": str(APP)}
    return {**configuration, "main": "worker.mjs", "assets": assets}


def health(url: str) -> object:
    return httpx.get(f"{url}/health").json()["version"]


@pytest.mark.slow
@pytest.mark.thorough
async def test_a_phone_types_through_the_uploaded_relay_across_update_and_rollback(
    cloud: CloudStandIn, wrangler: WranglerByHand, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in cloud.edge_environment.items():
        monkeypatch.setenv(name, value)
    values = {name: secrets.token_urlsafe(32) for name in SECRETS}
    wrangler.configure(**relay_configuration(tmp_path, "2.0.1"))
    first = wrangler("deploy", "--secrets-file", "/dev/stdin", standard_input=json.dumps(values)).output
    url = f"https://{NAME}.ada.workers.dev"
    assert url in first
    script = cloud.script(NAME)
    assert script.secrets == values
    assert script.migration_tag == "v1"
    assert list(script.namespaces) == ["DeviceRelay"]
    assert "/app/index.html" in script.assets

    assert health(url) == "2.0.1"
    page = httpx.get(f"{url}/app/")
    assert "default-src 'none'" in page.headers["content-security-policy"], "the rules of _headers hold"
    for path in script.assets:
        answer = httpx.get(f"{url}{path}", follow_redirects=True).raise_for_status()
        assert answer.content == (APP / path.removeprefix("/")).read_bytes(), path
    assert httpx.get(f"{url}/app").headers["location"] == "/app/"

    bearer = {"authorization": f"Bearer {values['REGISTRATION_SECRET']}"}
    device = httpx.post(f"{url}/v1/devices", headers=bearer).raise_for_status().json()
    async with running_daemon(home, url, device["device_id"], device["device_secret"]) as daemon:
        machine = await daemon.pair_phone()
        async with Phone.connected(machine) as phone:
            stream = await phone.attach(await phone.open())
            await phone.type(stream, b"echo $((6 * 7))-typed\r")
            await phone.wait_output(stream, b"42-typed")

        wrangler.configure(**relay_configuration(tmp_path, "2.0.2"))
        await asyncio.to_thread(wrangler, "deploy")
        assert health(url) == "2.0.2", "what runs follows what is deployed"
        assert script.secrets == values, "a version keeps the secrets of the one before"
        await daemon.wait_relay()
        async with Phone.connected(machine) as phone:
            assert phone.welcome.daemon.name == "studio", "objects outlive a deployment"

        await asyncio.to_thread(wrangler, "rollback", "--yes", "--message", "back")
        assert health(url) == "2.0.1"
        await daemon.wait_relay()
        async with Phone.connected(machine):
            pass
    assert cloud.log(NAME) == "", "workerd had something to complain about"
    kept = [path for path in cloud.directory.rglob("*") if path.is_file()]
    assert len(kept) > 20
    for file in kept:
        assert not any(value.encode() in file.read_bytes() for value in values.values()), "a secret is in no file"

    wrangler("delete", "--force")
    assert cloud.scripts == []
    with pytest.raises(httpx.ProxyError):
        health(url)


@pytest.mark.slow
@pytest.mark.thorough
def test_versions_deployments_and_secrets(cloud: CloudStandIn, wrangler: WranglerByHand, tmp_path: Path) -> None:
    wrangler("deploy", "--message", "the first")
    assert said(cloud) == "one"
    wrangler("secret", "put", "EXTRA", standard_input="hidden")
    assert said(cloud) == "one hidden"
    assert wrangler("secret", "list").json == [{"name": "EXTRA", "type": "secret_text"}]
    say(tmp_path, "two")
    wrangler("deploy")
    assert said(cloud) == "two hidden"
    versions = wrangler("versions", "list", "--json").json
    assert [version["annotations"]["workers/triggered_by"] for version in versions] == ["upload", "secret", "upload"]
    assert versions[0]["annotations"]["workers/message"] == "the first"
    deployed = wrangler("deployments", "status", "--json").json
    assert deployed["versions"] == [{"version_id": versions[2]["id"], "percentage": 100}]
    # The first version lacks the secret: wrangler is told so, and says so, before it goes on.
    rolled_back = wrangler("rollback", versions[0]["id"], "--yes", "--message", "back").output
    assert "EXTRA" in rolled_back
    assert said(cloud) == "one"
    refused = wrangler("secret", "delete", "EXTRA", status=1).output
    assert "latest version of your Worker isn't currently deployed" in refused
    assert [deployment["annotations"]["workers/triggered_by"] for deployment in wrangler(
        "deployments", "list", "--json"
    ).json] == ["deployment", "secret", "deployment", "rollback"]  # fmt: skip


@pytest.mark.slow
@pytest.mark.thorough
def test_a_new_migration_is_applied_once(cloud: CloudStandIn, wrangler: WranglerByHand, tmp_path: Path) -> None:
    source = "export class Room {}\nexport class Hall {}\nexport default { fetch() { return new Response('ok'); } };"
    (tmp_path / "worker.mjs").write_text(source, encoding="utf-8")
    bindings = [{"name": name.upper(), "class_name": name} for name in ("Room", "Hall")]
    migrations = [{"tag": "v1", "new_sqlite_classes": ["Room"]}, {"tag": "v2", "new_sqlite_classes": ["Hall"]}]
    objects: dict[str, object] = {"durable_objects": {"bindings": bindings[:1]}, "migrations": migrations[:1]}
    wrangler.configure(**TINY, **objects)
    wrangler("deploy")
    assert cloud.script("tiny").migration_tag == "v1"
    wrangler("deploy")
    more: dict[str, object] = {"durable_objects": {"bindings": bindings}, "migrations": migrations}
    wrangler.configure(**TINY, **more)
    wrangler("deploy")
    assert cloud.script("tiny").migration_tag == "v2"
    uploads = [str(asked).rpartition("/")[2] for asked in cloud.requests if asked.method in {"PUT", "POST"}]
    assert [path for path in uploads if path in {"tiny 200", "versions 200"}] == [
        "tiny 200",
        "versions 200",
        "tiny 200",
    ]
    wrangler.configure(**TINY, durable_objects={"bindings": [{"name": "ATTIC", "class_name": "Attic"}]})
    assert "not currently configured to implement Durable Objects" in wrangler("deploy", status=1).output


@pytest.mark.slow
@pytest.mark.thorough
def test_custom_domains_and_subdomains(
    cloud: CloudStandIn, wrangler: WranglerByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in cloud.edge_environment.items():
        monkeypatch.setenv(name, value)
    cloud.add_zone("example.org")
    wrangler.configure(**TINY, routes=[{"pattern": "relay.example.org", "custom_domain": True}])
    deployed = wrangler("deploy").output
    assert "relay.example.org (custom domain)" in deployed
    assert (list(cloud.script("tiny").domains), cloud.script("tiny").workers_dev) == (["relay.example.org"], True)
    for url in ("https://tiny.ada.workers.dev", "https://relay.example.org"):
        assert httpx.get(url).text.strip() == "one"
    wrangler.configure(**TINY, routes=[{"pattern": "relay.example.net", "custom_domain": True}])
    assert 'zone_not_found for "relay.example.net" [code: 10083]' in wrangler("deploy", status=1).output
    cloud.subdomain = None
    wrangler.configure(**{**TINY, "name": "another"})
    assert "register a workers.dev subdomain" in wrangler("deploy", status=1).output


@pytest.mark.slow
@pytest.mark.thorough
def test_a_live_log_shows_what_the_running_worker_says(
    cloud: CloudStandIn, wrangler: WranglerByHand, tmp_path: Path
) -> None:
    source = 'export default { fetch() { console.log("seen", 42); throw new Error("on purpose"); } };'
    (tmp_path / "worker.mjs").write_text(source, encoding="utf-8")
    wrangler("deploy")
    url = cloud.running("tiny")
    wrangler.environment |= cloud.edge_environment  # what reads logs may well sit behind a proxy
    with wrangler.started("tail", "tiny", "--format", "json") as tail:
        wait_for(lambda: cloud.tail_listeners("tiny") == 1)
        assert httpx.get(url, trust_env=False).status_code == 500
        assert tail.stdout is not None
        event = json.loads("".join(iter(tail.stdout.readline, "}\n")) + "}")
        tail.send_signal(signal.SIGINT)
        assert tail.wait(10) == 0
    assert (event["scriptName"], event["outcome"]) == ("tiny", "exception")
    assert event["logs"][0]["message"] == ["seen", 42]
    assert event["exceptions"][0]["message"] == "on purpose"
    wait_for(lambda: cloud.tail_listeners("tiny") == 0)


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.thorough
def test_whoami_and_missing_permissions(cloud: CloudStandIn, wrangler: WranglerByHand) -> None:
    cloud.accounts["b" * 32] = "Another account"
    known = wrangler("whoami", "--json").json
    assert known["email"] == "ada@example.org"
    assert [account["id"] for account in known["accounts"]] == [cloud.account_id, "b" * 32]
    cloud.permissions.discard("Workers Scripts")
    assert "Authentication error [code: 10000]" in wrangler("deploy", status=1).output
    wrangler.environment["CLOUDFLARE_API_TOKEN"] = "no-token"
    assert "Invalid format for Authorization header [code: 6111]" in wrangler("deployments", "list", status=1).output
    assert cloud.scripts == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "times", "sentence"),
    [
        ("unauthorized", 1, "Authentication error [code: 10000]"),
        ("forbidden", 1, "Unauthorized to access requested resource [code: 9109]"),
        ("conflict", 1, "Multiple attempts to modify a resource at the same time. Please try again. [code: 10035]"),
        ("busy", 9, '"Retry-After" header'),
        ("broken", 9, "An unknown error has occurred"),
        ("cut", 9, "fetch failed"),
    ],
)
@pytest.mark.thorough
def test_a_fault_is_what_wrangler_says(
    cloud: CloudStandIn, wrangler: WranglerByHand, kind: Kind, times: int, sentence: str
) -> None:
    cloud.faults.append(Fault("PUT", r"/scripts/tiny$", kind, times))
    assert sentence in wrangler("deploy", status=1).output
    assert cloud.scripts == []


@pytest.mark.slow
@pytest.mark.thorough
def test_after_faults_that_pass_a_deployment_completes(cloud: CloudStandIn, wrangler: WranglerByHand) -> None:
    started = time.monotonic()
    cloud.faults += [
        Fault("GET", r"/workers/subdomain$", "slow", seconds=0.3),
        Fault("PUT", r"/scripts/tiny$", "broken"),
        Fault("PUT", r"/scripts/tiny$", "cut_after"),
    ]
    wrangler("deploy")
    assert time.monotonic() - started > 0.3
    assert said(cloud) == "one"
    statuses = [asked.status for asked in cloud.requests if asked.method == "PUT"]
    assert statuses == [500, 0, 200], "an upload whose answer was lost is done again"
    assert len(cloud.script("tiny").versions) == 2
