"""Programs go on when their daemon is killed, restarted or replaced, and phones go on at the exact byte."""

import asyncio
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from loopsy_daemon.wire import messages
from tests.support.daemon import Daemon
from tests.support.phone import Phone
from tests.support.steady_phone import SteadyPhone
from tests.support.talker import READY, stream

REPOSITORY = Path(__file__).parents[2]
DEADLINE_SECONDS = 60.0
# Asks its terminal for its status each time that a file appears, and says how often it was answered.
ASKING = """
import os, select, sys, time, tty
tty.setraw(0)
for name in sys.argv[1:]:
    while not os.path.exists(name):
        time.sleep(0.01)
    os.write(1, b"\\x1b[5n")
    answer = b""
    while not answer.endswith(b"0n"):
        answer += os.read(0, 999)
    while select.select([0], [], [], 0.5)[0]:
        answer += os.read(0, 999)
    os.write(1, b"answer " + answer.hex().encode() + b" to " + os.path.basename(name).encode() + b".")
"""


async def open_session(daemon: Daemon, command: list[str], name: str | None = None) -> str:
    async with await daemon.client() as client:
        opened = await client.request(
            messages.Open(
                id=client.next_id(), agent="shell", name=name, cols=80, rows=24, command=command, cwd=str(REPOSITORY)
            )
        )
    assert isinstance(opened, messages.Opened)
    return opened.session.id


async def session_of(daemon: Daemon, session_id: str) -> messages.SessionInfo:
    async with await daemon.client() as client:
        return next(info for info in client.welcome.sessions if info.id == session_id)


async def wait_until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not is_true():
            await asyncio.sleep(0.01)


async def talk_through(daemon: Daemon, directory: Path, replace: Callable[[int], object], replacements: int) -> None:
    """Let a program talk and listen while its daemon is replaced, and check that no byte is lost or doubled."""
    seed, output_bytes, input_bytes = 7, 1_800_000, 60_000  # all of it is kept, however late the phone is
    heard = directory / "heard"
    command = [sys.executable, "-m", "tests.support.talker", str(seed), str(output_bytes), str(input_bytes), str(heard)]
    machine = await daemon.pair_phone()
    phone = SteadyPhone(machine, await open_session(daemon, command))
    typed = random.Random(seed).randbytes(input_bytes)
    phone.type(typed[:-1])  # without the last byte the program does not end
    expected = READY + stream(seed, output_bytes)
    following = asyncio.create_task(phone.run_until_exit())
    for number in range(replacements):
        share = len(expected) * (number + 1) // (replacements + 2)
        await wait_until(
            lambda: following.done() or (phone.connections > number and len(phone.output) >= share)  # noqa: B023
        )
        assert not following.done(), following.exception()
        await daemon.kill() if replace(number) else await daemon.stop()
        if number == replacements - 1:
            phone.type(typed[-1:])
        await daemon.start()
    async with asyncio.timeout(DEADLINE_SECONDS):
        await following
    assert bytes(phone.output) == expected
    assert heard.read_bytes() == typed
    assert phone.connections > replacements


@pytest.mark.slow
async def test_no_byte_is_lost_when_the_daemon_is_killed_in_a_flood_and_while_typing(
    daemon: Daemon, tmp_path: Path
) -> None:
    await talk_through(daemon, tmp_path, lambda _: True, 4)


@pytest.mark.slow
async def test_no_byte_is_lost_when_the_daemon_is_restarted(daemon: Daemon, tmp_path: Path) -> None:
    await talk_through(daemon, tmp_path, lambda number: number % 2, 3)


async def test_a_phone_goes_on_at_the_exact_byte_with_the_same_screen(daemon: Daemon) -> None:
    machine = await daemon.pair_phone()
    async with Phone.connected(machine) as phone:
        session = await phone.open(name="work", cols=100, rows=30)
        seen = await phone.attach(session, have=0, cols=100, rows=30)
        draw = b"\\033[?1049h\\033]2;a title\\007\\033[5;7Hmar''ker"  # which its echo is not
        await phone.type(seen, b"stty -echo; PS1=; printf '" + draw + b"'; cat\r")
        await phone.wait_output(seen, b"marker")
        before = await session_of(daemon, session)
        have = seen.end
        client = phone.client
    await daemon.kill()
    await daemon.start()
    await daemon.wait_relay()
    after = await session_of(daemon, session)
    for field in ("name", "title", "preview", "cwd", "agent", "cols", "rows", "created_at", "alive"):
        assert getattr(after, field) == getattr(before, field), field
    async with Phone.connected(machine, client=client) as phone, Phone.connected(machine) as other:
        again = await phone.attach(session, have=have, cols=100, rows=30)
        assert (again.base, bytes(again.snapshot)) == (have, b"")
        assert again.input_offset == seen.input_offset, "what it typed is known"
        fresh = await other.attach(session)
        await other.wait_for(lambda: not fresh.snapshot_bytes_left)
        assert b"\x1b[?1049h" in fresh.snapshot
        assert b"marker" in fresh.snapshot
        await phone.type(again, b"typed-after\r")
        await phone.wait_output(again, b"typed-after")
        await other.wait_output(fresh, b"typed-after")
        assert again.base == have


async def test_queries_are_answered_once_also_those_that_no_daemon_saw(daemon: Daemon, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("before", "between", "after")]
    session = await open_session(daemon, [sys.executable, "-c", ASKING, *map(str, files)])
    files[0].touch()
    machine = await daemon.pair_phone()
    async with Phone.connected(machine) as phone:
        stream = await phone.attach(session, have=0)
        await phone.wait_output(stream, b"to before.")
    await daemon.kill()
    files[1].touch()
    await daemon.start()
    await daemon.wait_relay()
    async with Phone.connected(machine) as phone:
        stream = await phone.attach(session, have=0)
        await phone.wait_output(stream, b"to between.")
        files[2].touch()
        await phone.wait_for(lambda: stream.exit is not None)
    answer = b"\x1b[0n".hex().encode()
    expected = b"".join(b"\x1b[5nanswer %b to %b." % (answer, name) for name in (b"before", b"between", b"after"))
    assert bytes(stream.received) == expected


async def test_a_program_that_ended_without_a_daemon_tells_how(daemon: Daemon, tmp_path: Path) -> None:
    go = tmp_path / "go"
    script = f"until [ -e {go} ]; do sleep 0.01; done; echo last-$((40+2)); exit 9"
    sessions = [
        await open_session(daemon, ["/bin/sh", "-c", script]),
        await open_session(daemon, ["/bin/sh", "-c", script.replace("exit 9", "kill -TERM $$")]),
        await open_session(daemon, ["/bin/sh", "-c", "echo early; exit 3"]),
    ]
    await daemon.kill()
    go.touch()
    await daemon.start()
    machine = await daemon.pair_phone()
    async with Phone.connected(machine) as phone:
        for session, code, signal in zip(sessions, (9, None, 3), (None, "TERM", None), strict=True):
            stream = await phone.attach(session, have=0)
            await phone.wait_for(lambda: stream.exit is not None)  # noqa: B023
            assert stream.exit is not None
            assert (stream.exit.code, stream.exit.signal, stream.exit.offset) == (code, signal, stream.end)
            assert bytes(stream.received) in (b"last-42\r\n", b"early\r\n")
    assert await daemon.stop() == 0
    await daemon.start()  # what has ended is still shown
    for session, code in zip(sessions, (9, None, 3), strict=True):
        info = await session_of(daemon, session)
        assert (info.alive, info.code) == (False, code)
    async with await daemon.client() as client:
        for session in sessions:
            await client.request(messages.Dismiss(id=client.next_id(), session=session))
    await daemon.kill()
    await daemon.start()
    async with await daemon.client() as client:
        assert client.welcome.sessions == []


async def test_a_program_that_is_killed_after_its_daemon_was_is_ended_as_ever(daemon: Daemon) -> None:
    session = await open_session(daemon, ["/bin/sh", "-c", "trap '' HUP; echo armed; while :; do sleep 0.05; done"])
    await daemon.kill()
    await daemon.start()
    async with await daemon.client() as client:
        await client.request(messages.Kill(id=client.next_id(), session=session))
    async with asyncio.timeout(DEADLINE_SECONDS):
        while (await session_of(daemon, session)).alive:
            await asyncio.sleep(0.05)
    assert (await session_of(daemon, session)).signal == "KILL"


async def test_a_request_to_end_ends_the_programs_and_the_keeper(daemon: Daemon, tmp_path: Path) -> None:
    session = await open_session(daemon, ["/bin/sh", "-c", f"echo $$ > {tmp_path}/pid; sleep 60"])
    assert (await session_of(daemon, session)).alive
    await wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text() != "")
    pid = int((tmp_path / "pid").read_text())
    assert daemon.process
    async with await daemon.client() as client:
        await client.request(messages.Shutdown(id=client.next_id()))
    async with asyncio.timeout(DEADLINE_SECONDS):
        assert await daemon.process.wait() == 0
    await wait_until(lambda: not daemon.paths.keeper_socket.exists())
    await wait_until(lambda: not _runs(pid))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
