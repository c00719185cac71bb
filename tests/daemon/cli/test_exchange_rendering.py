"""What another machine says about values, messages and tasks, on a person's terminal."""

import pytest

from loopsy_daemon.cli import exchange_rendering as rendering
from loopsy_daemon.exchange.context_requests import Entry, EntryPage
from loopsy_daemon.exchange.task_requests import Task, TaskPage

STEERING = "\x1b]0;title\x07\x9b2J\u202e"


def test_no_answer_of_a_peer_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    entry = Entry(key=f"a{STEERING}", version=1, size_bytes=1, author=STEERING, updated_at=1e300)
    task = Task(
        id=f"b{STEERING}",
        queue=STEERING,
        title=STEERING,
        state="claimed",
        author=STEERING,
        created_at=-1e300,
        changed_at=0.0,
        attempts=1,
        max_attempts=1,
        worker=STEERING,
        worker_peer=STEERING,
        progress=STEERING,
        error=STEERING,
    )
    for show in (rendering.print_entry, rendering.print_deleted):
        show(entry)
    rendering.print_entries(EntryPage(entries=[entry]))
    for tell in (rendering.print_id, rendering.print_task, rendering.print_task_state):
        tell(task)
    rendering.print_tasks(TaskPage(tasks=[task]))
    shown = capsys.readouterr()
    for text in (shown.out, shown.err):
        assert "]0;title" in text
        assert all(character.isprintable() for line in text.split("\n") for character in line)
