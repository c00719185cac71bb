import stat
from pathlib import Path

import pytest

from loopsy_daemon.errors import LoopsyError, UsageError
from loopsy_daemon.lan.peers import PERMISSIONS, Peer, PeerStore, checked_permissions, key_hash

A, B = "a" * 26, "b" * 26


def peer(node_id: str = A, name: str = "studio", key: str = "key") -> Peer:
    return Peer(
        node_id=node_id,
        name=name,
        certificate=b"certificate",
        key_hash=key_hash(key),
        paired_at=1.0,
        permissions=("execute",),
        addresses=("192.0.2.1:1",),
    )


def test_what_one_process_stores_another_one_sees_at_once(tmp_path: Path) -> None:
    path = tmp_path / "lan" / "peers.json"
    daemon, command = PeerStore(path), PeerStore(path)
    assert daemon.all() == []
    command.put(peer())
    assert daemon.get(A) == peer()
    assert daemon.with_key("key") == peer()
    daemon.put(peer(B, "desk", "other"))
    command.permit(A, ())
    assert [found.permissions for found in daemon.all()] == [("execute",), ()]
    command.remove(A)
    assert daemon.get(A) is None
    assert daemon.with_key("key") is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_is_stored_as_a_hash_alone(tmp_path: Path) -> None:
    path = tmp_path / "peers.json"
    PeerStore(path).put(peer(key="the-key-itself"))
    assert b"the-key-itself" not in path.read_bytes()
    assert PeerStore(path).with_key("another") is None


def test_a_person_names_a_peer_by_name_or_the_beginning_of_its_id(tmp_path: Path) -> None:
    store = PeerStore(tmp_path / "peers.json")
    store.put(peer(A, "studio"))
    store.put(peer(B, "Studio"))
    store.put(peer("c" * 26, B[:4]))
    assert store.find(A).node_id == A
    assert store.find("bbbb").node_id == "c" * 26, "a name comes before an id that begins so"
    assert store.find("bbbbb").node_id == B
    with pytest.raises(UsageError, match="2 peers are called"):
        store.find("STUDIO")
    for nobody in ("desk", "aaa", ""):
        with pytest.raises(UsageError, match="No peer"):
            store.find(nobody)


def test_the_address_that_answered_last_comes_first_and_the_list_stays_short(tmp_path: Path) -> None:
    store = PeerStore(tmp_path / "peers.json")
    store.put(peer())
    for number in range(20):
        store.found_at(A, f"192.0.2.1:{number + 1}")
    store.found_at(A, "192.0.2.1:18")
    store.found_at(B, "192.0.2.1:1")
    assert [len(found.addresses) for found in store.all()] == [8]
    assert store.all()[0].addresses[:3] == ("192.0.2.1:18", "192.0.2.1:20", "192.0.2.1:19")


def test_a_damaged_file_is_an_error_and_lets_nobody_in(tmp_path: Path) -> None:
    path = tmp_path / "peers.json"
    PeerStore(path).put(peer())
    path.write_text('{"peers": [{"node_id": "x"}]}')
    with pytest.raises(LoopsyError, match="damaged"):
        PeerStore(path).with_key("key")


def test_an_unknown_permission_is_refused() -> None:
    assert checked_permissions(["execute", "execute"]) == ("execute",)
    assert checked_permissions([]) == ()
    assert checked_permissions(["none"]) == ()
    assert checked_permissions(["all"]) == PERMISSIONS
    with pytest.raises(UsageError):
        checked_permissions(["everything"])
    with pytest.raises(UsageError):
        checked_permissions(["execute", "none"])
