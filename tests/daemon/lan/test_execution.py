import asyncio
import os
from contextlib import aclosing
from pathlib import Path

import pytest

from loopsy_daemon.config import LanConfig
from loopsy_daemon.lan import api, jobs
from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.lan.remote import Remote
from tests.daemon.lan.rig import DEADLINE_SECONDS, paired


async def run(
    remote: Remote, *command: str, cwd: str = "", timeout_seconds: float = 60
) -> tuple[bytes, bytes, api.Ended]:
    printed = {"stdout": bytearray(), "stderr": bytearray()}
    wanted = api.Execute(command=list(command), cwd=cwd, timeout_seconds=timeout_seconds)
    async with aclosing(remote.execute(wanted)) as events:
        async for event in events:
            if isinstance(event, api.Output):
                printed[event.stream] += event.data
            elif isinstance(event, api.Ended):
                return bytes(printed["stdout"]), bytes(printed["stderr"]), event
    raise AssertionError("no end")


async def until_gone(pid: int) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            try:
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            except FileNotFoundError:
                return
            if state == "Z":
                return
            await asyncio.sleep(0.02)


async def test_output_streams_and_status_arrive_as_they_are(tmp_path: Path) -> None:
    async with paired(tmp_path) as (machine, laptop), laptop.remote(machine) as remote:
        out, err, ended = await run(remote, "sh", "-c", "printf 'a\\377b'; echo oops >&2; exit 7")
        assert (out, err) == (b"a\xffb", b"oops\n")
        assert (ended.code, ended.signal, ended.reason) == (7, None, "exited")
        _, _, ended = await run(remote, "sh", "-c", "kill -SEGV $$")
        assert (ended.code, ended.signal) == (None, "SIGSEGV")


async def test_nothing_of_a_large_output_is_lost_and_a_slow_reader_slows_the_command_down(tmp_path: Path) -> None:
    async with paired(tmp_path) as (machine, laptop), laptop.remote(machine) as remote:
        wanted = api.Execute(command=["sh", "-c", "seq 1 1500000; echo done >&2"])
        received = bytearray()
        async with aclosing(remote.execute(wanted)) as events:
            await anext(events)
            job = next(iter(machine._executions._jobs.values()))
            most = 0
            async for event in events:
                if isinstance(event, api.Output) and event.stream == "stdout":
                    received += event.data
                    most = max(most, job._queued_bytes)
        assert bytes(received) == b"".join(b"%d\n" % number for number in range(1, 1_500_001))
        assert most <= 2 * jobs.MAX_QUEUED_BYTES


async def test_output_comes_while_the_command_runs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "go")
    async with paired(tmp_path) as (machine, laptop), laptop.remote(machine) as remote:
        command = ["sh", "-c", f"echo first; read line < {tmp_path}/go; echo $line"]
        async with aclosing(remote.execute(api.Execute(command=command))) as events:
            assert isinstance(await anext(events), api.Started)
            first = await anext(events)
            assert isinstance(first, api.Output)
            assert first.data == b"first\n"
            await asyncio.to_thread((tmp_path / "go").write_text, "second\n")
            second = await anext(events)
            assert isinstance(second, api.Output)
            assert second.data == b"second\n"


@pytest.mark.parametrize("how", ["cancel", "timeout", "leave", "close"])
async def test_the_whole_group_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setattr(jobs, "GRACE_SECONDS", 0.3)
    # The child ignores SIGTERM, and its parent waits for it.
    script = "trap '' TERM; sh -c 'echo $$; exec sleep 600' & wait"
    timeout_seconds = 0.5 if how == "timeout" else 60.0
    async with (
        paired(tmp_path) as (machine, laptop),
        laptop.remote(machine) as remote,
        laptop.remote(machine) as other,
    ):
        wanted = api.Execute(command=["sh", "-c", script], timeout_seconds=timeout_seconds)
        async with aclosing(remote.execute(wanted)) as events:
            started, output = await anext(events), await anext(events)
            assert isinstance(started, api.Started)
            assert isinstance(output, api.Output)
            pid = int(output.data)
            if how == "cancel":
                await other.cancel(started.job)
            if how in {"cancel", "timeout"}:
                jobs_of = [event async for event in events if isinstance(event, api.Ended)]
                assert [event.reason for event in jobs_of] == ["cancelled" if how == "cancel" else "timeout"]
        if how == "close":
            await machine._executions.close()
        await until_gone(pid)
        async with asyncio.timeout(DEADLINE_SECONDS):
            while machine._executions._jobs:
                await asyncio.sleep(0.02)


async def test_what_a_command_leaves_in_the_background_lives_on_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    async with paired(tmp_path) as (machine, laptop), laptop.remote(machine) as remote:
        out, _, ended = await run(remote, "sh", "-c", "sleep 600 & echo $!")
        pid = int(out)
        try:
            assert ended.reason == "exited"
            os.kill(pid, 0)
        finally:
            os.kill(pid, 9)


async def test_a_peer_cannot_cancel_what_another_one_runs(tmp_path: Path) -> None:
    async with paired(tmp_path) as (machine, laptop), laptop.remote(machine) as remote:
        job = jobs.Job("0123456789abcdef", "b" * 26)
        machine._executions._jobs[job.id] = job
        with pytest.raises(PeerRefused, match="No such command"):
            await remote.cancel(job.id)
        del machine._executions._jobs[job.id]


async def test_what_is_denied_or_does_not_exist_is_not_started(tmp_path: Path) -> None:
    async with paired(tmp_path, LanConfig(deny=["touch"])) as (machine, laptop), laptop.remote(machine) as remote:
        marker = tmp_path / "marker"
        for command, code in (
            (["touch", str(marker)], "denied"),
            (["sh", "-c", f"touch {marker}"], "denied"),
            (["no-such-program"], "not_found"),
            (["./no-such-program"], "not_found"),
            (["/"], "not_found"),
        ):
            with pytest.raises(PeerRefused) as refused:
                await run(remote, *command)
            assert refused.value.code == code, command
        with pytest.raises(PeerRefused, match="no directory"):
            await run(remote, "true", cwd="/no/such/directory")
        assert not marker.exists()
        assert machine._executions._jobs == {}


async def test_so_many_commands_at_once_and_no_more(tmp_path: Path) -> None:
    async with paired(tmp_path, LanConfig(jobs=1)) as (machine, laptop), laptop.remote(machine) as remote:
        async with aclosing(remote.execute(api.Execute(command=["sleep", "600"]))) as events:
            await anext(events)
            with pytest.raises(PeerRefused) as refused:
                await run(remote, "true")
            assert refused.value.code == "busy"
        async with asyncio.timeout(DEADLINE_SECONDS):
            while machine._executions._jobs:
                await asyncio.sleep(0.02)
        assert (await run(remote, "true"))[2].code == 0


async def test_a_silent_command_gives_signs_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "ALIVE_SECONDS", 0.05)
    async with (
        paired(tmp_path) as (machine, laptop),
        laptop.remote(machine) as remote,
        aclosing(remote.execute(api.Execute(command=["sleep", "600"]))) as events,
    ):
        await anext(events)
        assert isinstance(await anext(events), api.Alive)


async def test_a_command_has_the_persons_environment_a_directory_and_no_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOOPSY_SECRETS", "file")
    monkeypatch.setenv("MINE", "kept")
    (tmp_path / "below").mkdir()
    async with paired(tmp_path) as (machine, laptop), laptop.remote(machine) as remote:
        script = "pwd; echo $MINE; echo [$LOOPSY_SECRETS$LOOPSY_SESSION]; cat; echo $TERM"
        out, _, _ = await run(remote, "sh", "-c", script, cwd="below")
        assert out.decode().splitlines() == [str(tmp_path / "below"), "kept", "[]", "dumb"]
        out, _, _ = await run(remote, "pwd")
        assert out.decode().strip() == str(tmp_path)
