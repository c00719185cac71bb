import json
from pathlib import Path

import pytest

from loopsy_daemon.errors import RequestFailed
from loopsy_daemon.exchange.context_requests import (
    BROADCAST,
    DELETE,
    GET,
    LIST,
    SET,
    Broadcast,
    DeleteEntry,
    GetEntry,
    ListEntries,
    SetEntry,
)
from loopsy_daemon.lan.errors import PeerRefused
from tests.daemon.lan.exchanges import ask_own, friends
from tests.daemon.lan.rig import Home, Person, listening


async def test_machines_share_values_and_say_who_set_them(tmp_path: Path) -> None:
    async with friends(tmp_path) as pair:
        value = "\x00" * 100_000  # in JSON six times as long
        entry = await pair.ask_studio(SET, SetEntry(key="secret-plan", value=value, if_version=0))
        assert (await ask_own(pair.studio, GET, GetEntry(key="secret-plan"))).value == value
        assert (await pair.ask_studio(GET, GetEntry(key="secret-plan"))).value == value
        with pytest.raises(RequestFailed) as refused:
            await pair.ask_studio(SET, SetEntry(key="secret-plan", value="y", if_version=0))
        assert refused.value.code == "conflict"
        assert "studio: secret-plan has version" in refused.value.message
        await ask_own(pair.studio, SET, SetEntry(key="own", value="1"))
        page = await pair.ask_studio(LIST, ListEntries())
        assert [(found.key, found.author, found.author_id) for found in page.entries] == [
            ("own", "studio", None),
            ("secret-plan", "laptop", pair.laptop_machine.identity.node_id),
        ]
        await pair.ask_studio(DELETE, DeleteEntry(key="secret-plan", if_version=entry.version))
        with pytest.raises(RequestFailed) as refused:
            await pair.ask_studio(GET, GetEntry(key="secret-plan"))
        assert refused.value.code == "not_found"

        pair.studio.peers.permit(pair.laptop_machine.identity.node_id, ("message",))
        with pytest.raises(PeerRefused, match="does not permit"):
            await pair.ask_studio(LIST, ListEntries())
    log = pair.studio.paths.audit_log.read_text()
    audited = [
        (line["name"], line["status"]) for line in map(json.loads, log.splitlines()) if "context" in line["path"]
    ]
    assert audited[0] == ("laptop", 200)
    assert {status for _, status in audited} == {200, 403, 404, 409}
    assert "secret-plan" not in log


async def test_what_is_no_request_is_refused_and_what_is_for_the_machine_alone_is_not_there(tmp_path: Path) -> None:
    async with friends(tmp_path) as pair, pair.laptop.remote(pair.studio_machine) as remote:
        studio = f"https://127.0.0.1:{pair.studio_machine.port}/v1"
        for body in (b"", b"{", b"[]", b'{"key": 1}', b'{"key": "\\ud800"}', b'{"key": "a"}' * 2, b"[" * 100_000):
            response = await remote._client.post(f"{studio}/context/get", content=body)
            assert response.status_code == 400, body[:20]
        for name in ("context/broadcast", "message/send", "message/inbox", "message/wait"):
            response = await remote._client.post(
                f"https://127.0.0.1:{pair.studio_machine.port}/v1/{name}", content=b"{}"
            )
            assert response.status_code == 404, name
        too_large = SetEntry(key="k", value="x" * 1_048_576)
        with pytest.raises(PeerRefused) as refused:
            await remote.ask("POST", SET.path, dict[str, str], too_large)
        assert refused.value.code == "too_large"


async def test_a_broadcast_is_written_on_every_machine_that_can_be_reached(tmp_path: Path) -> None:
    async with friends(tmp_path) as pair:
        tablet, phone = Home(tmp_path / "tablet", "tablet"), Home(tmp_path / "gone", "gone")
        async with listening(phone) as machine:  # that is off in a moment
            Person(machine).look()
            await pair.laptop.join(machine)
        async with listening(tablet) as machine:
            Person(machine).look()
            await pair.laptop.join(machine)
            tablet.peers.permit(pair.laptop_machine.identity.node_id, ())
            result = await ask_own(pair.laptop, BROADCAST, Broadcast(key="release", value="2.0", ttl_seconds=60.0))
        outcomes = {machine.name: (machine.outcome, machine.reason) for machine in result.machines}
        assert outcomes["laptop"] == outcomes["studio"] == ("ok", None)
        assert outcomes["gone"][0] == "offline"
        assert outcomes["tablet"][0] == "refused"
        assert "does not permit" in (outcomes["tablet"][1] or "")
        for home in (pair.laptop, pair.studio):
            entry = await ask_own(home, GET, GetEntry(key="release"))
            assert (entry.value, entry.author) == ("2.0", "laptop")
            assert entry.expires_at
