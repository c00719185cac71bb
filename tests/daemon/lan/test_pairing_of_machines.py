import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from loopsy_daemon.lan import api, identity, joining, pairing_desk
from loopsy_daemon.lan.errors import PairingFailed, PeerError, PeerRefused
from loopsy_daemon.lan.machine import Machine
from loopsy_daemon.lan.pairing import commitment
from loopsy_daemon.lan.peers import PERMISSIONS
from loopsy_daemon.lan.remote import Remote
from tests.daemon.lan.rig import DEADLINE_SECONDS, Home, Person, address_of, listening


@asynccontextmanager
async def two(directory: Path) -> AsyncIterator[tuple[Machine, Person, Home]]:
    laptop = Home(directory / "laptop", "laptop")
    async with listening(Home(directory / "studio", "studio")) as machine:
        yield machine, Person(machine), laptop


async def test_both_show_the_same_code_and_keep_each_other(tmp_path: Path) -> None:
    async with two(tmp_path) as (machine, person, laptop):
        person.look()
        peer, code = await laptop.join(machine, port=9)
        assert person.codes == [code]
        assert person.names == ["laptop"]
        assert person.outcomes == ["paired"]
        assert peer.certificate == machine.identity.certificate
        there = machine.peers.all()[0]
        assert there.node_id == laptop.joiner()._identity.node_id
        assert there.addresses == ("127.0.0.1:9",)
        assert there.permissions == PERMISSIONS
        # each presents what the other checks
        assert machine.peers.with_key(laptop.keys.get(machine.identity.node_id) or "") == there
        assert laptop.peers.with_key(machine._keys.get(there.node_id) or "") == peer
        async with laptop.remote(machine) as remote:
            assert (await remote.health()).name == "studio"


async def test_without_an_open_pairing_nobody_gets_anything(tmp_path: Path) -> None:
    async with two(tmp_path) as (machine, person, laptop):
        with pytest.raises(PeerRefused, match="No pairing is open"):
            await laptop.join(machine)
        screen = person.look()
        machine.desk.cancel(screen)
        assert person.outcomes == ["cancelled"]
        with pytest.raises(PeerRefused, match="No pairing is open"):
            await laptop.join(machine)
        assert machine.peers.all() == []


@pytest.mark.parametrize("refuses", ["opener", "joiner"])
async def test_either_person_can_refuse_and_then_nothing_is_stored(tmp_path: Path, refuses: str) -> None:
    async with two(tmp_path) as (machine, person, laptop):
        person.says = refuses != "opener" and None
        person.look()
        with pytest.raises(PeerError):
            await laptop.join(machine, says=refuses != "joiner")
        assert person.outcomes == ["refused"]
        assert machine.peers.all() == laptop.peers.all() == []
        assert machine._keys._read() == laptop.keys._read() == {}


async def test_one_pairing_at_a_time(tmp_path: Path) -> None:
    async with two(tmp_path) as (machine, person, laptop):
        person.says = None
        screen = person.look()
        with pytest.raises(Exception, match="open already"):
            Person(machine).look()
        joining_first = asyncio.create_task(laptop.join(machine))
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not person.codes:
                await asyncio.sleep(0.01)
        with pytest.raises(PeerRefused, match="Another machine"):
            await Home(tmp_path / "other", "other").join(machine)
        machine.desk.answer(screen, matches=True)
        await joining_first
        assert person.outcomes == ["paired"]
        assert [peer.name for peer in machine.peers.all()] == ["laptop"]


async def test_a_few_failed_tries_end_the_pairing(tmp_path: Path) -> None:
    async with two(tmp_path) as (machine, person, _):
        person.look()
        async with Remote("studio", machine.identity.certificate, [address_of(machine)], None) as remote:
            for _ in range(pairing_desk.MAX_TRIES):
                committed = await remote.commit(bytes(32))
                with pytest.raises(PeerRefused, match="committed"):
                    await remote.reveal(committed.pairing, b"something else")
            with pytest.raises(PeerRefused, match="No pairing is open"):
                await remote.commit(bytes(32))
        assert person.outcomes == ["refused"]
        assert person.codes == []


async def test_a_step_without_the_one_before_is_refused(tmp_path: Path) -> None:
    async with two(tmp_path) as (machine, person, _):
        person.look()
        async with Remote("studio", machine.identity.certificate, [address_of(machine)], None) as remote:
            committed = await remote.commit(commitment(b"hello"))
            for step in (
                remote.reveal("another", b"hello"),
                remote.confirm("another", b"", 5),
                remote.confirm(committed.pairing, b"", 5),
                remote.reveal(committed.pairing, b"hello"),  # as committed, and still no hello
            ):
                with pytest.raises(PeerRefused):
                    await step
        assert machine.peers.all() == []


async def test_a_pairing_ends_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing_desk, "PAIRING_SECONDS", 0.2)
    async with two(tmp_path) as (machine, person, laptop):
        person.says = None
        person.look()
        with pytest.raises(PeerRefused):
            await laptop.join(machine)
        assert person.outcomes == ["expired"]


async def test_a_machine_in_the_middle_makes_the_codes_differ(tmp_path: Path) -> None:
    # It speaks to each side as the other, with hellos of its own: all that a middle without the keys can do.
    async with two(tmp_path) as (machine, person, laptop):
        person.says = None
        person.look()
        async with listening(Home(tmp_path / "middle", "studio")) as middle:
            to_laptop = Person(middle, says=None)
            to_laptop.look()
            as_laptop = Home(tmp_path / "as_laptop", "laptop")
            tasks = [asyncio.create_task(laptop.join(middle)), asyncio.create_task(as_laptop.join(machine))]
            try:
                async with asyncio.timeout(DEADLINE_SECONDS):
                    while not (person.codes and to_laptop.codes):
                        await asyncio.sleep(0.01)
                assert to_laptop.names == person.names == ["laptop"], "nothing but the codes tells the difference"
                assert person.codes != to_laptop.codes
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


async def test_who_passes_on_the_words_with_another_certificate_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The middle ends TLS with its own certificate and passes on what the real machine says.
    async with two(tmp_path) as (machine, person, laptop):
        person.says = None
        person.look()
        certificate = identity.load_or_create(tmp_path / "middle" / "identity.pem").certificate

        async def shown_by_the_middle(_address: str) -> bytes:
            return certificate

        class PassedOn(Remote):
            def __init__(self, name: str, _pinned: bytes, addresses: tuple[str, ...], key: str | None) -> None:
                super().__init__(name, machine.identity.certificate, addresses, key)

        monkeypatch.setattr(joining, "certificate_at", shown_by_the_middle)
        monkeypatch.setattr(joining, "Remote", PassedOn)
        with pytest.raises(PairingFailed, match="not who wants to pair"):
            await laptop.join(machine)
        assert laptop.peers.all() == machine.peers.all() == []
        assert person.codes == []


async def test_keys_do_not_cross_the_wire_in_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = bytearray()
    send = httpx.AsyncClient.send

    async def spied(self: httpx.AsyncClient, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        seen.extend(request.content)
        return await send(self, request, stream=stream)

    monkeypatch.setattr(httpx.AsyncClient, "send", spied)
    async with two(tmp_path) as (machine, person, laptop):
        person.look()
        await laptop.join(machine)
        there = machine.peers.all()[0].node_id
        sent = bytes(seen)
        assert b"commitment" in sent
        for key in (machine._keys.get(there), laptop.keys.get(machine.identity.node_id)):
            assert key
            assert key.encode() not in sent
            assert api.encode(key.encode())[1:-1].rstrip(b"=") not in sent


async def test_pairing_again_replaces_the_former_keys(tmp_path: Path) -> None:
    async with two(tmp_path) as (machine, person, laptop):
        person.look()
        await laptop.join(machine)
        former = laptop.keys.get(machine.identity.node_id)
        person.look()
        await laptop.join(machine)
        assert len(machine.peers.all()) == len(laptop.peers.all()) == 1
        with pytest.raises(PeerRefused):
            async with laptop.remote(machine, key=former) as remote:
                await remote.health()


async def test_unpairing_holds_at_once_on_both_sides(tmp_path: Path) -> None:
    async with two(tmp_path) as (machine, person, laptop):
        person.look()
        await laptop.join(machine)
        async with laptop.remote(machine) as remote:
            await remote.forget()
            assert machine.peers.all() == []
            assert machine._keys._read() == {}
            with pytest.raises(PeerRefused, match="does not know"):
                await remote.health()
        person.look()
        await laptop.join(machine)
        machine.peers.remove(machine.peers.all()[0].node_id)
        async with laptop.remote(machine) as remote:
            with pytest.raises(PeerRefused, match="does not know"):
                await remote.health()
