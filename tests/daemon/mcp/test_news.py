"""What the daemon tells, as agents are told it."""

from pathlib import Path
from typing import get_args

import pytest
from mcp.server.mcpserver import MCPServer

from loopsy_daemon.exchange.exchange import Part
from loopsy_daemon.lan.presence import State
from loopsy_daemon.mcp import news
from loopsy_daemon.mcp.resources import add_resources
from loopsy_daemon.paths import Paths
from loopsy_daemon.service.machines import Machines
from loopsy_daemon.wire.messages import Event, SessionInfo


def told(event: str, /, **details: str | int | None) -> news.News | None:
    return news.news_of(Event(name=event, at=0.0, details=dict(details)))


def session(name: str, *, alive: bool = True, preview: str = "") -> SessionInfo:
    return SessionInfo(
        id=name * 8, agent="", name=name, title="", cwd="/", cols=80, rows=24, created_at=0.0, active_at=0.0,
        alive=alive, clients=0, preview=preview,
    )  # fmt: skip


async def test_every_resource_that_changes_is_one_that_can_be_read(tmp_path: Path) -> None:
    server: MCPServer[None] = MCPServer("test")
    add_resources(server, Machines(Paths.of(tmp_path)))
    assert {str(offered.uri) for offered in await server.list_resources()} == set(news.WATCHED)


@pytest.mark.parametrize("part", get_args(Part))
def test_each_part_of_the_exchange_has_its_resource(part: str) -> None:
    found = told("exchange.changed", part=part)
    assert found == news.News((f"loopsy://{part}",))


@pytest.mark.parametrize("state", get_args(State))
def test_a_peer_that_comes_or_goes_is_a_line_and_a_change(state: str) -> None:
    found = told("peer.state", peer="a" * 26, name="studio", state=state)
    assert found is not None
    assert found.resources == (news.PEERS,)
    assert found.line is not None
    assert found.line.text.startswith("studio ")
    severe = {"offline": "warning", "refused": "warning", "impostor": "error"}
    assert found.line.level == severe.get(state, found.line.level)
    assert (found.line.level in {"warning", "error"}) == (state in severe)


@pytest.mark.parametrize(("code", "signal", "how"), [(7, None, "with code 7"), (None, "KILL", "by signal KILL")])
def test_how_a_session_has_ended_is_told(code: int | None, signal: str | None, how: str) -> None:
    found = told("session.exited", session="x", name="build", code=code, signal=signal)
    line = news.Line("info", "sessions", f"The session build has ended {how}.")
    assert found == news.News((news.SESSIONS,), line)


@pytest.mark.parametrize("name", ["phone.connected", "relay.disconnected", "recording.started", "pair.wrong_code"])
def test_what_is_nothing_to_agents_is_not_told(name: str) -> None:
    assert told(name, label="phone") is None


def test_of_sessions_it_is_told_that_they_come_and_go_but_not_what_they_print() -> None:
    seen = news.SessionNews()
    changed = news.News((news.SESSIONS,))
    assert seen.look([session("a")]) is None
    assert seen.look([session("a", preview="more")]) is None
    assert seen.look([session("a"), session("b")]) == changed
    assert seen.look([session("a"), session("b", alive=False)]) == changed
    assert seen.look([session("a")]) == changed
    assert seen.look([session("a")]) is None
