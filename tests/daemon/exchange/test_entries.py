import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from loopsy_daemon.exchange import entries, limits
from loopsy_daemon.exchange.context_requests import DeleteEntry, Entry, GetEntry, ListEntries, SetEntry
from loopsy_daemon.exchange.errors import Refused
from loopsy_daemon.exchange.operations import Actor
from tests.daemon.exchange.stores import HERE, LAPTOP, TABLET, new_tables


@pytest.fixture
def tables() -> Iterator[sqlite3.Connection]:
    with closing(new_tables()) as connection:
        yield connection


def put(
    tables: sqlite3.Connection,
    key: str,
    value: str = "x",
    *,
    actor: Actor = HERE,
    now: float = 100.0,
    ttl: float | None = None,
    if_version: int | None = None,
) -> Entry:
    return entries.put(tables, actor, SetEntry(key=key, value=value, ttl_seconds=ttl, if_version=if_version), now)


def get(tables: sqlite3.Connection, key: str, now: float = 100.0) -> Entry:
    return entries.get(tables, HERE, GetEntry(key=key), now)


def refusal(code: str) -> "pytest.RaisesExc[Refused]":
    return pytest.RaisesExc(Refused, check=lambda refused: refused.code == code)


def test_a_value_comes_back_with_who_set_it_and_when(tables: sqlite3.Connection) -> None:
    put(tables, "build/status", "grün\x00\n", actor=LAPTOP, now=7.0)
    found = get(tables, "build/status")
    assert (found.value, found.author, found.author_id, found.updated_at) == (
        "grün\x00\n", "laptop", LAPTOP.node_id, 7.0,
    )  # fmt: skip
    assert found.size_bytes == len("grün\x00\n".encode())


def test_only_who_knows_the_version_changes_it(tables: sqlite3.Connection) -> None:
    first = put(tables, "k", "1", if_version=0)
    with refusal("conflict"):
        put(tables, "k", "2", if_version=0)
    second = put(tables, "k", "2", if_version=first.version)
    assert second.version > first.version
    with refusal("conflict"):
        put(tables, "k", "3", if_version=first.version)
    with refusal("conflict"):
        entries.delete(tables, HERE, DeleteEntry(key="k", if_version=first.version), 100.0)
    assert get(tables, "k").value == "2"
    entries.delete(tables, HERE, DeleteEntry(key="k", if_version=second.version), 100.0)
    # deleted and set anew is not what it was
    assert put(tables, "k", "4").version > second.version


def test_what_has_expired_is_not_there_for_anybody(tables: sqlite3.Connection) -> None:
    put(tables, "k", ttl=10.0, now=100.0)
    put(tables, "stays")
    assert get(tables, "k", 109.9).expires_at == 110.0
    with refusal("not_found"):
        get(tables, "k", 110.0)
    with refusal("not_found"):
        entries.delete(tables, HERE, DeleteEntry(key="k"), 110.0)
    assert [entry.key for entry in entries.page(tables, HERE, ListEntries(), 110.0).entries] == ["stays"]
    put(tables, "k", if_version=0, now=110.0)
    assert tables.execute("SELECT count(*) FROM context").fetchone()[0] == 2


def test_pages_of_a_prefix_are_complete_and_in_order(tables: sqlite3.Connection) -> None:
    for key in ("a/%", "a/1", "a/2", "a/10", "a_1", "A/1", "b"):
        if key != "a/%":
            put(tables, key)
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = entries.page(tables, HERE, ListEntries(prefix="a/", after=after, limit=2), 100.0)
        assert all(entry.value is None for entry in page.entries)
        found += [entry.key for entry in page.entries]
        after = page.next
    assert found == ["a/1", "a/10", "a/2"]
    # nothing in a prefix is a pattern
    assert entries.page(tables, HERE, ListEntries(prefix="a_"), 100.0).entries[0].key == "a_1"
    assert entries.page(tables, HERE, ListEntries(prefix="%"), 100.0).entries == []


@pytest.mark.parametrize("key", ["", "/a", ".a", "a b", "a\n", "ä", "a\x00", "../x\x1b", "k" * 201])
def test_what_is_no_key_is_refused(tables: sqlite3.Connection, key: str) -> None:
    with refusal("bad_request"):
        put(tables, key)


def test_values_have_a_largest_size_in_bytes(tables: sqlite3.Connection) -> None:
    put(tables, "k", "é" * (limits.MAX_VALUE_BYTES // 2))
    with refusal("too_large"):
        put(tables, "k", "é" * (limits.MAX_VALUE_BYTES // 2) + "x")


def test_nobody_fills_the_store_alone_and_all_together_do_not(
    tables: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_ENTRIES_PER_AUTHOR", 2)
    monkeypatch.setattr(limits, "MAX_ENTRIES", 3)
    monkeypatch.setattr(limits, "MAX_CONTEXT_BYTES_PER_AUTHOR", 10)
    monkeypatch.setattr(limits, "MAX_CONTEXT_BYTES", 15)
    put(tables, "l1", "12345", actor=LAPTOP)
    put(tables, "l2", "12345", actor=LAPTOP)
    with refusal("full"):
        put(tables, "l3", "", actor=LAPTOP)  # entries of one
    put(tables, "l2", "54321", actor=LAPTOP)  # in the place of what it had
    with refusal("full"):
        put(tables, "l2", "123456", actor=LAPTOP)  # bytes of one
    put(tables, "here", "1", actor=HERE, ttl=5.0)
    with refusal("full"):
        put(tables, "t1", "", actor=TABLET)  # entries of all
    with refusal("full"):
        put(tables, "here", "123456", actor=HERE)  # bytes of all
    put(tables, "t1", "1", actor=TABLET, now=105.0)  # what has expired makes room
