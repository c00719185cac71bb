"""Shared values, messages and tasks as text for a person, or as JSON for a program."""

import sys
import time
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from loopsy_daemon.cli.tables import Cell, print_table
from loopsy_daemon.cli.text import ago, printable, size
from loopsy_daemon.exchange.context_requests import BroadcastResult, Entry, EntryPage
from loopsy_daemon.exchange.message_requests import Received, ReceivedPage, Sent, SentPage
from loopsy_daemon.exchange.task_requests import Task, TaskPage

A = TypeVar("A", bound=msgspec.Struct)
_STYLES: Final = {
    "unread": "bold",
    "delivered": "cyan",
    "acknowledged": "green",
    "expired": "red",
    "refused": "red",
    "claimed": "cyan",
    "done": "green",
    "failed": "red",
    "cancelled": "dim",
    "ok": "green",
    "offline": "red",
}
_MAX_PREVIEW: Final = 80


def show(answer: A, as_text: Callable[[A], None], *, as_json: bool) -> None:
    """Print an answer, to stdout, at once; in JSON what has no value is left out."""
    if as_json:
        sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
    else:
        as_text(answer)
    sys.stdout.flush()


def print_text(text: str) -> None:
    """Print a text of another machine: as it is for a program, without what could steer a terminal for a person."""
    if sys.stdout.isatty():
        text = "\n".join(printable(line.expandtabs()) for line in text.split("\n"))
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def print_id(answer: Sent | Task) -> None:
    """Print what something that was just made is called."""
    print(printable(answer.id))


def print_value(entry: Entry) -> None:
    """Print a shared value."""
    print_text(entry.value or "")


def print_deleted(entry: Entry) -> None:
    """Print that a shared value is gone."""
    print(f"{printable(entry.key)} is deleted.")


def print_entries(page: EntryPage) -> None:
    """Print a list of shared values."""
    if not page.entries:
        print("There is no entry; set one: loopsy context set KEY VALUE")
        return
    rows = [
        (
            Cell(entry.key, may_shrink=True),
            Cell(str(entry.version)),
            Cell(size(entry.size_bytes)),
            Cell(entry.author, may_shrink=True),
            Cell(f"{ago(entry.updated_at)} ago"),
            Cell(f"in {ago(time.time(), entry.expires_at)}" if entry.expires_at else "never"),
        )
        for entry in page.entries
    ]
    print_table(("KEY", "VERSION", "SIZE", "BY", "SET", "EXPIRES"), rows)


def print_entry(entry: Entry) -> None:
    """Print what has become of a shared value."""
    print(f"{printable(entry.key)} has version {entry.version}.")


def print_broadcast(result: BroadcastResult) -> None:
    """Print what came of a value at each machine."""
    rows = [
        (Cell(machine.name, may_shrink=True), _state(machine.outcome), Cell(machine.reason or "", may_shrink=True))
        for machine in result.machines
    ]
    print_table(("MACHINE", "RESULT", "REASON"), rows)


def print_inbox(page: ReceivedPage) -> None:
    """Print the inbox."""
    if not page.messages:
        print("There is no message.")
        return
    rows = [
        (
            Cell(message.id),
            Cell(message.sender, may_shrink=True),
            Cell(message.type),
            _state(message.state),
            Cell(f"{ago(message.received_at)} ago"),
            Cell(_preview(message.subject, message.body), may_shrink=True),
        )
        for message in page.messages
    ]
    print_table(("ID", "FROM", "TYPE", "STATE", "CAME", "MESSAGE"), rows)


def print_received(message: Received) -> None:
    """Print a message: what belongs to it on stderr, what it says on stdout."""
    lines = [f"{message.type} {message.id} from {printable(message.sender)}, {ago(message.received_at)} ago"]
    lines += [f"in reply to {message.in_reply_to}"] if message.in_reply_to else []
    lines += [f"subject: {printable(message.subject)}"] if message.subject else []
    print("\n".join(lines), file=sys.stderr, flush=True)
    print_text(message.body)


def print_outbox(page: SentPage) -> None:
    """Print the outbox."""
    if not page.messages:
        print("No message was sent; send one: loopsy message send PEER TEXT")
        return
    rows = [
        (
            Cell(message.id),
            Cell(message.recipient, may_shrink=True),
            Cell(message.type),
            _state(message.state),
            Cell(f"{ago(message.created_at)} ago"),
            Cell(message.problem or _preview(message.subject, message.body), may_shrink=True),
        )
        for message in page.messages
    ]
    print_table(("ID", "TO", "TYPE", "STATE", "SENT", "MESSAGE"), rows)


def print_sent(message: Sent) -> None:
    """Print how one message of the outbox is."""
    problem = f": {printable(message.problem).rstrip('.')}" if message.problem else ""
    print(f"{message.id} to {printable(message.recipient)} is {message.state}{problem}.")


def print_tasks(page: TaskPage) -> None:
    """Print a list of tasks."""
    if not page.tasks:
        print("There is no task; add one: loopsy task add TITLE")
        return
    rows = [
        (
            Cell(task.id),
            Cell(task.queue, may_shrink=True),
            _state(task.state),
            Cell(_worker(task), may_shrink=True),
            Cell(f"{task.attempts}/{task.max_attempts}"),
            Cell(task.author, may_shrink=True),
            Cell(task.title, may_shrink=True),
        )
        for task in page.tasks
    ]
    print_table(("ID", "QUEUE", "STATE", "WORKER", "ATTEMPT", "BY", "TASK"), rows)


def print_task(task: Task) -> None:
    """Print one task with all that belongs to it."""
    print(printable(f"{task.id} is {task.state}: {task.title}"), file=sys.stderr)
    lines = {
        "queue": task.queue,
        "by": f"{task.author}, {ago(task.created_at)} ago",
        "worker": _worker(task),
        "attempt": f"{task.attempts} of {task.max_attempts}",
        "progress": task.progress,
        "error": task.error,
    }
    print("\n".join(f"{name:9} {printable(text)}" for name, text in lines.items() if text), file=sys.stderr, flush=True)
    for text in (task.body, task.result):
        if text:
            print_text(text)


def print_task_state(task: Task) -> None:
    """Print what has become of a task."""
    print(f"{printable(task.id)} is {task.state}.")


def _worker(task: Task) -> str:
    return f"{task.worker} of {task.worker_peer}" if task.worker else ""


def _state(state: str) -> Cell:
    return Cell(state, style=_STYLES.get(state, ""))


def _preview(subject: str | None, body: str) -> str:
    lines = (subject or body).strip().splitlines()
    return lines[0][:_MAX_PREVIEW] if lines else ""
