"""What `loopsy session` reports, as values; `session_rendering` makes text of them."""

from dataclasses import dataclass

from loopsy_daemon.service.fleet_values import Fleet, FleetSession


@dataclass(frozen=True, slots=True)
class FleetText:
    """A session's output or screen as text; `next_offset` is where to go on."""

    machine: str
    name: str
    alive: bool
    code: int | None
    signal: str | None
    text: str
    next_offset: int


@dataclass(frozen=True, slots=True)
class FleetInput:
    """Something was typed into a session; what it answers is output from `offset` on."""

    machine: str
    name: str
    offset: int


FleetResult = FleetSession | Fleet | FleetText | FleetInput
