"""When a session counts as idle."""

from loopsy_daemon.sessions.idle import IdleClock
from loopsy_daemon.wire.messages import SessionInfo


def session(active_at: float = 100.0, *, clients: int = 0, alive: bool = True) -> SessionInfo:
    return SessionInfo(
        id="abc", agent="shell", name="shell", title="", cwd="/", cols=80, rows=24, created_at=0.0,
        active_at=active_at, alive=alive, clients=clients, preview="",
    )  # fmt: skip


def test_a_session_is_due_when_nothing_happened_for_the_limit() -> None:
    clock = IdleClock(60)
    assert clock.due([session()], 0) == []
    assert clock.due([session()], 59) == []
    assert clock.due([session()], 60) == ["abc"]


def test_output_input_and_viewers_begin_it_anew() -> None:
    clock = IdleClock(60)
    clock.due([session()], 0)
    assert clock.due([session(130.0)], 50) == []
    assert clock.due([session(130.0)], 109) == []
    assert clock.due([session(130.0, clients=1)], 111) == []
    assert clock.due([session(130.0)], 170) == []
    assert clock.due([session(130.0)], 171) == ["abc"]


def test_an_idle_session_that_somebody_looks_at_is_never_due() -> None:
    clock = IdleClock(60)
    assert [clock.due([session(clients=1)], now) for now in (0, 60, 600)] == [[], [], []]


def test_what_was_active_before_the_daemon_started_gets_the_whole_time() -> None:
    clock = IdleClock(60)
    assert clock.due([session(-1e9)], 1_000) == []
    assert clock.due([session(-1e9)], 1_060) == ["abc"]


def test_ended_sessions_are_not_meant() -> None:
    clock = IdleClock(60)
    clock.due([session(alive=False)], 0)
    assert clock.due([session(alive=False)], 100) == []
