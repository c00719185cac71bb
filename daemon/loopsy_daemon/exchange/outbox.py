"""The messages of this machine on their way: queued, delivered, and then acknowledged, expired or refused."""

import secrets
import sqlite3
from dataclasses import dataclass
from typing import Final

from loopsy_daemon.exchange import limits
from loopsy_daemon.exchange import message_requests as requests
from loopsy_daemon.exchange.errors import Refused
from loopsy_daemon.exchange.operations import Actor

_OPEN: Final = "state IN ('queued', 'delivered')"


@dataclass(frozen=True, slots=True)
class Work:
    """What is to do at one peer: messages to deliver, and ids whose acknowledgement is awaited."""

    queued: list[requests.Envelope]
    delivered: list[str]


def queue(connection: sqlite3.Connection, wanted: requests.Send, recipient: Actor, now: float) -> requests.Sent:
    """Keep a message until the peer has acknowledged it; the same id again is the same message. Raises Refused."""
    assert recipient.node_id is not None
    if len(wanted.body.encode()) > limits.MAX_BODY_BYTES:
        raise Refused("too_large", f"A message has at most {limits.MAX_BODY_BYTES} bytes.", "send a file: loopsy send")
    if wanted.id is not None and (row := _row(connection, wanted.id)) is not None:
        is_same_body = row["state"] == "acknowledged" or row["body"] == wanted.body  # which is not kept after that
        if row["recipient_id"] != recipient.node_id or not is_same_body:
            raise Refused("conflict", f"Another message has the id {wanted.id}.", "take another id")
        return _sent(row)
    expire(connection, now)
    open_messages = connection.execute(f"SELECT count(*) FROM outbox WHERE {_OPEN}").fetchone()[0]  # noqa: S608
    if open_messages >= limits.MAX_OUTBOX:
        raise Refused(
            "full",
            f"{limits.MAX_OUTBOX} messages are on their way already.",
            "see to whom, and wait for them: loopsy message outbox",
        )
    message_id = wanted.id or secrets.token_hex(8)
    connection.execute(
        "INSERT INTO outbox (id, recipient, recipient_id, type, subject, body, in_reply_to, created_at, ttl_seconds,"
        " expires_at, state, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)",
        (
            *(message_id, recipient.name, recipient.node_id, wanted.type, wanted.subject, wanted.body),
            *(wanted.in_reply_to, now, wanted.ttl_seconds, now + wanted.ttl_seconds, now),
        ),
    )
    return _sent(_row_of(connection, message_id))


def recipients(connection: sqlite3.Connection, now: float) -> list[str]:
    """Return the peers at which something is to do."""
    expire(connection, now)
    rows = connection.execute(f"SELECT DISTINCT recipient_id FROM outbox WHERE {_OPEN}")  # noqa: S608
    return [row["recipient_id"] for row in rows]


def work(connection: sqlite3.Connection, recipient_id: str, now: float) -> Work:
    """Return what is to do at a peer next, the oldest first, as much as goes into one request."""
    expire(connection, now)
    queued: list[requests.Envelope] = []
    total_bytes = 0
    for row in connection.execute(
        "SELECT * FROM outbox WHERE state = 'queued' AND recipient_id = ? ORDER BY place LIMIT ?",
        (recipient_id, limits.MAX_BATCH_MESSAGES),
    ):
        total_bytes += len(row["body"].encode())
        if queued and total_bytes > limits.MAX_BATCH_BYTES:
            break
        queued.append(_envelope(row, now))
    rows = connection.execute(
        "SELECT id FROM outbox WHERE state = 'delivered' AND recipient_id = ? ORDER BY asked_at LIMIT ?",
        (recipient_id, limits.MAX_STATES),
    )
    return Work(queued, [row["id"] for row in rows])


def delivered(connection: sqlite3.Connection, ids: list[str], now: float) -> None:
    """Note that the peer has these messages."""
    connection.executemany(
        "UPDATE outbox SET state = 'delivered', changed_at = ?, problem = NULL WHERE id = ? AND state = 'queued'",
        [(now, message_id) for message_id in ids],
    )


def refused(connection: sqlite3.Connection, ids: list[str], problem: str, now: float) -> None:
    """Note that the peer will not take these messages."""
    connection.executemany(
        f"UPDATE outbox SET state = 'refused', changed_at = ?, problem = ? WHERE id = ? AND {_OPEN}",  # noqa: S608
        [(now, problem, message_id) for message_id in ids],
    )


def postponed(connection: sqlite3.Connection, ids: list[str], problem: str) -> None:
    """Note why these messages could not be delivered now."""
    connection.executemany(
        "UPDATE outbox SET problem = ? WHERE id = ? AND state = 'queued' AND problem IS NOT ?",
        [(problem, message_id, problem) for message_id in ids],
    )


def heard(
    connection: sqlite3.Connection,
    recipient_id: str,
    asked: list[str],
    found: dict[str, requests.ReceivedState],
    now: float,
) -> None:
    """Note how delivered messages are at the peer; what it does not know (its file was replaced) is queued again."""
    for message_id in asked:
        state = found.get(message_id)
        if state is None:
            connection.execute(
                "UPDATE outbox SET state = 'queued', changed_at = ? WHERE id = ? AND state = 'delivered'",
                (now, message_id),
            )
        elif state == "acknowledged":
            acknowledged(connection, recipient_id, [message_id], now)
        else:  # there may be more than one question's worth of them: the others come first next time
            connection.execute("UPDATE outbox SET asked_at = ? WHERE id = ?", (now, message_id))


def acknowledged(connection: sqlite3.Connection, recipient_id: str, ids: list[str], now: float) -> None:
    """Note that a peer has acknowledged messages; those of others stay as they are."""
    connection.executemany(
        "UPDATE outbox SET state = 'acknowledged', changed_at = ?, problem = NULL, body = ''"
        " WHERE id = ? AND recipient_id = ? AND state IN ('queued', 'delivered')",
        [(now, message_id, recipient_id) for message_id in ids],
    )


def expire(connection: sqlite3.Connection, now: float) -> None:
    """End what nobody has acknowledged in time, and forget the oldest of what has ended."""
    connection.execute(
        f"UPDATE outbox SET state = 'expired', changed_at = ? WHERE {_OPEN} AND expires_at <= ?",  # noqa: S608
        (now, now),
    )
    connection.execute(
        f"DELETE FROM outbox WHERE place IN (SELECT place FROM outbox WHERE NOT {_OPEN}"  # noqa: S608
        " ORDER BY place DESC LIMIT -1 OFFSET ?)",
        (limits.MAX_FINISHED_IN_OUTBOX,),
    )


def get(connection: sqlite3.Connection, _actor: Actor, wanted: requests.GetSent, now: float) -> requests.Sent:
    """Return how a message is. Raises Refused."""
    expire(connection, now)
    return _sent(_row_of(connection, wanted.id))


def page(connection: sqlite3.Connection, _actor: Actor, wanted: requests.ListSent, now: float) -> requests.SentPage:
    """Return a part of the outbox, at most so many messages and so much text."""
    expire(connection, now)
    rows = connection.execute(
        "SELECT * FROM outbox WHERE (? IS NULL OR place < ?) AND (? IS NULL OR state = ?) ORDER BY place DESC LIMIT ?",
        (wanted.before, wanted.before, wanted.state, wanted.state, wanted.limit + 1),
    )
    messages: list[requests.Sent] = []
    place, total_bytes = 0, 0
    for row in rows:
        total_bytes += len(row["body"].encode())
        if len(messages) == wanted.limit or (messages and total_bytes > limits.PAGE_TEXT_BYTES):
            return requests.SentPage(messages=messages, next=place)
        messages.append(_sent(row))
        place = row["place"]
    return requests.SentPage(messages=messages)


def _row(connection: sqlite3.Connection, message_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute("SELECT * FROM outbox WHERE id = ?", (message_id,)).fetchone()
    return row


def _row_of(connection: sqlite3.Connection, message_id: str) -> sqlite3.Row:
    row = _row(connection, message_id)
    if row is None:
        raise Refused("not_found", f"No message {message_id} is in the outbox.", "see what is: loopsy message outbox")
    return row


def _envelope(row: sqlite3.Row, now: float) -> requests.Envelope:
    return requests.Envelope(
        id=row["id"],
        type=row["type"],
        subject=row["subject"],
        body=row["body"],
        in_reply_to=row["in_reply_to"],
        created_at=row["created_at"],
        ttl_seconds=row["ttl_seconds"],
        remaining_seconds=min(row["ttl_seconds"], row["expires_at"] - now),
    )


def _sent(row: sqlite3.Row) -> requests.Sent:
    return requests.Sent(
        id=row["id"],
        recipient=row["recipient"],
        recipient_id=row["recipient_id"],
        type=row["type"],
        subject=row["subject"],
        body=row["body"],
        in_reply_to=row["in_reply_to"],
        created_at=row["created_at"],
        ttl_seconds=row["ttl_seconds"],
        expires_at=row["expires_at"],
        state=row["state"],
        changed_at=row["changed_at"],
        problem=row["problem"],
    )
