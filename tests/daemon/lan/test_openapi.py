"""The OpenAPI document says what there is; whoever follows it, rightly or wrongly, never meets a defect."""

import asyncio
import json
import os
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from starlette.applications import Starlette
from starlette.routing import Route

from loopsy_daemon.config import LanConfig, TransferConfig
from loopsy_daemon.lan import admission, api, openapi, session_api
from loopsy_daemon.lan.identity import as_pem
from tests.daemon.cli.program import Loopsy
from tests.daemon.lan.rig import address_of, paired

# These end what the others need.
_LAST = "/v1/peer"
_PATIENCE_SECONDS = 30.0


async def test_it_describes_every_route_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    routes: list[Route] = []

    class Remembering(Starlette):
        def __init__(self, **arguments: Any) -> None:
            super().__init__(**arguments)
            routes.extend(arguments["routes"])

    monkeypatch.setattr("loopsy_daemon.lan.application.Starlette", Remembering)
    async with paired(tmp_path) as (machine, home), home.remote(machine) as remote:
        there = {
            (method, path)
            for route in routes
            for method in (route.methods or set()) - {"HEAD"}
            for path in (
                [f"/v1/sessions/{verb}" for verb in session_api.VERBS]
                if route.path == "/v1/sessions/{verb}"
                else [route.path]
            )
        }
        assert there == {(request.method, request.path) for request in openapi.described()}
        told = await remote.ask("GET", openapi.PATH, dict[str, Any])
        assert told == json.loads(json.dumps(openapi.document()))
    assert told["openapi"] == "3.1.0"
    operation_ids = [operation["operationId"] for path in told["paths"].values() for operation in path.values()]
    assert len(operation_ids) == len(set(operation_ids))


def test_the_command_writes_it(tmp_path: Path) -> None:
    assert json.loads(Loopsy(tmp_path).run("lan", "openapi").stdout) == openapi.document()


@pytest.mark.parametrize("examples", [1, pytest.param(25, marks=[pytest.mark.thorough, pytest.mark.timeout(900)])])
async def test_no_request_meets_a_defect(examples: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for limited in ("_REQUESTS", "_FILE_REQUESTS", "_PAIRING_STEPS", "_FAILURES"):
        monkeypatch.setattr(admission, f"{limited}_PER_MINUTE", 1e9)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SHELL", "/bin/true")
    ours = tmp_path / "ours"
    ours.mkdir()
    async with paired(tmp_path, LanConfig(deny=[]), TransferConfig(allow=[str(ours)])) as (machine, home):
        peer = home.peers.get(machine.identity.node_id)
        assert peer
        context = ssl.create_default_context(cadata=as_pem(peer.certificate))
        context.check_hostname = False
        headers = {"Host": api.HOST, "Authorization": f"Bearer {home.keys.get(peer.node_id)}"}
        base = f"https://{address_of(machine)}"
        with httpx.Client(base_url=base, verify=context, headers=headers, timeout=_PATIENCE_SECONDS) as client:
            await asyncio.to_thread(_try_everything, client, examples)
    assert not (tmp_path / "studio" / "logs" / "crash.log").exists()


def _try_everything(client: httpx.Client, examples: int) -> None:
    document = openapi.document()
    schema = schemathesis.openapi.from_dict(document)
    tried = 0
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        if operation.path == _LAST:
            continue
        for mode in schemathesis.GenerationMode:

            @settings(
                max_examples=examples,
                derandomize=True,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def attempt(case: "schemathesis.Case[Any]") -> None:
                nonlocal tried
                tried += 1
                _check(case, client)

            attempt()
    assert tried > len(document["paths"])


def _check(case: "schemathesis.Case[Any]", client: httpx.Client) -> None:
    if isinstance(case.body, dict):
        for name in ("wait_seconds", "quiet_seconds", "timeout_seconds"):
            if isinstance(case.body.get(name), int | float):
                case.body[name] = 0.01  # waiting finds nothing
        if case.body.get("command"):
            case.body["command"] = [os.devnull]  # whatever is made up might be a program of this machine
    asked = case.as_transport_kwargs(base_url=str(client.base_url))
    body = asked.get("data")
    if asked.get("json") is not None:
        body = json.dumps(asked["json"])
    response = client.request(
        asked["method"], asked["url"], params=asked.get("params"), content=body or b"",
        headers={"content-type": "application/json"},
    )  # fmt: skip
    assert response.status_code < 500 or response.status_code in (503, 507), (asked, response.text)
    if response.status_code >= 400:
        assert json.loads(response.text)["code"] != "internal", (asked, response.text)
