"""Sessions on several machines, as they are told to people and agents."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from loopsy_daemon.lan.session_api import SessionState


@dataclass(frozen=True, slots=True)
class FleetSession:
    """A session on a machine; `mine` if it was started from here, `started_by` a machine, `local`, or nobody else.

    Times are in seconds since 1970.
    """

    machine: str
    id: str
    name: str
    alive: bool
    code: int | None
    signal: str | None
    mine: bool
    started_by: str | None
    cwd: str
    title: str
    preview: str
    cols: int
    rows: int
    clients: int
    created_at: float
    active_at: float

    @classmethod
    def of(cls, machine: str, state: "SessionState") -> Self:
        """Return the session of a machine."""
        info = state.session
        return cls(
            machine=machine,
            id=info.id,
            name=info.name,
            alive=info.alive,
            code=info.code,
            signal=info.signal,
            mine=state.mine,
            started_by=info.started_by,
            cwd=info.cwd,
            title=info.title,
            preview=info.preview,
            cols=info.cols,
            rows=info.rows,
            clients=info.clients,
            created_at=info.created_at,
            active_at=info.active_at,
        )


@dataclass(frozen=True, slots=True)
class FleetProblem:
    """What did not work on a machine."""

    machine: str
    message: str
    hint: str | None


@dataclass(frozen=True, slots=True)
class Fleet:
    """Sessions on machines, and what did not work; `done` is `listed`, `started`, `stopped` or `removed`."""

    done: str
    sessions: tuple[FleetSession, ...]
    problems: tuple[FleetProblem, ...] = ()
