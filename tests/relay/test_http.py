"""Every HTTP route of the relay and every error that it documents, on real workerd."""

import re
from pathlib import Path
from typing import Any

import pytest

from loopsy_daemon import __version__
from tests.support.relay import Device, RelayUnderTest, running_relay

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRONG = "A" * 43


def error(answer: Any) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    assert body["error"]["message"]
    return answer.status_code, body["error"]["code"]


def device_path(device: Device, rest: str = "") -> str:
    return f"/v1/devices/{device.device_id}{rest}"


def with_wrong_tag(device_id: str) -> str:
    return ("b" if device_id[0] == "a" else "a") + device_id[1:]


async def test_health_says_version_protocol_and_deployment(relay: RelayUnderTest) -> None:
    answer = await relay.request("GET", "/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": __version__, "protocol": 1, "deployment": "local"}


async def test_the_root_leads_to_the_app(relay: RelayUnderTest) -> None:
    answer = await relay.request("GET", "/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/app/")


async def test_a_registered_device_gets_an_id_and_a_secret(relay: RelayUnderTest) -> None:
    first, second = await relay.register(), await relay.register()
    assert re.fullmatch("[a-z2-7]{39}", first.device_id)
    assert re.fullmatch("[A-Za-z0-9_-]{43}", first.device_secret)
    assert first.device_id != second.device_id
    assert first.device_secret != second.device_secret
    assert await relay.phones(first) == []


async def test_registration_needs_the_secret(relay: RelayUnderTest) -> None:
    assert error(await relay.request("POST", "/v1/devices")) == (403, "registration_closed")
    assert error(await relay.request("POST", "/v1/devices", bearer=WRONG)) == (401, "unauthorized")


async def test_the_device_lists_its_phones(relay: RelayUnderTest) -> None:
    device = await relay.register()
    phone = await relay.pair(device, "Téléphone 📱")
    [listed] = await relay.phones(device)
    assert set(listed) == {"phone_id", "label", "pending", "paired_at", "last_seen_at", "online"}
    assert listed["phone_id"] == phone.phone_id
    assert listed["label"] == "Téléphone 📱"
    assert listed["pending"] is True
    assert listed["paired_at"] > 1_700_000_000
    assert listed["last_seen_at"] is None
    assert listed["online"] is False


async def test_rotating_replaces_the_secret_at_once(relay: RelayUnderTest) -> None:
    device = await relay.register()
    answer = await relay.request("POST", device_path(device, "/rotate"), bearer=device.device_secret)
    assert answer.status_code == 200
    rotated = Device(device.device_id, answer.json()["device_secret"])
    assert error(await relay.request("GET", device_path(device, "/phones"), bearer=device.device_secret))[0] == 401
    assert await relay.phones(rotated) == []


async def test_rotating_keeps_open_sockets(relay: RelayUnderTest) -> None:
    device = await relay.register()
    async with await relay.device_link(device) as link:
        await link.receive_control()
        answer = await relay.request("POST", device_path(device, "/rotate"), bearer=device.device_secret)
        assert answer.status_code == 200
        await link.echo()
    async with await relay.device_link(device) as old:
        assert await old.close_code() == 4004


async def test_a_deleted_device_is_gone_with_all_that_is_connected(relay: RelayUnderTest) -> None:
    device = await relay.register()
    phone = await relay.pair(device)
    async with await relay.device_link(device) as device_link, await relay.phone_link(phone) as phone_link:
        answer = await relay.request("DELETE", device_path(device), bearer=device.device_secret)
        assert answer.status_code == 204
        assert await device_link.close_code() == 4004
        assert await phone_link.close_code() == 4004
    assert error(await relay.request("GET", device_path(device, "/phones"), bearer=device.device_secret))[0] == 401
    async with await relay.phone_link(phone) as again:
        assert await again.close_code() == 4004


async def test_a_token_of_a_deleted_device_is_worthless(relay: RelayUnderTest) -> None:
    device = await relay.register()
    token = await relay.pair_token(device)
    await relay.request("DELETE", device_path(device), bearer=device.device_secret)
    assert error(await relay.request("POST", "/v1/pair", bearer=token, body={})) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/devices/{id}/pair-tokens"),
        ("GET", "/v1/devices/{id}/phones"),
        ("DELETE", "/v1/devices/{id}/phones/aaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("DELETE", "/v1/devices/{id}"),
        ("POST", "/v1/devices/{id}/rotate"),
    ],
)
async def test_who_has_no_valid_secret_learns_nothing(relay: RelayUnderTest, method: str, path: str) -> None:
    device, other = await relay.register(), await relay.register()
    phone = await relay.pair(device)
    answers = [
        await relay.request(method, path.format(id=device_id), bearer=bearer)
        for device_id, bearer in [
            (device.device_id, None),
            (device.device_id, WRONG),
            (device.device_id, "short"),
            (device.device_id, other.device_secret),
            (device.device_id, phone.phone_secret),
            (with_wrong_tag(device.device_id), device.device_secret),
            ("not-an-id", device.device_secret),
        ]
    ]
    assert {answer.text for answer in answers} == {answers[0].text}
    assert error(answers[0]) == (401, "unauthorized")
    assert answers[0].headers["www-authenticate"] == "Bearer"


async def test_a_wrong_tag_creates_no_object(relay: RelayUnderTest) -> None:
    device = await relay.register()
    before = relay.objects()
    assert before
    made_up = Device(with_wrong_tag(device.device_id), device.device_secret)
    for method, rest in [("GET", "/phones"), ("POST", "/pair-tokens"), ("DELETE", "")]:
        assert (await relay.request(method, device_path(made_up, rest), bearer=WRONG)).status_code == 401
    async with await relay.device_link(made_up) as link:
        assert await link.close_code() == 4004
    assert relay.objects() == before


@pytest.mark.parametrize("name", ["token", "secret", "access_token", "bearer", "Token"])
async def test_a_secret_in_the_address_is_refused(relay: RelayUnderTest, name: str) -> None:
    device = await relay.register()
    for path in ("/health", device_path(device, "/phones"), device_path(device, "/link")):
        answer = await relay.request("GET", f"{path}?{name}={WRONG}", bearer=device.device_secret)
        assert error(answer) == (400, "secret_in_url")
        assert WRONG not in answer.text


@pytest.mark.parametrize("path", ["/nothing", "/v1/nothing", "/v1/devices/x/y", "/app/nothing.js", "/_headers"])
async def test_an_unknown_address_is_not_found(relay: RelayUnderTest, path: str) -> None:
    assert error(await relay.request("GET", path)) == (404, "not_found")


async def test_another_method_is_not_allowed(relay: RelayUnderTest) -> None:
    for method, path, allow in [("PUT", "/v1/devices", "POST"), ("POST", "/health", "GET"), ("POST", "/app/", "GET")]:
        answer = await relay.request(method, path)
        assert error(answer) == (405, "method_not_allowed")
        assert answer.headers["allow"] == allow


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"\xff\xfe", {"ttl": 29}, {"ttl": 1801}, {"ttl": "300"}])
async def test_a_malformed_body_is_refused(relay: RelayUnderTest, body: object) -> None:
    device = await relay.register()
    answer = await relay.request("POST", device_path(device, "/pair-tokens"), bearer=device.device_secret, body=body)
    assert error(answer) == (400, "bad_request")


async def test_a_body_has_at_most_4096_bytes(relay: RelayUnderTest) -> None:
    device = await relay.register()
    path = device_path(device, "/pair-tokens")
    fits = b'{"ttl":300}'.ljust(4096)
    assert (await relay.request("POST", path, bearer=device.device_secret, body=fits)).status_code == 201
    answer = await relay.request("POST", path, bearer=device.device_secret, body=fits + b" ")
    assert error(answer) == (413, "too_large")

    async def unannounced() -> Any:
        for _ in range(5):
            yield b" " * 1024

    headers = {"authorization": f"Bearer {device.device_secret}"}
    chunked = await relay.http.post(relay.url + path, headers=headers, content=unannounced())
    assert error(chunked) == (413, "too_large")


async def test_a_link_without_an_upgrade_is_told_so(relay: RelayUnderTest) -> None:
    device = await relay.register()
    answer = await relay.request("GET", device_path(device, "/link"), bearer=device.device_secret)
    assert error(answer) == (426, "upgrade_required")


async def test_another_origin_is_refused(relay: RelayUnderTest) -> None:
    for origin in ("https://evil.example", "null", relay.url.replace("http:", "https:")):
        for path in ("/v1/pair", "/v1/devices"):
            answer = await relay.request("POST", path, headers={"origin": origin})
            assert error(answer) == (403, "forbidden")
            assert "access-control-allow-origin" not in answer.headers


async def test_own_and_allowed_origins_pass(relay: RelayUnderTest) -> None:
    for origin in (relay.url, "https://app.example"):
        answer = await relay.request("POST", "/v1/pair", headers={"origin": origin})
        assert error(answer) == (401, "unauthorized")
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    preflight = await relay.request(
        "OPTIONS", "/v1/pair", headers={"origin": "https://app.example", "access-control-request-method": "POST"}
    )
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://app.example"
    assert "authorization" in preflight.headers["access-control-allow-headers"]


async def test_a_missing_secret_is_never_replaced_by_a_default(tmp_path: Path) -> None:
    missing = {"PAIR_TOKEN_SECRET": "", "DEVICE_ID_KEY": "", "REGISTRATION_SECRET": "too short"}
    async with running_relay(tmp_path / "relay", environment=missing, open_registration=True) as relay:
        device = Device("a" * 39, WRONG)
        assert (await relay.request("GET", "/health")).status_code == 200
        for method, path in [
            ("POST", "/v1/devices"),
            ("POST", "/v1/pair"),
            ("GET", device_path(device, "/phones")),
        ]:
            assert error(await relay.request(method, path, bearer=WRONG)) == (503, "not_configured")
        assert relay.objects() == []


async def test_an_open_relay_registers_anybody(tmp_path: Path) -> None:
    async with running_relay(tmp_path / "relay", open_registration=True) as relay:
        assert (await relay.request("POST", "/v1/devices")).status_code == 201
        assert error(await relay.request("POST", "/v1/devices", bearer=WRONG)) == (401, "unauthorized")
