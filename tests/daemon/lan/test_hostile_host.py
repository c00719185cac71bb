"""A machine of the network that is not paired, whatever it knows: it gets nothing, and changes nothing."""

import asyncio
import json
import logging
import ssl
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from loopsy_daemon.lan import admission, api, openapi
from loopsy_daemon.lan.peers import key_hash
from tests.daemon.lan.rig import address_of, paired

NO_TLS = (
    b"GET /v1/health HTTP/1.1\r\nHost: loopsy.invalid\r\n\r\n",
    b"\x16\x03\x01\xff\xff" + b"\0" * 64,
    b"\0" * 4_096,
)


async def test_every_request_of_a_stranger_is_refused_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "_FAILURES_PER_MINUTE", 1e9)  # it would stop the stranger after ten
    async with paired(tmp_path) as (machine, laptop):
        before = (tmp_path / "studio" / "lan" / "peers.json").read_bytes()
        key = laptop.keys.get(machine.identity.node_id)
        assert key
        body = json.dumps({"command": ["touch", str(tmp_path / "owned")], "path": "/etc/passwd", "key": "a"})
        asked = 0
        async with httpx.AsyncClient(verify=False, trust_env=False) as client:

            async def ask(method: str, path: str, authorisation: Mapping[str, str]) -> tuple[int, str]:
                nonlocal asked
                asked += 1
                path = path.replace("{job}", "0123456789abcdef")
                headers = {"Host": api.HOST, **authorisation}
                url = f"https://{address_of(machine)}{path}"
                answer = await client.request(method, url, headers=headers, content=body)
                assert set(answer.json()) <= {"code", "message", "hint"}
                assert "server" not in answer.headers
                return answer.status_code, answer.json()["code"]

            stolen = {"Authorization": f"Bearer {key_hash(key)}"}  # out of the file of peers
            for request in openapi.described():
                refused = await ask(request.method, request.path, stolen)
                if request.pairing:  # nobody waits for one
                    assert refused in {(400, "bad_request"), (403, "no_pairing")}, request
                else:
                    assert refused == (401, "unauthorised"), request
            for value in (
                f"Bearer {key[:-1]}",
                f"Basic {key}",
                key,
                f"Bearer {laptop.peers.all()[0].node_id}",
                "Bearer",
            ):
                assert await ask("POST", "/v1/execute", {"Authorization": value}) == (401, "unauthorised")
            for method, path in (("GET", "/v1/health"), ("POST", "/v1/execute"), ("GET", "/"), ("PUT", "/v1/nothing")):
                assert await ask(method, path, {}) == (401, "unauthorised")
            assert await ask("POST", "/v1/pair/commit", {"Authorization": f"Bearer {key}"}) == (400, "bad_request")
        assert asked > 30
        assert not (tmp_path / "owned").exists()
        assert (tmp_path / "studio" / "lan" / "peers.json").read_bytes() == before
        async with laptop.remote(machine) as remote:
            await remote.health()

        for said in NO_TLS:
            reader, writer = await asyncio.open_connection("127.0.0.1", machine.port)
            writer.write(said)
            if not said.startswith(b"GET"):
                writer.write_eof()
            async with asyncio.timeout(20):
                assert len(await reader.read()) < 16  # an alert at most
            writer.close()


NONSENSE = (
    b"nonsense\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: loopsy.invalid\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: loopsy.invalid\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    b"GET / HTTP/1.1\r\nA: " + b"a" * 200_000 + b"\r\n\r\n",
    b"POST /v1/pair/commit HTTP/1.1\r\nHost: loopsy.invalid\r\nContent-Length: 9\r\n\r\n{",
)


async def test_what_a_stranger_says_does_not_fill_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    anybody = ssl.create_default_context()
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE
    async with paired(tmp_path) as (machine, _):
        caplog.clear()
        for said in NONSENSE:
            reader, writer = await asyncio.open_connection("127.0.0.1", machine.port, ssl=anybody)
            writer.write(said)
            if said.startswith(b"POST"):  # and goes, in the middle of it
                await writer.drain()
            else:
                async with asyncio.timeout(20):
                    await reader.read()
            writer.transport.abort()
        audit = tmp_path / "studio" / "logs" / "audit.jsonl"
        async with asyncio.timeout(20):
            while '"status":400' not in audit.read_text():  # of the one that went
                await asyncio.sleep(0.01)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
