"""Shared values by key: set, get, list, delete, with versions, times to live, and limits for each author."""

import re
import sqlite3
from typing import Final

from loopsy_daemon.exchange import context_requests as requests
from loopsy_daemon.exchange import limits
from loopsy_daemon.exchange.errors import Refused
from loopsy_daemon.exchange.operations import Actor

_KEY: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:/@+-]{{0,{limits.MAX_KEY_CHARACTERS - 1}}}")
_COLUMNS: Final = "key, version, size_bytes, author, author_id, updated_at, expires_at"


def put(connection: sqlite3.Connection, actor: Actor, wanted: requests.SetEntry, now: float) -> requests.Entry:
    """Set an entry and return it without its value. Raises Refused."""
    key, size_bytes = checked_key(wanted.key), len(wanted.value.encode())
    if size_bytes > limits.MAX_VALUE_BYTES:
        raise Refused(
            "too_large",
            f"A value has at most {limits.MAX_VALUE_BYTES} bytes, not {size_bytes}.",
            "send a file: loopsy send",
        )
    _forget_expired(connection, now)
    _check_version(connection, key, wanted.if_version)
    _check_room(connection, actor, key, size_bytes)
    expires_at = None if wanted.ttl_seconds is None else now + wanted.ttl_seconds
    connection.execute(
        f"INSERT OR REPLACE INTO context ({_COLUMNS}, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (key, _next_version(connection), size_bytes, actor.name, actor.node_id, now, expires_at, wanted.value),
    )
    return _entry(_row(connection, key, now))


def get(connection: sqlite3.Connection, _actor: Actor, wanted: requests.GetEntry, now: float) -> requests.Entry:
    """Return an entry with its value. Raises Refused."""
    row = _row(connection, checked_key(wanted.key), now)
    return _entry(row, value=row["value"])


def delete(connection: sqlite3.Connection, _actor: Actor, wanted: requests.DeleteEntry, now: float) -> requests.Entry:
    """Delete an entry, and return what it was. Raises Refused."""
    key = checked_key(wanted.key)
    _forget_expired(connection, now)
    row = _row(connection, key, now)
    _check_version(connection, key, wanted.if_version)
    connection.execute("DELETE FROM context WHERE key = ?", (key,))
    return _entry(row)


def page(connection: sqlite3.Connection, _actor: Actor, wanted: requests.ListEntries, now: float) -> requests.EntryPage:
    """Return a part of the list."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM context WHERE key > ? AND key >= ? AND substr(key, 1, ?) = ?"  # noqa: S608
        " AND (expires_at IS NULL OR expires_at > ?) ORDER BY key LIMIT ?",
        (wanted.after, wanted.prefix, len(wanted.prefix), wanted.prefix, now, wanted.limit + 1),
    ).fetchall()
    entries = [_entry(row) for row in rows[: wanted.limit]]
    return requests.EntryPage(entries=entries, next=entries[-1].key if len(rows) > wanted.limit else None)


def checked_key(key: str) -> str:
    """Return the key. Raises Refused if it is none."""
    if not _KEY.fullmatch(key):
        raise Refused(
            "bad_request",
            f"A key has 1 to {limits.MAX_KEY_CHARACTERS} letters, digits and ._:/@+-, first a letter or digit.",
            "e.g. build/status",
        )
    return key


def _check_version(connection: sqlite3.Connection, key: str, expected: int | None) -> None:
    if expected is None:
        return
    row = connection.execute("SELECT version FROM context WHERE key = ?", (key,)).fetchone()
    found = row["version"] if row else 0
    if found != expected:
        now = f"has version {found}" if found else "does not exist"
        raise Refused(
            "conflict", f"{key} {now}: it was changed in the meantime.", f"read it again: loopsy context get {key}"
        )


def _check_room(connection: sqlite3.Connection, actor: Actor, key: str, size_bytes: int) -> None:
    """Refuse what would exceed a limit; the entry that is replaced does not count."""
    for condition, parameters, most, most_bytes, whose in (
        ("", (), limits.MAX_ENTRIES, limits.MAX_CONTEXT_BYTES, "the store"),
        (
            "AND author_id IS ?",
            (actor.node_id,),
            limits.MAX_ENTRIES_PER_AUTHOR,
            limits.MAX_CONTEXT_BYTES_PER_AUTHOR,
            f"what {actor.name} has set",
        ),
    ):
        entries, total_bytes = connection.execute(
            f"SELECT count(*), coalesce(sum(size_bytes), 0) FROM context WHERE key != ? {condition}",  # noqa: S608
            (key, *parameters),
        ).fetchone()
        if entries >= most or total_bytes + size_bytes > most_bytes:
            raise Refused(
                "full",
                f"There is no room: {whose} may have {most} entries and {most_bytes} bytes.",
                "delete what is not needed (loopsy context delete KEY), or set it with --ttl",
            )


def _next_version(connection: sqlite3.Connection) -> int:
    """Return a number that no entry has had, so that a key that was deleted and set anew is not taken for the old."""
    connection.execute("UPDATE counter SET last = last + 1")
    version: int = connection.execute("SELECT last FROM counter").fetchone()["last"]
    return version


def _forget_expired(connection: sqlite3.Connection, now: float) -> None:
    connection.execute("DELETE FROM context WHERE expires_at <= ?", (now,))


def _row(connection: sqlite3.Connection, key: str, now: float) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM context WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)", (key, now)
    ).fetchone()
    if row is None:
        raise Refused("not_found", f"There is no entry {key}.", "see what there is: loopsy context list")
    return row


def _entry(row: sqlite3.Row, value: str | None = None) -> requests.Entry:
    return requests.Entry(
        key=row["key"],
        version=row["version"],
        size_bytes=row["size_bytes"],
        author=row["author"],
        author_id=row["author_id"],
        updated_at=row["updated_at"],
        expires_at=row["expires_at"],
        value=value,
    )
