import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from loopsy_daemon.exchange import limits, tasks
from loopsy_daemon.exchange.errors import Refused
from loopsy_daemon.exchange.operations import Actor
from loopsy_daemon.exchange.task_requests import (
    AddTask,
    CancelTask,
    ClaimTask,
    FailTask,
    FinishTask,
    Heartbeat,
    ListTasks,
    ShowTask,
    Task,
)
from tests.daemon.exchange.stores import HERE, LAPTOP, TABLET, new_tables


@pytest.fixture
def tables() -> Iterator[sqlite3.Connection]:
    with closing(new_tables()) as connection:
        yield connection


def add(tables: sqlite3.Connection, title: str = "build", *, attempts: int = 3, actor: Actor = HERE) -> Task:
    return tasks.add(tables, actor, AddTask(title=title, body=f"{title}!", max_attempts=attempts), 100.0)


def claim(
    tables: sqlite3.Connection, worker: str = "w", *, actor: Actor = LAPTOP, now: float = 100.0, lease: float = 10.0
) -> Task | None:
    return tasks.claim(tables, actor, ClaimTask(worker=worker, lease_seconds=lease), now).task


def done(
    tables: sqlite3.Connection,
    task_id: str,
    worker: str = "w",
    *,
    actor: Actor = LAPTOP,
    now: float = 100.0,
    attempt: int | None = None,
) -> Task:
    return tasks.done(tables, actor, FinishTask(id=task_id, worker=worker, result="ok", attempt=attempt), now)


def show(tables: sqlite3.Connection, task_id: str, now: float = 100.0) -> Task:
    return tasks.show(tables, HERE, ShowTask(id=task_id), now)


def refusal(code: str) -> "pytest.RaisesExc[Refused]":
    return pytest.RaisesExc(Refused, check=lambda refused: refused.code == code)


def test_the_oldest_is_claimed_first_and_by_one(tables: sqlite3.Connection) -> None:
    first, second = add(tables, "first"), add(tables, "second")
    claimed = claim(tables)
    assert claimed
    assert (claimed.id, claimed.body, claimed.worker, claimed.worker_peer, claimed.attempts) == (
        first.id, "first!", "w", "laptop", 1,
    )  # fmt: skip
    other = claim(tables, actor=TABLET)
    assert other
    assert other.id == second.id
    assert claim(tables, "another") is None
    assert tasks.claim(tables, HERE, ClaimTask(worker="w", queue="empty"), 100.0).task is None


def test_only_who_has_it_says_what_came_of_it(tables: sqlite3.Connection) -> None:
    task_id = add(tables).id
    claim(tables)
    for actor, worker, attempt in ((LAPTOP, "x", None), (TABLET, "w", None), (HERE, "w", None), (LAPTOP, "w", 2)):
        with refusal("lost"):
            done(tables, task_id, worker, actor=actor, attempt=attempt)
        with refusal("lost"):
            tasks.heartbeat(tables, actor, Heartbeat(id=task_id, worker=worker, attempt=attempt), 100.0)
        with refusal("lost"):
            tasks.fail(tables, actor, FailTask(id=task_id, worker=worker, error="", attempt=attempt), 100.0)
    assert done(tables, task_id, attempt=1).state == "done"
    assert done(tables, task_id, attempt=1).state == "done"  # its answer may have been lost
    assert show(tables, task_id).result == "ok"
    with refusal("conflict"):
        tasks.cancel(tables, HERE, CancelTask(id=task_id), 100.0)


def test_a_heartbeat_keeps_the_claim_and_without_one_it_is_over(tables: sqlite3.Connection) -> None:
    task_id = add(tables).id
    claim(tables, lease=10.0, now=100.0)
    beat = tasks.heartbeat(
        tables, LAPTOP, Heartbeat(id=task_id, worker="w", lease_seconds=10.0, progress="half"), 109.0
    )
    assert (beat.lease_until, beat.progress) == (119.0, "half")
    assert claim(tables, "thief", now=118.9) is None
    taken = claim(tables, "heir", actor=TABLET, now=119.0)
    assert taken
    assert (taken.id, taken.attempts, taken.progress) == (task_id, 2, None)
    with refusal("lost"):
        done(tables, task_id, now=119.0)


def test_it_is_tried_so_often_and_no_more(tables: sqlite3.Connection) -> None:
    task_id = add(tables, attempts=2).id
    claim(tables)
    failed = tasks.fail(tables, LAPTOP, FailTask(id=task_id, worker="w", error="disk full"), 101.0)
    assert (failed.state, failed.error, failed.worker) == ("queued", "disk full", None)
    claim(tables, lease=10.0, now=102.0)
    assert show(tables, task_id, 112.0).state == "failed"
    assert claim(tables, now=112.0) is None
    other = add(tables).id
    claim(tables, now=112.0)
    final = FailTask(id=other, worker="w", error="e" * 5_000, is_final=True)
    ended = tasks.fail(tables, LAPTOP, final, 112.0)
    assert ended.state == "failed"
    assert len(show(tables, other).error or "") == limits.MAX_ERROR_CHARACTERS


def test_who_added_it_and_the_machine_itself_take_it_back(tables: sqlite3.Connection) -> None:
    first, second = add(tables, actor=LAPTOP).id, add(tables, actor=LAPTOP).id
    with refusal("bad_request"):
        tasks.cancel(tables, TABLET, CancelTask(id=first), 100.0)
    claim(tables)
    assert tasks.cancel(tables, LAPTOP, CancelTask(id=first), 100.0).state == "cancelled"
    assert tasks.cancel(tables, HERE, CancelTask(id=second), 100.0).state == "cancelled"
    with refusal("lost"):
        tasks.heartbeat(tables, LAPTOP, Heartbeat(id=first, worker="w"), 100.0)


def test_the_same_id_is_the_same_task(tables: sqlite3.Connection) -> None:
    wanted = AddTask(title="once", id="client-chosen-1")
    assert tasks.add(tables, LAPTOP, wanted, 1.0).id == tasks.add(tables, LAPTOP, wanted, 2.0).id
    with refusal("conflict"):
        tasks.add(tables, TABLET, wanted, 2.0)
    assert len(tasks.page(tables, HERE, ListTasks(), 2.0).tasks) == 1


def test_lists_have_pages_and_limits_hold(tables: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_OPEN_TASKS_PER_AUTHOR", 3)
    monkeypatch.setattr(limits, "MAX_OPEN_TASKS", 4)
    monkeypatch.setattr(limits, "MAX_FINISHED_TASKS", 1)
    ids = [add(tables, actor=LAPTOP).id for _ in range(3)]
    with refusal("full"):
        add(tables, actor=LAPTOP)
    ids.append(add(tables).id)
    with refusal("full"):
        add(tables, actor=TABLET)
    with refusal("too_large"):
        tasks.add(tables, HERE, AddTask(title="t", body="x" * (limits.MAX_BODY_BYTES + 1)), 100.0)
    page = tasks.page(tables, HERE, ListTasks(limit=3), 100.0)
    rest = tasks.page(tables, HERE, ListTasks(limit=3, before=page.next), 100.0)
    assert [task.id for task in page.tasks + rest.tasks] == ids[::-1]
    assert rest.next is None
    for task_id in ids[:2]:
        tasks.cancel(tables, HERE, CancelTask(id=task_id), 100.0)
    cancelled = tasks.page(tables, HERE, ListTasks(state="cancelled"), 100.0).tasks
    assert [task.id for task in cancelled] == ids[1:2]  # the oldest that has ended makes room


class Workers(RuleBasedStateMachine):
    """Workers that claim, beat, finish and stall in any order: a task is in one pair of hands, and ends once."""

    def __init__(self) -> None:
        super().__init__()
        self.tables = new_tables()
        self.now = 100.0
        self.added = 0
        self.held: dict[str, tuple[str, int, float]] = {}
        self.finished: set[str] = set()

    @rule()
    def adds(self) -> None:
        self.added += 1
        wanted = AddTask(title="t", max_attempts=100, id=f"task-{self.added:04}")
        tasks.add(self.tables, HERE, wanted, self.now)

    @rule(worker=st.sampled_from("abc"), lease=st.floats(1.0, 20.0))
    def claims(self, worker: str, lease: float) -> None:
        task = claim(self.tables, worker, now=self.now, lease=lease)
        if task:
            assert task.id not in self.finished
            former = self.held.get(task.id)
            assert former is None or former[2] <= self.now
            self.held[task.id] = (worker, task.attempts, self.now + lease)

    @rule(data=st.data(), worker=st.sampled_from("abc"))
    def finishes(self, data: st.DataObject, worker: str) -> None:
        if not self.held:
            return
        task_id = data.draw(st.sampled_from(sorted(self.held)))
        holder, attempt, until = self.held[task_id]
        asked = data.draw(st.sampled_from([attempt, max(1, attempt - 1)]))
        may = (holder, attempt) == (worker, asked) and until > self.now
        if not may:
            with refusal("lost"):
                done(self.tables, task_id, worker, now=self.now, attempt=asked)
            return
        done(self.tables, task_id, worker, now=self.now, attempt=asked)
        self.finished.add(task_id)
        del self.held[task_id]

    @rule(seconds=st.floats(0.5, 15.0))
    def passes(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def what_is_done_stays_done(self) -> None:
        found = {row["id"] for row in self.tables.execute("SELECT id FROM task WHERE state = 'done'")}
        assert found == self.finished

    def teardown(self) -> None:
        self.tables.close()


TestWorkers = Workers.TestCase
TestWorkers.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
