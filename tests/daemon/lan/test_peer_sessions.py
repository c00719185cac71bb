import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from loopsy_daemon.config import LanConfig
from loopsy_daemon.errors import UsageError
from loopsy_daemon.lan import session_desk, session_input
from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.lan.machine import Machine
from loopsy_daemon.lan.remote_sessions import SessionsOn, sessions_of
from loopsy_daemon.lan.session_api import (
    OutputPiece,
    ReadOutput,
    ReadScreen,
    ResizeSession,
    StartSession,
    TypeInto,
)
from tests.daemon.lan.rig import DEADLINE_SECONDS, Home, Person, paired

BASH = ["bash", "--norc", "--noprofile"]


@asynccontextmanager
async def studio(directory: Path, lan: LanConfig | None = None) -> AsyncIterator[tuple[Machine, SessionsOn]]:
    async with paired(directory, lan) as (machine, laptop), laptop.remote(machine) as remote:
        yield machine, sessions_of(remote)


async def read_until(sessions: SessionsOn, session: str, wanted: bytes) -> bytes:
    """Follow the output by offset until something is in it."""
    seen = bytearray()
    async with asyncio.timeout(DEADLINE_SECONDS):
        while wanted not in seen:
            piece = await sessions.output(ReadOutput(session=session, offset=len(seen), wait_seconds=10))
            assert piece.offset == len(seen)
            seen += piece.data
            assert wanted in seen or not piece.is_last, bytes(seen)
    return bytes(seen)


async def read_to_the_end(sessions: SessionsOn, session: str) -> tuple[bytes, OutputPiece]:
    seen = bytearray()
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            piece = await sessions.output(ReadOutput(session=session, offset=len(seen), wait_seconds=10))
            seen += piece.data
            if piece.is_last:
                return bytes(seen), piece


async def refused(code: str, done: object) -> str:
    with pytest.raises(PeerRefused) as refusal:
        await done  # type: ignore[misc]  # a coroutine
    assert refusal.value.code == code
    return refusal.value.message


async def test_a_program_is_started_followed_typed_into_and_stopped(tmp_path: Path) -> None:
    async with studio(tmp_path) as (_, sessions):
        started = (await sessions.start(StartSession(command=BASH, name="build", cols=90, rows=20))).session
        assert (started.name, started.alive, started.cols, started.rows) == ("build", True, 90, 20)
        assert started.started_by == "laptop"

        taken = await sessions.type_in(TypeInto(session="build", text="echo $((40+2))", keys=["enter"]))
        assert taken.end >= 0
        await read_until(sessions, "build", b"42\r\n")

        await sessions.type_in(TypeInto(session="build", text="tput cup 3 5; printf x%s y; read line\n"))
        async with asyncio.timeout(DEADLINE_SECONDS):
            shown = await sessions.screen(ReadScreen(session="build"))
            while "xy" not in shown.text:
                shown = await sessions.screen(ReadScreen(session="build", after=shown.end, wait_seconds=10))
        assert shown.cursor == (7, 3)

        assert (await sessions.resize(ResizeSession(session="build", cols=100, rows=30))).session.cols == 100
        await sessions.type_in(TypeInto(session="build", keys=["ctrl-c"]))
        await sessions.type_in(TypeInto(session="build", text="stty size\n"))
        await read_until(sessions, "build", b"30 100\r\n")

        stopped = (await sessions.stop("build")).session
        assert (stopped.alive, stopped.signal) == (False, "HUP")
        assert [state.session.name for state in await sessions.all()] == ["build"]
        await refused("ended", sessions.type_in(TypeInto(session="build", text="x")))
        await refused("ended", sessions.resize(ResizeSession(session="build", cols=80, rows=24)))
        lines = (tmp_path / "studio" / "logs" / "audit.jsonl").read_text().splitlines()
        assert json.loads(lines[-1])["status"] == 409
        await sessions.remove("build")
        assert await sessions.all() == []
        await refused("not_found", sessions.stop("build"))


async def test_the_end_comes_with_the_last_output_and_the_status(tmp_path: Path) -> None:
    async with studio(tmp_path) as (_, sessions):
        command = ["sh", "-c", "seq 1 20000; exit 3"]
        state = await sessions.start(StartSession(command=command, cwd=str(tmp_path)))
        assert state.session.name == "sh"
        printed, last = await read_to_the_end(sessions, state.session.id)
        assert printed == b"".join(b"%d\r\n" % number for number in range(1, 20_001))
        assert (last.session.code, last.session.cwd) == (3, str(tmp_path))
        again = await sessions.output(ReadOutput(session=state.session.id[:6], offset=10**12, wait_seconds=10))
        assert (again.data, again.is_last) == (b"", True)
        assert (await sessions.output(ReadOutput(session="sh", limit_bytes=3))).data == b"1\r\n"


async def test_a_signal_is_sent_and_no_more(tmp_path: Path) -> None:
    async with studio(tmp_path) as (_, sessions):
        script = "trap 'echo got it' INT; echo ready; while :; do sleep 0.05; done"
        await sessions.start(StartSession(command=["bash", "-c", script], name="trap"))
        await read_until(sessions, "trap", b"ready")
        assert (await sessions.stop("trap", "SIGINT")).session.alive
        await read_until(sessions, "trap", b"got it")
        await refused("bad_request", sessions.stop("trap", "SIGBOGUS"))
        assert not (await sessions.remove("trap")).session.alive
        assert await sessions.all() == []


async def test_a_peer_sees_its_own_sessions_alone_unless_it_is_permitted(tmp_path: Path) -> None:
    async with studio(tmp_path) as (machine, sessions):
        Person(machine).look()
        tablet = Home(tmp_path / "tablet", "tablet")
        await tablet.join(machine)
        async with tablet.remote(machine) as remote:
            others = sessions_of(remote)
            session = (await sessions.start(StartSession(command=BASH, name="mine"))).session
            assert await others.all() == []
            for asked in (
                others.output(ReadOutput(session=session.id)),
                others.screen(ReadScreen(session="mine")),
                others.type_in(TypeInto(session=session.id, text="x")),
                others.stop(session.id),
                others.remove("mine"),
            ):
                await refused("not_found", asked)
            peer = next(peer for peer in machine.peers.all() if peer.name == "tablet")
            machine.peers.permit(peer.node_id, ("session", "every-session"))
            assert [(state.session.name, state.mine) for state in await others.all()] == [("mine", False)]
            machine.peers.permit(peer.node_id, ("execute",))
            await refused("not_permitted", others.all())
            await refused("not_permitted", others.start(StartSession(command=BASH)))


async def test_what_is_denied_or_too_much_is_not_started(tmp_path: Path) -> None:
    lan = LanConfig(deny=["touch"], sessions=1)
    async with studio(tmp_path, lan) as (_, sessions):
        marker = tmp_path / "marker"
        await refused("denied", sessions.start(StartSession(command=["sh", "-c", f"touch {marker}"])))
        await refused("not_found", sessions.start(StartSession(command=["no-such-program"])))
        await refused("not_found", sessions.start(StartSession(command=["true"], cwd="/no/such/directory")))
        await refused("bad_request", sessions.start(StartSession(command=["true"], name="a\x1bb")))
        assert await sessions.all() == []
        await sessions.start(StartSession(command=BASH, name="one"))
        assert "1 sessions" in await refused("busy", sessions.start(StartSession(command=BASH, name="two")))
        await sessions.stop("one")
        await sessions.start(StartSession(command=BASH, name="two"))
        assert not marker.exists()


async def test_input_that_nobody_reads_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_input, "MAX_UNTAKEN_BYTES", 20_000)
    async with studio(tmp_path) as (_, sessions):
        script = "stty raw -echo; printf ready; sleep 600"
        await sessions.start(StartSession(command=["bash", "-c", script], name="deaf"))
        await read_until(sessions, "deaf", b"ready")

        async def flood() -> None:
            for _ in range(20):
                await sessions.type_in(TypeInto(session="deaf", text="x" * 8_000))

        assert "does not read" in await refused("busy", flood())
        with pytest.raises(UsageError, match="text"):
            await sessions.type_in(TypeInto(session="deaf", text="x" * 8_193))
        await refused("bad_request", sessions.type_in(TypeInto(session="deaf", keys=["hyper-x"])))
        await sessions.remove("deaf")


async def test_so_many_wait_at_once_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_desk, "MAX_WAITING", 2)
    async with studio(tmp_path) as (_, sessions):
        session = (await sessions.start(StartSession(command=["sleep", "600"]))).session.id
        waiting = [asyncio.create_task(sessions.output(ReadOutput(session=session, wait_seconds=30))) for _ in range(3)]
        done, pending = await asyncio.wait(waiting, timeout=DEADLINE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        assert len(done) == 1
        assert isinstance(done.pop().exception(), PeerRefused)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)


async def test_the_audit_log_has_the_program_and_nothing_of_what_is_typed(tmp_path: Path) -> None:
    async with studio(tmp_path) as (_, sessions):
        await sessions.start(StartSession(command=["/bin/cat", "-u"], name="cat"))
        await sessions.type_in(TypeInto(session="cat", text="a secret\n"))
        await read_until(sessions, "cat", b"a secret\r\na secret\r\n")
        text = (tmp_path / "studio" / "logs" / "audit.jsonl").read_text()
        started = next(line for line in map(json.loads, text.splitlines()) if line["path"] == "/v1/sessions/start")
        assert (started["program"], started["name"]) == ("cat", "laptop")
        assert "a secret" not in text
        assert "-u" not in [line.get("program") for line in map(json.loads, text.splitlines())]
