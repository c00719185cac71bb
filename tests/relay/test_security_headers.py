"""The headers of every response, assets and errors included, and how the app's files are served; on real workerd."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from loopsy_deploy.local import RELAY_DIRECTORY
from tests.support.relay import RelayUnderTest, running_relay

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = b"<!doctype html><title>the app</title>"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RelayUnderTest]:
    """A relay with a small app."""
    assets = tmp_path_factory.mktemp("assets")
    for name, content in {
        "_headers": b"not for the outside",
        "app/index.html": PAGE,
        "app/manifest.webmanifest": b"{}",
        "app/assets/main-AB12CD34.js": b"export {};",
        "app/assets/font-AB12CD34.woff2": b"wOF2",
        "app/.hidden": b"not for the outside",
    }.items():
        (assets / name).parent.mkdir(parents=True, exist_ok=True)
        (assets / name).write_bytes(content)
    async with running_relay(tmp_path_factory.mktemp("relay"), assets_directory=assets) as running:
        yield running


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/health"),
        ("GET", "/app"),
        ("GET", "/app/"),
        ("GET", "/app/assets/main-AB12CD34.js"),
        ("GET", "/app/missing"),
        ("GET", "/missing"),
        ("POST", "/v1/devices"),
        ("POST", "/v1/pair"),
        ("PUT", "/v1/pair"),
        ("GET", "/health?token=x"),
        ("GET", "/v1/devices/x/link"),
        ("DELETE", "/v1/devices/x"),
    ],
)
async def test_every_response_carries_the_headers(relay: RelayUnderTest, method: str, path: str) -> None:
    headers = (await relay.request(method, path)).headers
    policy = dict(directive.split(" ", 1) for directive in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=(self), microphone=(self)" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers  # there is no transport to secure


async def test_the_headers_file_says_the_same(relay: RelayUnderTest) -> None:
    headers = (await relay.request("GET", "/app/")).headers
    written = (RELAY_DIRECTORY / "dist" / "_headers").read_text(encoding="utf-8")
    for name in ("content-security-policy", "permissions-policy", "referrer-policy"):
        assert f"\n  {name}: {headers[name]}\n" in written
    assert "strict-transport-security: max-age=" in written


async def test_answers_of_the_api_are_not_kept(relay: RelayUnderTest) -> None:
    for method, path in [("GET", "/health"), ("POST", "/v1/devices"), ("GET", "/missing"), ("GET", "/")]:
        assert (await relay.request(method, path)).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "content_type", "cache_control"),
    [
        ("/app/", "text/html; charset=utf-8", "no-cache"),
        ("/app/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/app/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/app/assets/main-AB12CD34.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/app/assets/font-AB12CD34.woff2", "font/woff2", "public, max-age=31536000, immutable"),
    ],
)
async def test_files_have_their_type_and_life(
    relay: RelayUnderTest, path: str, content_type: str, cache_control: str
) -> None:
    answer = await relay.request("GET", path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type
    assert answer.headers["cache-control"] == cache_control
    head = await relay.request("HEAD", path)
    assert head.status_code == 200
    assert head.headers["content-length"] == str(len(answer.content))


async def test_the_app_is_served_at_its_directory(relay: RelayUnderTest) -> None:
    answer = await relay.request("GET", "/app")
    assert (answer.status_code, answer.headers["location"]) == (307, "/app/")
    assert (await relay.request("GET", "/app/")).content == PAGE


@pytest.mark.parametrize(
    "path", ["/_headers", "/app/.hidden", "/app/assets", "/app/assets/", "/app/../_headers", "/app/%2e%2e/_headers"]
)
async def test_nothing_but_the_app_is_served(relay: RelayUnderTest, path: str) -> None:
    answer = await relay.request("GET", path)
    assert answer.status_code == 404
    assert b"not for the outside" not in answer.content
