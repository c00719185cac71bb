import asyncio
import json
import ssl
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.lan import admission, api, identity
from loopsy_daemon.lan.errors import PeerRefused, PeerUnreachable, WrongCertificate
from loopsy_daemon.lan.machine import Machine
from loopsy_daemon.lan.remote import Remote, certificate_at
from loopsy_daemon.lan.server import listening_sockets
from loopsy_daemon.lan.transfer_api import Facts
from tests.daemon.lan.rig import Home, Person, address_of, listening, paired


async def ask(
    machine: Machine, method: str, path: str, headers: Mapping[str, str] | None = None, content: bytes = b""
) -> httpx.Response:
    """Ask as somebody who checks no certificate and sends what it likes."""
    async with httpx.AsyncClient(verify=False, trust_env=False) as client:
        url = f"https://{address_of(machine)}{path}"
        return await client.request(method, url, headers={"Host": api.HOST, **(headers or {})}, content=content)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "127.0.0.1"},
        {"Host": "localhost:19532"},
        {"Host": "attacker.example"},
        {"Host": f"{api.HOST}:443"},
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Cookie": "a=b"},
    ],
    ids=str,
)
async def test_a_browser_gets_nothing_even_with_a_key(tmp_path: Path, headers: Mapping[str, str]) -> None:
    async with paired(tmp_path) as (machine, laptop):
        key = laptop.keys.get(machine.identity.node_id)
        Person(machine, says=None).look()
        for method, path in (("GET", "/v1/health"), ("POST", "/v1/pair/commit"), ("OPTIONS", "/v1/execute")):
            response = await ask(machine, method, path, {"Authorization": f"Bearer {key}", **headers})
            assert response.status_code == 421
            assert not any(name.startswith("access-control") for name in response.headers)


async def test_a_websocket_from_a_page_is_not_opened(tmp_path: Path) -> None:
    async with paired(tmp_path) as (machine, _):
        upgrade = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
            "Origin": "https://attacker.example",
        }
        assert (await ask(machine, "GET", "/v1/health", upgrade)).status_code == 421
        del upgrade["Origin"]
        assert (await ask(machine, "GET", "/v1/health", upgrade)).status_code == 401


async def test_who_guesses_is_stopped_and_who_has_a_key_is_not(tmp_path: Path) -> None:
    async with paired(tmp_path) as (machine, laptop):
        found = [(await ask(machine, "GET", "/v1/health")).status_code for _ in range(14)]
        assert found[0] == 401
        assert found[-1] == 429
        assert (await ask(machine, "GET", "/v1/health")).headers["retry-after"].isdigit()
        async with laptop.remote(machine) as remote:
            await remote.health()


async def test_a_peer_that_asks_too_often_has_to_wait_about_files_apart_from_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "_FILE_REQUESTS_AT_ONCE", 2)
    monkeypatch.setattr(admission, "_FILE_REQUESTS_PER_MINUTE", 0.1)
    async with paired(tmp_path) as (machine, laptop), laptop.remote(machine) as remote:

        async def without_pause() -> None:
            for _ in range(200):
                await remote.health()

        with pytest.raises(PeerRefused, match="Too many requests") as refused:
            await without_pause()
        assert refused.value.code == "rate_limited"
        codes: list[str] = []
        for _ in range(3):
            with pytest.raises(PeerRefused) as refused:
                await remote.ask("GET", "/v1/files/facts", Facts, query={"path": "/nowhere"})
            codes.append(refused.value.code)
        assert codes == ["denied_path", "denied_path", "rate_limited"]


async def test_a_permission_that_is_taken_away_is_gone_with_the_next_request(tmp_path: Path) -> None:
    async with paired(tmp_path) as (machine, laptop), laptop.remote(machine) as remote:
        machine.peers.permit(machine.peers.all()[0].node_id, ())
        assert (await remote.health()).permissions == []
        with pytest.raises(PeerRefused, match="does not permit") as refused:
            await anext(remote.execute(api.Execute(command=["true"])))
        assert refused.value.code == "not_permitted"


async def test_each_request_leaves_a_line_with_who_asked(tmp_path: Path) -> None:
    async with paired(tmp_path) as (machine, laptop):
        async with laptop.remote(machine) as remote:
            async for _ in remote.execute(api.Execute(command=["/bin/echo", "a secret argument"])):
                pass
        await ask(machine, "GET", "/v1/health")
        text = (tmp_path / "studio" / "logs" / "audit.jsonl").read_text()
        lines = [json.loads(line) for line in text.splitlines()]
        executed = next(line for line in lines if line["path"] == "/v1/execute")
        assert executed["name"] == "laptop"
        assert executed["peer"] == machine.peers.all()[0].node_id
        assert (executed["program"], executed["status"]) == ("echo", 200)
        assert "a secret argument" not in text
        assert lines[-1]["status"] == 401
        assert "peer" not in lines[-1]
        key = laptop.keys.get(machine.identity.node_id)
        assert key
        assert key not in text


async def test_another_certificate_at_the_address_is_refused_before_a_word_is_said(tmp_path: Path) -> None:
    async with paired(tmp_path) as (machine, laptop), listening(Home(tmp_path / "other", "other")) as other:
        peer = laptop.peers.get(machine.identity.node_id)
        assert peer
        async with Remote(peer.name, peer.certificate, [address_of(other)], "key") as remote:
            with pytest.raises(WrongCertificate):
                await remote.health()
        async with Remote(
            peer.name,
            peer.certificate,
            [address_of(other), address_of(machine)],
            laptop.keys.get(peer.node_id),
        ) as remote:
            assert (await remote.health()).node_id == machine.identity.node_id
        assert not (tmp_path / "other" / "logs" / "audit.jsonl").exists()


async def test_old_tls_is_not_spoken(tmp_path: Path) -> None:
    async with paired(tmp_path) as (machine, _):
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname = False
        old.verify_mode = ssl.CERT_NONE
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        async with httpx.AsyncClient(verify=old, trust_env=False) as client:
            with pytest.raises(httpx.ConnectError):
                await client.get(f"https://{address_of(machine)}/")
        assert await certificate_at(address_of(machine)) == machine.identity.certificate


async def test_malformed_and_large_requests_are_refused_without_a_failure_inside(tmp_path: Path) -> None:
    async with paired(tmp_path) as (machine, laptop):
        key = {"Authorization": f"Bearer {laptop.keys.get(machine.identity.node_id)}"}
        Person(machine, says=None).look()
        for body in (b"", b"{", b"[]", b'{"command": []}', b'{"command": ["a\\u0000"]}', b"\xff", b"[" * 100_000):
            assert (await ask(machine, "POST", "/v1/execute", key, body)).status_code == 400
        for body in (b'{"commitment": "AAAA"}', b'{"commitment": 1}'):
            assert (await ask(machine, "POST", "/v1/pair/commit", {}, body)).status_code == 400
        large = await ask(machine, "POST", "/v1/execute", key, b" " * (api.MAX_BODY_BYTES + 1))
        assert large.status_code == 413
        assert (await ask(machine, "POST", "/v1/pair/commit", {}, b" " * 20_000)).status_code == 413
        for path, status in (("/v1/nothing", 404), ("/v1/execute", 405)):
            refused = await ask(machine, "GET", path, key)
            assert (refused.status_code, refused.json()["code"]) == (status, "not_found")
        unverified = ssl.create_default_context()
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        reader, writer = await asyncio.open_connection("127.0.0.1", machine.port, ssl=unverified)
        writer.write(b"no HTTP\r\n\r\n")
        async with asyncio.timeout(20):
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        assert head.startswith(b"HTTP/1.1 400 ")
        assert b"bad_request" in body


async def test_a_damaged_file_of_peers_lets_nobody_in(tmp_path: Path) -> None:
    async with paired(tmp_path) as (machine, laptop):
        (tmp_path / "studio" / "lan" / "peers.json").write_text("{")
        async with laptop.remote(machine) as remote:
            with pytest.raises(PeerRefused) as refused:
                await remote.health()
        assert refused.value.code == "unavailable"


async def test_a_port_that_is_taken_is_said_and_nobody_answers_where_nobody_listens(tmp_path: Path) -> None:
    sockets = listening_sockets("loopback", 0)
    port = int(sockets[0].getsockname()[1])
    try:
        with pytest.raises(LoopsyError, match="cannot be used"):
            listening_sockets("loopback", port)
    finally:
        for listener in sockets:
            listener.close()
    made = identity.load_or_create(tmp_path / "lan" / "identity.pem")
    async with Remote("studio", made.certificate, [f"127.0.0.1:{port}"], "key") as remote:
        with pytest.raises(PeerUnreachable):
            await remote.health()
    async with Remote("studio", made.certificate, [], "key") as remote:
        with pytest.raises(PeerUnreachable, match="no address"):
            await remote.health()
