import asyncio
from pathlib import Path

import msgspec
import pytest
from zeroconf.asyncio import AsyncServiceInfo

from loopsy_daemon.lan import presence
from loopsy_daemon.lan.discovery import MAX_MACHINES, SERVICE_TYPE, Announcement, Discovery, announcement_of
from loopsy_daemon.lan.peers import PERMISSIONS, Peer
from loopsy_daemon.lan.presence import HealthChecks, State
from tests.daemon.lan.rig import DEADLINE_SECONDS, Home, address_of, listening, paired

NODE = "a" * 26


class Watched:
    """Health checks of a home, and the states that they have told."""

    def __init__(self, home: Home) -> None:
        self.announced: dict[str, Announcement] = {}
        self.told: asyncio.Queue[State] = asyncio.Queue()
        self.checks = HealthChecks(
            home.peers, home.keys, lambda: self.announced, lambda _peer, state: self.told.put_nowait(state)
        )

    async def until(self, state: State) -> None:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while await self.told.get() != state:
                pass


async def test_a_peer_that_goes_and_comes_back_elsewhere_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(presence, "RETRY_SECONDS", 0.01)
    async with paired(tmp_path) as (machine, laptop):
        watched = Watched(laptop)
        await watched.until("online")
        node_id, former = machine.identity.node_id, address_of(machine)
        assert watched.checks.of(node_id).permissions == PERMISSIONS
        await machine.close()
        await watched.until("offline")
        assert watched.checks.of(node_id).seen_at is not None
        async with listening(Home(tmp_path / "studio", "studio")) as again:
            assert address_of(again) != former
            watched.announced[node_id] = Announcement(
                node_id, "studio", "", "", (), again.port, ("127.0.0.1:1", address_of(again))
            )
            await watched.until("online")
            peer = laptop.peers.get(node_id)
            assert peer
            assert peer.addresses[:2] == (address_of(again), former)
            again.peers.remove(again.peers.all()[0].node_id)
            await watched.until("refused")
        await watched.checks.close()


async def test_an_announcement_of_somebody_else_does_not_become_the_peers_address(tmp_path: Path) -> None:
    async with paired(tmp_path) as (machine, laptop), listening(Home(tmp_path / "other", "other")) as other:
        node_id = machine.identity.node_id
        peer = laptop.peers.get(node_id)
        assert peer
        found = await presence.presence_of(peer, laptop.keys, [address_of(other)])
        assert (found.state, found.address) == ("online", address_of(machine))
        laptop.peers.put(msgspec.structs.replace(peer, addresses=()))
        alone = laptop.peers.get(node_id)
        assert alone
        found = await presence.presence_of(alone, laptop.keys, [address_of(other)])
        assert (found.state, found.address) == ("impostor", None)


async def test_a_peer_whose_record_is_damaged_does_not_cost_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with paired(tmp_path) as (machine, laptop):
        assert laptop.peers.get(machine.identity.node_id)
        laptop.peers.put(Peer(node_id=NODE, name="bad", certificate=b"none", key_hash="0" * 64, paired_at=0.0))
        watched = Watched(laptop)
        await watched.until("online")
        assert watched.checks.of(NODE).state == "unknown"
        async with asyncio.timeout(DEADLINE_SECONDS):
            while "cannot be asked" not in caplog.text:
                await asyncio.sleep(0.01)
        await watched.checks.close()


def test_what_a_service_says_is_bounded_and_never_believed_to_be_complete() -> None:
    def told(properties: dict[str, str | None], addresses: list[str], port: int = 9) -> Announcement | None:
        return announcement_of(
            AsyncServiceInfo(
                SERVICE_TYPE, f"x.{SERVICE_TYPE}", port=port, properties=properties, parsed_addresses=addresses
            )
        )

    found = told({"id": NODE, "name": "n" * 200, "capabilities": "execute"}, ["192.0.2.1", "2001:db8::1", "fe80::1"])
    assert found
    assert found.addresses == ("192.0.2.1:9", "[2001:db8::1]:9")
    assert len(found.name) == 64
    assert told({"name": "studio"}, ["192.0.2.1"]) is None
    assert told({"id": "i" * 65}, ["192.0.2.1"]) is None
    assert told({"id": None}, []) is None
    many = told({"id": NODE}, [f"192.0.2.{number}" for number in range(1, 100)])
    assert many
    assert len(many.addresses) == 8


def test_who_announces_machines_without_end_is_not_listened_to_without_end() -> None:
    changes: list[None] = []
    discovery = Discovery(announcement("own"), lambda: changes.append(None))
    for number in range(3 * MAX_MACHINES):
        discovery._keep("always the same", announcement(f"other {number}"))
    assert list(discovery.others()) == [f"other {3 * MAX_MACHINES - 1}"]
    for number in range(3 * MAX_MACHINES):
        if not discovery._is_one_too_many(f"name {number}"):
            discovery._keep(f"name {number}", announcement(f"node {number}"))
    assert len(discovery.others()) == MAX_MACHINES
    before = len(changes)
    discovery._keep("name 1", announcement("node 1"))
    assert len(changes) == before


def announcement(node_id: str) -> Announcement:
    return Announcement(node_id, "", "", "", (), 9)
