"""`loopsy task add|list|show|claim|heartbeat|done|fail|cancel`: a queue of work for agents on several machines."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from loopsy_daemon.cli.exchange import TIMEOUT_STATUS, JsonOption, PeerOption, ask, given_text, with_exchange

if TYPE_CHECKING:
    from loopsy_daemon.exchange.task_requests import Task

app = typer.Typer(name="task", help="A queue of work for agents on several machines.", no_args_is_help=True)
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As `loopsy task list` shows it.")]
QueueOption = Annotated[str, typer.Option("--queue", metavar="NAME", help="One of several queues.")]
WorkerOption = Annotated[
    str,
    typer.Option(
        "--worker", metavar="NAME", envvar="LOOPSY_SESSION", help="Who works; in a session of Loopsy its id.",
    ),
]  # fmt: skip
AttemptOption = Annotated[
    int | None, typer.Option("--attempt", min=1, max=100, metavar="NUMBER", help="Only if it is still this claim.")
]
LeaseOption = Annotated[
    float, typer.Option("--lease", min=1, max=86_400, metavar="SECONDS", help="How long without a heartbeat.")
]


@app.command()
def add(
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What is to do, in one line.")],
    body: Annotated[
        str | None, typer.Argument(metavar="[BODY]", help="More about it; `-` reads it from stdin.")
    ] = None,
    queue: QueueOption = "default",
    attempts: Annotated[
        int, typer.Option(min=1, max=100, metavar="NUMBER", help="How often it is tried before it has failed.")
    ] = 3,
    peer: PeerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a task into a queue."""
    import secrets

    from loopsy_daemon.cli import exchange_rendering as rendering
    from loopsy_daemon.exchange import task_requests as requests

    text = "" if body is None else given_text(body, "task")
    wanted = requests.AddTask(title=title, body=text, queue=queue, max_attempts=attempts, id=secrets.token_hex(8))
    task = ask(peer, requests.ADD, wanted)
    rendering.show(task, rendering.print_id, as_json=as_json)


@app.command("list")
def list_tasks(
    queue: Annotated[str | None, typer.Option("--queue", metavar="NAME", help="Only of this queue.")] = None,
    state: Annotated[
        Literal["queued", "claimed", "done", "failed", "cancelled"] | None, typer.Option(help="Only these.")
    ] = None,
    peer: PeerOption = None,
    as_json: JsonOption = False,
) -> None:
    """List tasks, the newest first."""
    from loopsy_daemon.cli import exchange_rendering as rendering
    from loopsy_daemon.exchange import task_requests as requests
    from loopsy_daemon.service.exchange_on import ExchangeOn

    async def read(exchange: ExchangeOn) -> requests.TaskPage:
        tasks: list[requests.Task] = []
        before: int | None = None
        while True:
            wanted = requests.ListTasks(queue=queue, state=state, before=before)
            page = await exchange.ask(requests.LIST, wanted)
            tasks += page.tasks
            before = page.next
            if before is None:
                return requests.TaskPage(tasks=tasks)

    page = with_exchange(peer, read)
    rendering.show(page, rendering.print_tasks, as_json=as_json)


@app.command()
def show(task_id: IdArgument, peer: PeerOption = None, as_json: JsonOption = False) -> None:
    """Print a task with all that belongs to it."""
    from loopsy_daemon.cli import exchange_rendering as rendering
    from loopsy_daemon.exchange import task_requests as requests

    task = ask(peer, requests.SHOW, requests.ShowTask(id=task_id))
    rendering.show(task, rendering.print_task, as_json=as_json)


@app.command()
def claim(
    worker: WorkerOption = "cli",
    queue: QueueOption = "default",
    lease: LeaseOption = 300.0,
    wait: Annotated[
        float, typer.Option(min=0, max=86_400, metavar="SECONDS", help="Wait so long for one to come.")
    ] = 0.0,
    peer: PeerOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take the oldest task of a queue, which is nobody else's then; the exit status is 124 if there is none.

    Say that you are alive before the lease is over (`heartbeat`), and what came of it (`done`, `fail`).
    """
    import time

    from loopsy_daemon.cli import exchange_rendering as rendering
    from loopsy_daemon.exchange import limits
    from loopsy_daemon.exchange import task_requests as requests
    from loopsy_daemon.service.exchange_on import ExchangeOn

    async def talk(exchange: ExchangeOn) -> requests.Task | None:
        deadline = time.monotonic() + wait
        while True:
            wait_seconds = min(max(0.0, deadline - time.monotonic()), limits.MAX_PEER_WAIT_SECONDS)
            wanted = requests.ClaimTask(worker=worker, queue=queue, lease_seconds=lease, wait_seconds=wait_seconds)
            task = (await exchange.ask(requests.CLAIM, wanted, wait_seconds)).task
            if task or time.monotonic() >= deadline:
                return task

    task = with_exchange(peer, talk)
    if task is None:
        return TIMEOUT_STATUS
    rendering.show(task, rendering.print_task, as_json=as_json)
    return 0


@app.command()
def heartbeat(
    task_id: IdArgument,
    worker: WorkerOption = "cli",
    lease: LeaseOption = 300.0,
    progress: Annotated[str | None, typer.Option(metavar="TEXT", help="How far it is.")] = None,
    attempt: AttemptOption = None,
    peer: PeerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a claimed task for a lease from now."""
    from loopsy_daemon.exchange import task_requests as requests

    wanted = requests.Heartbeat(id=task_id, worker=worker, lease_seconds=lease, progress=progress, attempt=attempt)
    _print(ask(peer, requests.HEARTBEAT, wanted), as_json=as_json)


@app.command()
def done(
    task_id: IdArgument,
    result: Annotated[
        str | None, typer.Argument(metavar="[RESULT]", help="What came of it; `-` reads it from stdin.")
    ] = None,
    worker: WorkerOption = "cli",
    attempt: AttemptOption = None,
    peer: PeerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a claimed task is done."""
    from loopsy_daemon.exchange import task_requests as requests

    text = "" if result is None else given_text(result, "result")
    wanted = requests.FinishTask(id=task_id, worker=worker, result=text, attempt=attempt)
    _print(ask(peer, requests.DONE, wanted), as_json=as_json)


@app.command()
def fail(
    task_id: IdArgument,
    error: Annotated[
        str | None, typer.Argument(metavar="[ERROR]", help="Why; `-`, or none, reads it from stdin.")
    ] = None,
    final: Annotated[bool, typer.Option("--final", help="Do not try it again.")] = False,
    worker: WorkerOption = "cli",
    attempt: AttemptOption = None,
    peer: PeerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a claimed task has failed; it is queued again while it has attempts left."""
    from loopsy_daemon.exchange import task_requests as requests

    text = given_text(error, "error")
    wanted = requests.FailTask(id=task_id, worker=worker, error=text, attempt=attempt, is_final=final)
    _print(ask(peer, requests.FAIL, wanted), as_json=as_json)


@app.command()
def cancel(task_id: IdArgument, peer: PeerOption = None, as_json: JsonOption = False) -> None:
    """Take a task back; its worker learns it with the next heartbeat."""
    from loopsy_daemon.exchange import task_requests as requests

    _print(ask(peer, requests.CANCEL, requests.CancelTask(id=task_id)), as_json=as_json)


def _print(task: "Task", *, as_json: bool) -> None:
    from loopsy_daemon.cli import exchange_rendering as rendering

    rendering.show(task, rendering.print_task_state, as_json=as_json)
