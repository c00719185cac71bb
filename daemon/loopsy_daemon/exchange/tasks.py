"""A queue of tasks: each is claimed by one worker at a time, for a lease, until it is done, failed or cancelled."""

import secrets
import sqlite3
from typing import Final

from loopsy_daemon.exchange import limits
from loopsy_daemon.exchange import task_requests as requests
from loopsy_daemon.exchange.errors import Refused
from loopsy_daemon.exchange.operations import Actor

_OPEN: Final = "state IN ('queued', 'claimed')"
_UNCLAIMED: Final = "worker = NULL, worker_peer = NULL, worker_peer_id = NULL, lease_until = NULL, progress = NULL"


def add(connection: sqlite3.Connection, actor: Actor, wanted: requests.AddTask, now: float) -> requests.Task:
    """Put a task into a queue; the same id again is the same task. Raises Refused."""
    _check_size(wanted.body, "A task")
    if wanted.id is not None and (row := _find(connection, wanted.id)) is not None:
        if (row["author_id"], row["title"], row["body"]) != (actor.node_id, wanted.title, wanted.body):
            raise Refused("conflict", f"Another task has the id {wanted.id}.", "take another id")
        return task_of(row)
    return_expired(connection, now)
    _check_room(connection, actor)
    task_id = wanted.id or secrets.token_hex(8)
    connection.execute(
        "INSERT INTO task (id, queue, title, body, state, author, author_id, created_at, changed_at, max_attempts)"
        " VALUES (?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?)",
        (
            *(task_id, wanted.queue, wanted.title, wanted.body),
            *(actor.name, actor.node_id, now, now, wanted.max_attempts),
        ),
    )
    return task_of(_row(connection, task_id))


def claim(connection: sqlite3.Connection, actor: Actor, wanted: requests.ClaimTask, now: float) -> requests.Claimed:
    """Give the oldest queued task to a worker; it is nobody else's until the lease is over."""
    return_expired(connection, now)
    row = connection.execute(
        "SELECT id FROM task WHERE state = 'queued' AND queue = ? ORDER BY place LIMIT 1", (wanted.queue,)
    ).fetchone()
    if row is None:
        return requests.Claimed()
    connection.execute(
        "UPDATE task SET state = 'claimed', attempts = attempts + 1, worker = ?, worker_peer = ?, worker_peer_id = ?,"
        " lease_until = ?, changed_at = ? WHERE id = ?",
        (wanted.worker, actor.name, actor.node_id, now + wanted.lease_seconds, now, row["id"]),
    )
    return requests.Claimed(task=task_of(_row(connection, row["id"]), whole=True))


def heartbeat(connection: sqlite3.Connection, actor: Actor, wanted: requests.Heartbeat, now: float) -> requests.Task:
    """Keep a claim for a lease from now. Raises Refused if it is over."""
    _claimed(connection, actor, wanted.id, wanted.worker, wanted.attempt, now)
    connection.execute(
        "UPDATE task SET lease_until = ?, progress = coalesce(?, progress), changed_at = ? WHERE id = ?",
        (now + wanted.lease_seconds, wanted.progress, now, wanted.id),
    )
    return task_of(_row(connection, wanted.id))


def done(connection: sqlite3.Connection, actor: Actor, wanted: requests.FinishTask, now: float) -> requests.Task:
    """Note the result; the same worker may say it again. Raises Refused if the claim is over."""
    _check_size(wanted.result, "A result")
    row = _row(connection, wanted.id)
    if row["state"] == "done" and _is_worker(row, actor, wanted.worker, wanted.attempt):
        return task_of(row)
    _claimed(connection, actor, wanted.id, wanted.worker, wanted.attempt, now)
    connection.execute(
        "UPDATE task SET state = 'done', result = ?, error = NULL, lease_until = NULL, changed_at = ? WHERE id = ?",
        (wanted.result, now, wanted.id),
    )
    return task_of(_row(connection, wanted.id))


def fail(connection: sqlite3.Connection, actor: Actor, wanted: requests.FailTask, now: float) -> requests.Task:
    """Note the failure, and queue the task again while it has attempts left. Raises Refused if the claim is over."""
    row = _claimed(connection, actor, wanted.id, wanted.worker, wanted.attempt, now)
    error = wanted.error[: limits.MAX_ERROR_CHARACTERS]
    if wanted.is_final or row["attempts"] >= row["max_attempts"]:
        connection.execute(
            "UPDATE task SET state = 'failed', error = ?, lease_until = NULL, changed_at = ? WHERE id = ?",
            (error, now, wanted.id),
        )
    else:
        connection.execute(
            f"UPDATE task SET state = 'queued', error = ?, changed_at = ?, {_UNCLAIMED} WHERE id = ?",  # noqa: S608
            (error, now, wanted.id),
        )
    return task_of(_row(connection, wanted.id))


def cancel(connection: sqlite3.Connection, actor: Actor, wanted: requests.CancelTask, now: float) -> requests.Task:
    """Take a task back; its worker learns it with the next heartbeat. Raises Refused."""
    return_expired(connection, now)
    row = _row(connection, wanted.id)
    if actor.node_id is not None and actor.node_id != row["author_id"]:
        raise Refused(
            "bad_request", f"{wanted.id} was added by another machine.", "cancel it there, or where its queue is"
        )
    if row["state"] == "cancelled":
        return task_of(row)
    if row["state"] not in {"queued", "claimed"}:
        raise Refused("conflict", f"{wanted.id} is {row['state']} already.", f"see it: loopsy task show {wanted.id}")
    connection.execute(
        "UPDATE task SET state = 'cancelled', lease_until = NULL, changed_at = ? WHERE id = ?", (now, wanted.id)
    )
    return task_of(_row(connection, wanted.id))


def show(connection: sqlite3.Connection, _actor: Actor, wanted: requests.ShowTask, now: float) -> requests.Task:
    """Return a task with all that belongs to it. Raises Refused."""
    return_expired(connection, now)
    return task_of(_row(connection, wanted.id), whole=True)


def page(connection: sqlite3.Connection, _actor: Actor, wanted: requests.ListTasks, now: float) -> requests.TaskPage:
    """Return a part of the list."""
    return_expired(connection, now)
    rows = connection.execute(
        "SELECT * FROM task WHERE (? IS NULL OR place < ?) AND (? IS NULL OR queue = ?) AND (? IS NULL OR state = ?)"
        " ORDER BY place DESC LIMIT ?",
        (
            *(value for value in (wanted.before, wanted.queue, wanted.state) for _ in range(2)),
            wanted.limit + 1,
        ),
    ).fetchall()
    is_more = len(rows) > wanted.limit
    rows = rows[: wanted.limit]
    return requests.TaskPage(tasks=[task_of(row) for row in rows], next=rows[-1]["place"] if is_more else None)


def return_expired(connection: sqlite3.Connection, now: float) -> None:
    """Queue again what a worker has had for longer than its lease, and forget the oldest of what has ended."""
    connection.execute(
        "UPDATE task SET state = 'failed', error = 'the lease of the last attempt ran out', lease_until = NULL,"
        " changed_at = ? WHERE state = 'claimed' AND lease_until <= ? AND attempts >= max_attempts",
        (now, now),
    )
    connection.execute(
        f"UPDATE task SET state = 'queued', error = 'the lease ran out', changed_at = ?, {_UNCLAIMED}"  # noqa: S608
        " WHERE state = 'claimed' AND lease_until <= ?",
        (now, now),
    )
    connection.execute(
        f"DELETE FROM task WHERE place IN (SELECT place FROM task WHERE NOT {_OPEN}"  # noqa: S608
        " ORDER BY place DESC LIMIT -1 OFFSET ?)",
        (limits.MAX_FINISHED_TASKS,),
    )


def _claimed(
    connection: sqlite3.Connection, actor: Actor, task_id: str, worker: str, attempt: int | None, now: float
) -> sqlite3.Row:
    """Return the task that this worker has. Raises Refused if it does not have it any more."""
    return_expired(connection, now)
    row = _row(connection, task_id)
    if row["state"] == "claimed" and _is_worker(row, actor, worker, attempt):
        return row
    state = f"{row['worker']} of {row['worker_peer']} has it" if row["state"] == "claimed" else f"it is {row['state']}"
    raise Refused(
        "lost", f"{worker} does not have {task_id} any more: {state}.", "leave it, and claim another: loopsy task claim"
    )


def _is_worker(row: sqlite3.Row, actor: Actor, worker: str, attempt: int | None) -> bool:
    is_same = (row["worker_peer_id"], row["worker"]) == (actor.node_id, worker)
    return is_same and attempt in {None, row["attempts"]}


def _check_size(text: str, what: str) -> None:
    if len(text.encode()) > limits.MAX_BODY_BYTES:
        raise Refused(
            "too_large", f"{what} has at most {limits.MAX_BODY_BYTES} bytes.", "put it into a file, and name that"
        )


def _check_room(connection: sqlite3.Connection, actor: Actor) -> None:
    tasks, of_author = connection.execute(
        f"SELECT count(*), coalesce(sum(author_id IS ?), 0) FROM task WHERE {_OPEN}",  # noqa: S608
        (actor.node_id,),
    ).fetchone()
    if tasks >= limits.MAX_OPEN_TASKS or of_author >= limits.MAX_OPEN_TASKS_PER_AUTHOR:
        raise Refused(
            "full",
            f"There are {tasks} tasks that are not done, {of_author} of them from {actor.name}.",
            "wait for some to be done, or cancel them: loopsy task list",
        )


def _find(connection: sqlite3.Connection, task_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute("SELECT * FROM task WHERE id = ?", (task_id,)).fetchone()
    return row


def _row(connection: sqlite3.Connection, task_id: str) -> sqlite3.Row:
    row = _find(connection, task_id)
    if row is None:
        raise Refused("not_found", f"There is no task {task_id}.", "see what there is: loopsy task list")
    return row


def task_of(row: sqlite3.Row, *, whole: bool = False) -> requests.Task:
    """Return the task that a row is; `whole` with its body and result."""
    return requests.Task(
        id=row["id"],
        queue=row["queue"],
        title=row["title"],
        state=row["state"],
        author=row["author"],
        author_id=row["author_id"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        attempts=row["attempts"],
        max_attempts=row["max_attempts"],
        worker=row["worker"],
        worker_peer=row["worker_peer"],
        worker_peer_id=row["worker_peer_id"],
        lease_until=row["lease_until"],
        progress=row["progress"],
        error=row["error"][: limits.MAX_TITLE_CHARACTERS] if row["error"] and not whole else row["error"],
        body=row["body"] if whole else None,
        result=row["result"] if whole else None,
    )
