"""The messages that other machines have delivered: each once, however often it comes, until it is acknowledged."""

import sqlite3
from typing import Final

from loopsy_daemon.exchange import limits
from loopsy_daemon.exchange import message_requests as requests
from loopsy_daemon.exchange.errors import Refused
from loopsy_daemon.exchange.operations import Actor

# A machine's id, or the name that it had when it sent the message.
_FROM: Final = "(? IS NULL OR ? IN (sender_id, sender))"
_PRESENT: Final = "state != 'acknowledged' AND expires_at > ?"


def deliver(connection: sqlite3.Connection, actor: Actor, wanted: requests.Deliver, now: float) -> requests.Delivered:
    """Take messages of a peer; one that is here already, or was acknowledged, is taken again without a trace."""
    assert actor.node_id is not None
    _forget(connection, now)
    return requests.Delivered(
        outcomes=[_take(connection, actor, actor.node_id, envelope, now) for envelope in wanted.messages]
    )


def states(connection: sqlite3.Connection, actor: Actor, wanted: requests.AskStates, _now: float) -> requests.States:
    """Return how messages are that the asking peer has delivered."""
    found: dict[str, requests.ReceivedState] = {}
    for message_id in wanted.ids:
        row = connection.execute(
            "SELECT state FROM inbox WHERE sender_id = ? AND id = ?", (actor.node_id, message_id)
        ).fetchone()
        if row:
            found[message_id] = row["state"]
    return requests.States(states=found)


def page(
    connection: sqlite3.Connection, _actor: Actor, wanted: requests.ListReceived, now: float
) -> requests.ReceivedPage:
    """Return a part of the inbox, at most so many messages and so much text."""
    rows = connection.execute(
        f"SELECT * FROM inbox WHERE {_PRESENT} AND place > ? AND {_FROM}"  # noqa: S608
        " AND (NOT ? OR state = 'unread') ORDER BY place LIMIT ?",
        (now, wanted.after, wanted.sender, wanted.sender, wanted.is_unread, wanted.limit + 1),
    )
    messages: list[requests.Received] = []
    place, total_bytes = wanted.after, 0
    for row in rows:
        total_bytes += len(row["body"].encode())
        if len(messages) == wanted.limit or (messages and total_bytes > limits.PAGE_TEXT_BYTES):
            return requests.ReceivedPage(messages=messages, next=place)
        messages.append(_received(row))
        place = row["place"]
    return requests.ReceivedPage(messages=messages)


def read(connection: sqlite3.Connection, _actor: Actor, wanted: requests.Read, now: float) -> requests.Received:
    """Return a message, and mark it read. Raises Refused."""
    return _marked_read(connection, _find(connection, wanted.id, wanted.sender, now))


def acknowledge(connection: sqlite3.Connection, wanted: requests.Acknowledge, now: float) -> list[tuple[str, str]]:
    """Acknowledge all of these messages, once more if need be; return their senders and ids. Raises Refused."""
    found = [_find(connection, message_id, wanted.sender, now, "expires_at > ?") for message_id in wanted.ids]
    for row in found:
        # The id stays until no repeat can come; what was said need not.
        connection.execute(
            "UPDATE inbox SET state = 'acknowledged', body = '', subject = NULL WHERE place = ?", (row["place"],)
        )
    return [(row["sender_id"], row["id"]) for row in found]


def take_unread(connection: sqlite3.Connection, wanted: requests.Wait, now: float) -> requests.Received | None:
    """Return the oldest unread message that is wanted, marked read."""
    row: sqlite3.Row | None = connection.execute(
        f"SELECT * FROM inbox WHERE state = 'unread' AND expires_at > ? AND {_FROM}"  # noqa: S608
        " AND (? IS NULL OR type = ?) AND (? IS NULL OR in_reply_to = ?) ORDER BY place LIMIT 1",
        (now, *(value for value in (wanted.sender, wanted.type, wanted.in_reply_to) for _ in range(2))),
    ).fetchone()
    return _marked_read(connection, row) if row else None


def _take(
    connection: sqlite3.Connection, actor: Actor, sender_id: str, envelope: requests.Envelope, now: float
) -> requests.Outcome:
    # The pair of sender and id is the message, so a repeat changes nothing and succeeds.
    known = connection.execute(
        "SELECT 1 FROM inbox WHERE sender_id = ? AND id = ?", (sender_id, envelope.id)
    ).fetchone()
    if known:
        return requests.Outcome(id=envelope.id)
    if len(envelope.body.encode()) > limits.MAX_BODY_BYTES:
        return requests.Outcome(
            id=envelope.id, code="too_large", message=f"A message has at most {limits.MAX_BODY_BYTES} bytes."
        )
    if _is_full(connection, sender_id, now):
        return requests.Outcome(id=envelope.id, code="full", message="The inbox of the other machine is full.")
    connection.execute(
        "INSERT INTO inbox (id, sender, sender_id, type, subject, body, in_reply_to, created_at, ttl_seconds,"
        " received_at, expires_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'unread')",
        (
            *(envelope.id, actor.name, sender_id, envelope.type, envelope.subject, envelope.body),
            *(envelope.in_reply_to, envelope.created_at, envelope.ttl_seconds),
            # What is left, not the sender's time: clocks of machines differ.
            *(now, now + envelope.remaining_seconds),
        ),
    )
    return requests.Outcome(id=envelope.id)


def _is_full(connection: sqlite3.Connection, sender_id: str, now: float) -> bool:
    present, of_sender = connection.execute(
        f"SELECT count(*), coalesce(sum(sender_id = ?), 0) FROM inbox WHERE {_PRESENT}",  # noqa: S608
        (sender_id, now),
    ).fetchone()
    remembered = connection.execute("SELECT count(*) FROM inbox WHERE sender_id = ?", (sender_id,)).fetchone()[0]
    return bool(
        present >= limits.MAX_INBOX
        or of_sender >= limits.MAX_INBOX_PER_SENDER
        or remembered >= limits.MAX_REMEMBERED_PER_SENDER
    )


def _forget(connection: sqlite3.Connection, now: float) -> None:
    connection.execute("DELETE FROM inbox WHERE expires_at <= ?", (now - limits.REMEMBERED_LONGER_SECONDS,))


def _find(
    connection: sqlite3.Connection, message_id: str, sender: str | None, now: float, condition: str = _PRESENT
) -> sqlite3.Row:
    rows = connection.execute(
        f"SELECT * FROM inbox WHERE id = ? AND {_FROM} AND {condition}",  # noqa: S608
        (message_id, sender, sender, now),
    ).fetchall()
    if not rows:
        raise Refused("not_found", f"There is no message {message_id}.", "see what there is: loopsy message inbox")
    if len(rows) > 1:
        raise Refused("conflict", f"{len(rows)} machines have sent a message {message_id}.", "name one: --from PEER")
    row: sqlite3.Row = rows[0]
    return row


def _marked_read(connection: sqlite3.Connection, row: sqlite3.Row) -> requests.Received:
    connection.execute("UPDATE inbox SET state = 'read' WHERE place = ? AND state = 'unread'", (row["place"],))
    return _received(row, "read")


def _received(row: sqlite3.Row, state: requests.ReceivedState | None = None) -> requests.Received:
    return requests.Received(
        id=row["id"],
        sender=row["sender"],
        sender_id=row["sender_id"],
        type=row["type"],
        subject=row["subject"],
        body=row["body"],
        in_reply_to=row["in_reply_to"],
        created_at=row["created_at"],
        ttl_seconds=row["ttl_seconds"],
        received_at=row["received_at"],
        expires_at=row["expires_at"],
        state=state or row["state"],
    )
