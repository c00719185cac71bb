"""Tools about tasks: queues of work on this machine or on a peer, each task claimed by one worker."""

from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from loopsy_daemon.exchange import limits
from loopsy_daemon.exchange import task_requests as requests
from loopsy_daemon.mcp.arguments import OwnerPeer
from loopsy_daemon.mcp.registration import tool
from loopsy_daemon.service.exchange_on import exchange_on
from loopsy_daemon.service.machines import Machines

Queue = Annotated[str, Field(description="The queue's name: letters, digits and ._-")]
TaskId = Annotated[str, Field(description="The task's id.")]
Worker = Annotated[str, Field(min_length=1, max_length=64, description="Who works: the same in all calls.")]
Lease = Annotated[
    float,
    Field(
        ge=limits.MIN_LEASE_SECONDS,
        le=limits.MAX_LEASE_SECONDS,
        description="The task is yours for so long; keep it with loopsy_task_heartbeat.",
    ),
]
Attempt = Annotated[int | None, Field(ge=1, description="`attempts` of the claim, so that a lost lease is noticed.")]


def task_tools(machines: Machines) -> list[Tool]:
    """Return the tools."""

    async def loopsy_task_add(
        title: str,
        body: Annotated[str, Field(description="All that a worker must know.")] = "",
        queue: Queue = requests.DEFAULT_QUEUE,
        max_attempts: Annotated[int, Field(ge=1, le=limits.MAX_ATTEMPTS)] = limits.DEFAULT_ATTEMPTS,
        peer: OwnerPeer = None,
    ) -> requests.Task:
        """Put a task into a queue of this machine or of a peer, for any worker to claim."""
        wanted = requests.AddTask(title=title, body=body, queue=queue, max_attempts=max_attempts)
        async with exchange_on(machines, peer) as exchange:
            return await exchange.ask(requests.ADD, wanted)

    async def loopsy_task_list(
        queue: Annotated[str | None, Field(description="Only of this queue.")] = None,
        state: Annotated[requests.TaskState | None, Field(description="Only in this state.")] = None,
        before: Annotated[int | None, Field(ge=0, description="`next` of the call before, for the rest.")] = None,
        peer: OwnerPeer = None,
    ) -> requests.TaskPage:
        """List tasks, the newest first, without their texts and results."""
        async with exchange_on(machines, peer) as exchange:
            return await exchange.ask(requests.LIST, requests.ListTasks(queue=queue, state=state, before=before))

    async def loopsy_task_show(task: TaskId, peer: OwnerPeer = None) -> requests.Task:
        """Show a task with its text, its state and its result."""
        async with exchange_on(machines, peer) as exchange:
            return await exchange.ask(requests.SHOW, requests.ShowTask(id=task))

    async def loopsy_task_claim(
        worker: Worker,
        queue: Queue = requests.DEFAULT_QUEUE,
        lease_seconds: Lease = limits.DEFAULT_LEASE_SECONDS,
        wait_seconds: Annotated[
            float, Field(ge=0, le=limits.MAX_WAIT_SECONDS, description="If there is none, wait so long for one.")
        ] = 0,
        peer: OwnerPeer = None,
    ) -> requests.Claimed:
        """Take the oldest task of a queue. No two workers ever get the same one; `task` is missing if there is none."""
        wanted = requests.ClaimTask(worker=worker, queue=queue, lease_seconds=lease_seconds, wait_seconds=wait_seconds)
        async with exchange_on(machines, peer) as exchange:
            return await exchange.ask(requests.CLAIM, wanted, wait_seconds)

    async def loopsy_task_heartbeat(
        task: TaskId,
        worker: Worker,
        progress: Annotated[str | None, Field(description="How far it is, in a few words.")] = None,
        lease_seconds: Lease = limits.DEFAULT_LEASE_SECONDS,
        attempt: Attempt = None,
        peer: OwnerPeer = None,
    ) -> requests.Task:
        """Keep a claimed task for another lease."""
        wanted = requests.Heartbeat(
            id=task, worker=worker, lease_seconds=lease_seconds, attempt=attempt, progress=progress
        )
        async with exchange_on(machines, peer) as exchange:
            return await exchange.ask(requests.HEARTBEAT, wanted)

    async def loopsy_task_done(
        task: TaskId,
        worker: Worker,
        result: Annotated[str, Field(description="What came of it.")] = "",
        attempt: Attempt = None,
        peer: OwnerPeer = None,
    ) -> requests.Task:
        """Say that a claimed task is done."""
        wanted = requests.FinishTask(id=task, worker=worker, result=result, attempt=attempt)
        async with exchange_on(machines, peer) as exchange:
            return await exchange.ask(requests.DONE, wanted)

    async def loopsy_task_fail(
        task: TaskId,
        worker: Worker,
        error: Annotated[str, Field(description="What went wrong.")],
        is_final: Annotated[bool, Field(description="Do not try again.")] = False,
        attempt: Attempt = None,
        peer: OwnerPeer = None,
    ) -> requests.Task:
        """Say that a claimed task has failed; it is queued again while it has attempts left."""
        wanted = requests.FailTask(id=task, worker=worker, error=error, attempt=attempt, is_final=is_final)
        async with exchange_on(machines, peer) as exchange:
            return await exchange.ask(requests.FAIL, wanted)

    async def loopsy_task_cancel(task: TaskId, peer: OwnerPeer = None) -> requests.Task:
        """Take a task back that was added from here."""
        async with exchange_on(machines, peer) as exchange:
            return await exchange.ask(requests.CANCEL, requests.CancelTask(id=task))

    return [
        tool("Add a task", loopsy_task_add),
        tool("List tasks", loopsy_task_list, reads=True),
        tool("Show a task", loopsy_task_show, reads=True),
        tool("Claim a task", loopsy_task_claim),
        tool("Keep a claimed task", loopsy_task_heartbeat, repeatable=True),
        tool("Finish a task", loopsy_task_done, repeatable=True),
        tool("Give up a task", loopsy_task_fail),
        tool("Cancel a task", loopsy_task_cancel, destroys=True, repeatable=True),
    ]
