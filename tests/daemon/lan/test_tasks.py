import asyncio
from pathlib import Path

import pytest

from loopsy_daemon.errors import RequestFailed
from loopsy_daemon.exchange.task_requests import (
    ADD,
    CANCEL,
    CLAIM,
    DONE,
    HEARTBEAT,
    LIST,
    SHOW,
    AddTask,
    CancelTask,
    ClaimTask,
    FinishTask,
    Heartbeat,
    ListTasks,
    ShowTask,
)
from loopsy_daemon.service.exchange_on import RemoteExchange
from tests.daemon.lan.exchanges import ask_own, friends
from tests.daemon.lan.rig import DEADLINE_SECONDS


async def test_workers_of_several_machines_never_get_the_same_task(tmp_path: Path) -> None:
    async with friends(tmp_path) as pair:
        added = [(await ask_own(pair.studio, ADD, AddTask(title=f"{number}"))).id for number in range(24)]
        claimed: list[tuple[str, str]] = []

        async def work_there(worker: str) -> None:
            async with pair.laptop.remote(pair.studio_machine) as remote:
                exchange = RemoteExchange(remote)
                while task := (await exchange.ask(CLAIM, ClaimTask(worker=worker))).task:
                    claimed.append((task.id, worker))

        async def work_here(worker: str) -> None:
            while task := (await ask_own(pair.studio, CLAIM, ClaimTask(worker=worker))).task:
                claimed.append((task.id, worker))
                await asyncio.sleep(0.005)  # the others are on a network

        await asyncio.gather(work_there("a"), work_there("b"), work_here("c"), work_here("d"))
        assert sorted(task_id for task_id, _ in claimed) == sorted(added)
        assert len({worker for _, worker in claimed}) > 1


async def test_a_task_goes_from_one_machine_to_another_and_its_result_back(tmp_path: Path) -> None:
    async with friends(tmp_path) as pair:
        waiting = asyncio.create_task(
            ask_own(pair.studio, CLAIM, ClaimTask(worker="agent", wait_seconds=DEADLINE_SECONDS))
        )
        added = await pair.ask_studio(ADD, AddTask(title="build", body="make all"))
        task = (await waiting).task
        assert task
        assert (task.id, task.body, task.author) == (added.id, "make all", "laptop")
        await ask_own(pair.studio, HEARTBEAT, Heartbeat(id=task.id, worker="agent", progress="half"))
        listed = (await pair.ask_studio(LIST, ListTasks(state="claimed"))).tasks[0]
        assert (listed.worker, listed.progress) == ("agent", "half")
        with pytest.raises(RequestFailed) as refused:  # a peer's worker of the same name is another one
            await pair.ask_studio(DONE, FinishTask(id=task.id, worker="agent"))
        assert refused.value.code == "lost"
        await ask_own(pair.studio, DONE, FinishTask(id=task.id, worker="agent", result="built"))
        assert (await pair.ask_studio(SHOW, ShowTask(id=task.id))).result == "built"

        other = await pair.ask_studio(ADD, AddTask(title="never mind"))
        assert (await pair.ask_studio(CANCEL, CancelTask(id=other.id))).state == "cancelled"


async def test_who_goes_away_while_it_waits_is_given_no_task(tmp_path: Path) -> None:
    async with friends(tmp_path) as pair:
        assert pair.studio.exchange
        waiting_for_tasks = pair.studio.exchange.exchange._tasks._waiting
        leaving = asyncio.create_task(pair.ask_studio(CLAIM, ClaimTask(worker="w", wait_seconds=19.0), 19.0))
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not waiting_for_tasks:
                await asyncio.sleep(0.01)
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)
            while waiting_for_tasks:
                await asyncio.sleep(0.01)
        await ask_own(pair.studio, ADD, AddTask(title="for somebody who is there"))
        assert (await pair.ask_studio(LIST, ListTasks())).tasks[0].state == "queued"
        # and a lease that runs out ends the waiting of the next one
        await pair.ask_studio(CLAIM, ClaimTask(worker="dies", lease_seconds=1.0))
        heir = await pair.ask_studio(CLAIM, ClaimTask(worker="heir", wait_seconds=15.0), 15.0)
        assert heir.task
        assert heir.task.attempts == 2
