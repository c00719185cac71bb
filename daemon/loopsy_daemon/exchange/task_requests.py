"""What is asked about tasks, and the answers."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from loopsy_daemon.exchange import limits
from loopsy_daemon.exchange.operations import Cursor, Limit, Name, Operation, Text

TaskId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Title = Annotated[str, Meta(min_length=1, max_length=limits.MAX_TITLE_CHARACTERS)]
Queue = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Worker = Annotated[str, Meta(min_length=1, max_length=64)]
Lease = Annotated[float, Meta(ge=limits.MIN_LEASE_SECONDS, le=limits.MAX_LEASE_SECONDS)]
Attempts = Annotated[int, Meta(ge=1, le=limits.MAX_ATTEMPTS)]
TaskState = Literal["queued", "claimed", "done", "failed", "cancelled"]
DEFAULT_QUEUE: Final = "default"


class AddTask(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Put a task into a queue; who gives the `id` may ask again, and it is added once."""

    title: Title
    body: Text = ""
    queue: Queue = DEFAULT_QUEUE
    max_attempts: Attempts = limits.DEFAULT_ATTEMPTS
    id: TaskId | None = None


class Task(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One task; `author_id` and `worker_peer_id` are None for the machine that has the queue.

    `worker` of machine `worker_peer` has it until `lease_until`; `attempts` counts its claims. Lists leave
    `body` and `result` out.
    """

    id: str
    queue: str
    title: str
    state: TaskState
    author: str
    created_at: float
    changed_at: float
    attempts: int
    max_attempts: int
    author_id: str | None = None
    worker: str | None = None
    worker_peer: str | None = None
    worker_peer_id: str | None = None
    lease_until: float | None = None
    progress: str | None = None
    error: str | None = None
    body: str | None = None
    result: str | None = None


class ListTasks(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ask for tasks, the newest first, `before` a place in the list."""

    queue: Queue | None = None
    state: TaskState | None = None
    before: Cursor | None = None
    limit: Limit = limits.PAGE_ENTRIES


class TaskPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of the list; `next` is what to ask `before` for the rest."""

    tasks: list[Task]
    next: int | None = None


class ShowTask(Struct, frozen=True, kw_only=True):
    """Ask for one task with all that belongs to it."""

    id: Name


class ClaimTask(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Take the oldest task of a queue, and have it for the lease; `wait_seconds` for one to come."""

    worker: Worker
    queue: Queue = DEFAULT_QUEUE
    lease_seconds: Lease = limits.DEFAULT_LEASE_SECONDS
    wait_seconds: Annotated[float, Meta(ge=0, le=limits.MAX_WAIT_SECONDS)] = 0.0


class Claimed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The task, or None if there is none."""

    task: Task | None = None


class Heartbeat(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Keep a claimed task for a lease from now; `attempt` makes sure that it is the same claim."""

    id: Name
    worker: Worker
    lease_seconds: Lease = limits.DEFAULT_LEASE_SECONDS
    attempt: Attempts | None = None
    progress: Annotated[str, Meta(max_length=limits.MAX_TITLE_CHARACTERS)] | None = None


class FinishTask(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Say that a claimed task is done."""

    id: Name
    worker: Worker
    result: Text = ""
    attempt: Attempts | None = None


class FailTask(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Say that a claimed task has failed; it is queued again while it has attempts left, unless `is_final`."""

    id: Name
    worker: Worker
    error: Text
    attempt: Attempts | None = None
    is_final: bool = False


class CancelTask(Struct, frozen=True, kw_only=True):
    """Take a task back; only who added it may, and the machine that has the queue."""

    id: Name


ADD: Final = Operation("task.add", AddTask, Task, "message")
LIST: Final = Operation("task.list", ListTasks, TaskPage, "message")
SHOW: Final = Operation("task.show", ShowTask, Task, "message")
CLAIM: Final = Operation("task.claim", ClaimTask, Claimed, "message")
HEARTBEAT: Final = Operation("task.heartbeat", Heartbeat, Task, "message")
DONE: Final = Operation("task.done", FinishTask, Task, "message")
FAIL: Final = Operation("task.fail", FailTask, Task, "message")
CANCEL: Final = Operation("task.cancel", CancelTask, Task, "message")
