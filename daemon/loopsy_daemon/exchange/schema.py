"""The tables of the exchange, and how a file of an older version becomes one of this version."""

import sqlite3
from typing import Final

from loopsy_daemon.exchange.errors import StoreFailed

_FIRST: Final = """
CREATE TABLE counter (last INTEGER NOT NULL);
INSERT INTO counter VALUES (0);

CREATE TABLE context (
  key TEXT PRIMARY KEY, value TEXT NOT NULL, size_bytes INTEGER NOT NULL, version INTEGER NOT NULL,
  author TEXT NOT NULL, author_id TEXT, updated_at REAL NOT NULL, expires_at REAL
);
CREATE INDEX context_expiry ON context (expires_at);
CREATE INDEX context_author ON context (author_id);

CREATE TABLE inbox (
  place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, sender TEXT NOT NULL, sender_id TEXT NOT NULL,
  type TEXT NOT NULL, subject TEXT, body TEXT NOT NULL, in_reply_to TEXT, created_at REAL NOT NULL,
  ttl_seconds REAL NOT NULL, received_at REAL NOT NULL, expires_at REAL NOT NULL, state TEXT NOT NULL,
  UNIQUE (sender_id, id)
);
CREATE INDEX inbox_state ON inbox (state, place);
CREATE INDEX inbox_expiry ON inbox (expires_at);

CREATE TABLE outbox (
  place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, recipient TEXT NOT NULL,
  recipient_id TEXT NOT NULL, type TEXT NOT NULL, subject TEXT, body TEXT NOT NULL, in_reply_to TEXT,
  created_at REAL NOT NULL, ttl_seconds REAL NOT NULL, expires_at REAL NOT NULL, state TEXT NOT NULL,
  changed_at REAL NOT NULL, problem TEXT,
  asked_at REAL NOT NULL DEFAULT 0
);
CREATE INDEX outbox_state ON outbox (state, recipient_id, place);

CREATE TABLE task (
  place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, queue TEXT NOT NULL, title TEXT NOT NULL,
  body TEXT NOT NULL, state TEXT NOT NULL, author TEXT NOT NULL, author_id TEXT, created_at REAL NOT NULL,
  changed_at REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, max_attempts INTEGER NOT NULL, worker TEXT,
  worker_peer TEXT, worker_peer_id TEXT, lease_until REAL, progress TEXT, result TEXT, error TEXT
);
CREATE INDEX task_state ON task (state, queue, place);
"""
# One script for each version of the file; what a release has brought is never changed, only followed by another.
_MIGRATIONS: Final = (_FIRST,)


def migrate(connection: sqlite3.Connection, where: str) -> None:
    """Bring a file to this version, in one transaction for each step. Raises StoreFailed if it is a newer one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(_MIGRATIONS):
        raise StoreFailed(f"{where} was written by a newer version of Loopsy.", "update Loopsy on this machine")
    for number, script in enumerate(_MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN EXCLUSIVE; {script} PRAGMA user_version = {number}; COMMIT;")
