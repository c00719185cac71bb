"""Pair tokens, invites and the limits around them, on real workerd."""

import base64
import hmac
import secrets
import time
from pathlib import Path

import httpx
import pytest

from loopsy_deploy.local import RateLimits
from tests.support.relay import Device, RelayUnderTest, running_relay

pytestmark = pytest.mark.asyncio(loop_scope="module")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def invite(secret: str, expires_at: float) -> str:
    signed = int(expires_at).to_bytes(4, "big") + secrets.token_bytes(12)
    return base64url(signed + hmac.digest(secret.encode(), signed, "sha256")[:16])


def pair_token(secret: str, device: Device, expires_at: float) -> str:
    device_id = base64.b32decode(device.device_id.upper() + "=")
    signed = device_id + int(expires_at).to_bytes(4, "big") + secrets.token_bytes(12)
    return base64url(signed + hmac.digest(secret.encode(), signed, "sha256")[:16])


async def redeem(relay: RelayUnderTest, token: str | None, body: object = None) -> tuple[int, str]:
    answer = await relay.request("POST", "/v1/pair", bearer=token, body={} if body is None else body)
    return answer.status_code, "" if answer.status_code == 201 else answer.json()["error"]["code"]


async def test_a_token_lives_as_long_as_asked(relay: RelayUnderTest) -> None:
    device = await relay.register()
    path = f"/v1/devices/{device.device_id}/pair-tokens"
    for body, ttl in [({"ttl": 30}, 30), ({"ttl": 1800}, 1800), ({}, 300), (None, 300)]:
        answer = await relay.request("POST", path, bearer=device.device_secret, body=body)
        assert answer.status_code == 201
        assert set(answer.json()) == {"token", "expires_at"}
        assert len(answer.json()["token"]) == 75
        assert abs(answer.json()["expires_at"] - time.time() - ttl) < 5


async def test_a_token_is_redeemed_once_and_the_sixth_attempt_is_slowed(relay: RelayUnderTest) -> None:
    token = await relay.pair_token(await relay.register())
    assert await redeem(relay, token) == (201, "")
    for _ in range(4):
        assert await redeem(relay, token) == (409, "token_used")
    for _ in range(3):
        assert await redeem(relay, token) == (429, "rate_limited")
    answer = await relay.request("POST", "/v1/pair", bearer=token, body={})
    assert int(answer.headers["retry-after"]) > 0


async def test_only_a_token_of_this_relay_that_has_not_expired_is_redeemed(tmp_path: Path) -> None:
    secret = secrets.token_urlsafe(32)
    async with running_relay(tmp_path / "relay", environment={"PAIR_TOKEN_SECRET": secret}) as relay:
        device = await relay.register()
        now = time.time()
        assert await redeem(relay, pair_token(secret, device, now + 60)) == (201, "")
        assert await redeem(relay, pair_token(secret, device, now - 1)) == (401, "unauthorized")
        assert await redeem(relay, pair_token(secrets.token_urlsafe(32), device, now + 60)) == (401, "unauthorized")
        made_up = Device("a" * 39, "")
        assert await redeem(relay, pair_token(secret, made_up, now + 60)) == (401, "unauthorized")
        for token in (None, "x", device.device_secret):
            assert await redeem(relay, token) == (401, "unauthorized")


async def test_previous_secrets_are_accepted_while_rotating(tmp_path: Path) -> None:
    async with running_relay(tmp_path / "relay") as relay:
        device = await relay.register()
        token = await relay.pair_token(device)
        old = {
            name: (tmp_path / "relay" / "secrets.json").read_text(encoding="utf-8").split(f'"{key}": "')[1][:43]
            for name, key in [
                ("PAIR_TOKEN_SECRET", "pair_token"),
                ("REGISTRATION_SECRET", "registration"),
                ("DEVICE_ID_KEY", "device_id_key"),
            ]
        }
    new = {name: secrets.token_urlsafe(32) for name in old}
    environment = {**new, **{f"{name}_PREVIOUS": value for name, value in old.items()}}
    async with running_relay(tmp_path / "relay", environment=environment) as relay:
        assert await redeem(relay, token) == (201, "")
        for secret in (old["REGISTRATION_SECRET"], new["REGISTRATION_SECRET"]):
            assert (await relay.request("POST", "/v1/devices", bearer=secret)).status_code == 201
    async with running_relay(tmp_path / "relay", environment=new) as relay:
        answer = await relay.request("POST", "/v1/devices", bearer=old["REGISTRATION_SECRET"])
        assert answer.status_code == 401
        assert (
            await relay.request("GET", f"/v1/devices/{device.device_id}/phones", bearer=device.device_secret)
        ).status_code == 401


async def test_an_invite_registers_until_it_expires(relay: RelayUnderTest) -> None:
    secret = relay.local.registration_secret
    good = invite(secret, time.time() + 60)
    for _ in range(2):
        assert (await relay.request("POST", "/v1/devices", bearer=good)).status_code == 201
    for bad in (invite(secret, time.time() - 1), invite("x" * 43, time.time() + 60), good[:-1] + "A" + "A"):
        assert (await relay.request("POST", "/v1/devices", bearer=bad)).status_code == 401


async def test_a_bad_label_spends_no_token(relay: RelayUnderTest) -> None:
    device = await relay.register()
    token = await relay.pair_token(device)
    for label in ("x" * 65, "\x1b[31m", 7, None):
        expected = (400, "bad_request") if label is not None else (201, "")
        assert await redeem(relay, token, {"label": label}) == expected
    assert [phone["label"] for phone in await relay.phones(device)] == [""]


async def test_confirmed_by_its_device_a_phone_is_pending_no_more(relay: RelayUnderTest) -> None:
    device = await relay.register()
    phone, other = await relay.pair(device), await relay.pair(device)
    async with await relay.device_link(device) as link:
        await link.receive_control()
        await link.send({"type": "phone.confirm", "phone_id": phone.phone_id})
        await link.send({"type": "phone.confirm", "phone_id": "a" * 26})
        await link.echo()
        pending = {listed["phone_id"]: listed["pending"] for listed in await relay.phones(device)}
    assert pending == {phone.phone_id: False, other.phone_id: True}


async def test_a_device_has_eight_pending_and_sixty_four_phones(relay: RelayUnderTest) -> None:
    device = await relay.register()
    async with await relay.device_link(device) as link:
        await link.receive_control()
        for _ in range(8):
            for _ in range(8):
                await relay.pair(device)
            token = await relay.pair_token(device)
            assert await redeem(relay, token) == (429, "rate_limited")
            for listed in await relay.phones(device):
                await link.send({"type": "phone.confirm", "phone_id": listed["phone_id"]})
            await link.echo()
        phones = await relay.phones(device)
        assert len(phones) == 64
        assert not any(phone["pending"] for phone in phones)
        token = await relay.pair_token(device)
        assert await redeem(relay, token) == (429, "rate_limited")
        path = f"/v1/devices/{device.device_id}/phones/{phones[0]['phone_id']}"
        assert (await relay.request("DELETE", path, bearer=device.device_secret)).status_code == 204
        assert await redeem(relay, token) == (201, "")  # the refusal spent nothing


async def test_attempts_are_limited_by_address(tmp_path: Path) -> None:
    limits = RateLimits(register=2, pair=3, link=2)
    async with running_relay(tmp_path / "relay", rate_limits=limits) as relay:
        answers = [await relay.request("POST", "/v1/devices", bearer=relay.local.registration_secret) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert answers[2].json()["error"]["code"] == "rate_limited"
        assert int(answers[2].headers["retry-after"]) > 0
        first, second = (Device(**answer.json()) for answer in answers[:2])
        assert [(await redeem(relay, None))[0] for _ in range(4)] == [401, 401, 401, 429]
        forged = {"cf-connecting-ip": "192.0.2.7"}
        assert (await relay.request("POST", "/v1/pair", headers=forged)).status_code == 429
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(local_address="127.0.0.2")) as elsewhere:
            assert (await elsewhere.post(f"{relay.url}/v1/pair")).status_code == 401
        for _ in range(2):
            async with await relay.device_link(first) as link:
                assert (await link.receive_control())["type"] == "phones"
        async with await relay.device_link(first) as link:
            assert await link.close_code() == 4029
        async with await relay.device_link(second) as link:
            assert (await link.receive_control())["type"] == "phones"


async def test_behind_a_proxy_attempts_are_limited_by_the_address_that_it_names(tmp_path: Path) -> None:
    limits = RateLimits(register=1, pair=1, link=1)
    async with running_relay(tmp_path / "relay", rate_limits=limits, behind_proxy=True) as relay:
        for address, status in (("192.0.2.7", 401), ("192.0.2.7", 429), ("2001:db8::7", 401)):
            headers = {"cf-connecting-ip": address}
            assert (await relay.request("POST", "/v1/pair", headers=headers)).status_code == status


async def test_behind_a_proxy_the_relays_own_origin_has_the_proxys_protocol(tmp_path: Path) -> None:
    async with running_relay(tmp_path / "relay", behind_proxy=True) as relay:
        named = {"host": "relay.example.org", "x-forwarded-proto": "https"}
        for origin, status in (("https://relay.example.org", 401), ("https://elsewhere.example.org", 403)):
            answer = await relay.request("POST", "/v1/pair", headers={**named, "origin": origin})
            assert answer.status_code == status
