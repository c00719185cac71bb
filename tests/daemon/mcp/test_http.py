"""The server over HTTP: for who has the token alone, and as the official conformance suite wants it."""

import asyncio
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from loopsy_deploy.node import find_node
from tests.support.bearer_proxy import bearer_proxy

DEADLINE_SECONDS = 30.0
SERVE = ["-c", "from loopsy_daemon.cli.main import main; main()", "mcp", "serve", "--http", "--port"]
SERVE_FOR_SUITE = ["-m", "tests.support.mcp_suite_server"]
ROOT = Path(__file__).resolve().parents[3]
SCENARIOS = 30
SUITE = ROOT / "tests/support/mcp/node_modules/@modelcontextprotocol/conformance/dist/index.js"


@asynccontextmanager
async def served(home: Path, program: Sequence[str]) -> AsyncIterator[tuple[int, str]]:
    """Give the address and the token of a server of this home."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *program, str(port)),
        cwd=ROOT,
        env={**os.environ, "LOOPSY_HOME": str(home), "LOOPSY_SECRETS": "file"},
    )
    try:
        async with asyncio.timeout(DEADLINE_SECONDS), httpx.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    await client.get(f"http://127.0.0.1:{port}/mcp")
                except httpx.TransportError:
                    assert process.returncode is None
                    await asyncio.sleep(0.05)
                else:
                    break
        yield port, (home / "mcp" / "token").read_text().strip()
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.wait()


def initialize() -> dict[str, object]:
    parameters = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    return {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": parameters}


async def test_who_has_the_token_and_is_no_web_page_is_served_and_nobody_else(tmp_path: Path) -> None:
    async with served(tmp_path, SERVE) as (port, token), httpx.AsyncClient(trust_env=False) as client:

        async def ask(**headers: str) -> httpx.Response:
            accepted = {"accept": "application/json, text/event-stream", **headers}
            return await client.post(f"http://127.0.0.1:{port}/mcp", json=initialize(), headers=accepted)

        bearer = f"Bearer {token}"
        welcome = await ask(authorization=bearer)
        assert welcome.status_code == 200
        assert "loopsy_execute" in welcome.text or '"name":"loopsy"' in welcome.text
        assert (await ask(authorization=bearer, origin=f"http://127.0.0.1:{port}")).status_code == 200
        assert (await ask()).status_code == 401
        assert (await ask(authorization=f"{bearer}x")).status_code == 401
        assert (await ask(authorization="Basic eDp5")).status_code == 401
        assert (await ask(authorization=bearer, host="attacker.example")).status_code == 421
        assert (await ask(authorization=bearer, origin="https://attacker.example")).status_code == 403
        refused = await client.options(f"http://127.0.0.1:{port}/mcp", headers={"origin": "https://attacker.example"})
        assert not any(name.startswith("access-control") for name in refused.headers)
        assert stat.S_IMODE((tmp_path / "mcp" / "token").stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "mcp").stat().st_mode) == 0o700


@pytest.mark.thorough
@pytest.mark.timeout(300)
async def test_the_official_suite_finds_no_fault(tmp_path: Path) -> None:
    node = find_node()

    def run(port: int) -> subprocess.CompletedProcess[str]:
        address = f"http://127.0.0.1:{port}/mcp"
        return subprocess.run(
            ["node", str(SUITE), "server", "--url", address],
            cwd=tmp_path,
            env=node.environment(),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    async with served(tmp_path, SERVE_FOR_SUITE) as (port, token), bearer_proxy(port, token) as proxy:
        done = await asyncio.to_thread(run, proxy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(re.findall(r"^✓ ", done.stdout, re.MULTILINE)) == SCENARIOS, done.stdout
    assert not re.findall(r"^✗ ", done.stdout, re.MULTILINE), done.stdout
