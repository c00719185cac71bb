"""Each request of the interface, asked by a peer that may do everything but that."""

from pathlib import Path

import httpx

from loopsy_daemon.lan import api, openapi
from loopsy_daemon.lan.peers import PERMISSIONS
from tests.daemon.lan.rig import address_of, paired


async def test_what_a_peer_may_not_do_is_refused_before_it_is_looked_at(tmp_path: Path) -> None:
    async with paired(tmp_path) as (machine, laptop), httpx.AsyncClient(verify=False, trust_env=False) as client:
        headers = {"Host": api.HOST, "Authorization": f"Bearer {laptop.keys.get(machine.identity.node_id)}"}
        peer = machine.peers.all()[0].node_id
        asked: set[str] = set()
        for permission in PERMISSIONS:
            machine.peers.permit(peer, tuple(other for other in PERMISSIONS if other != permission))
            for request in openapi.described():
                if request.permission == permission:
                    url = f"https://{address_of(machine)}{request.path}"
                    answer = await client.request(request.method, url, headers=headers, content=b"not read")
                    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted"), request
                    asked.add(request.path)
        assert {path.split("/")[2] for path in asked} == {"execute", "files", "context", "message", "task", "sessions"}
