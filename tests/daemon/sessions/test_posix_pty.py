"""Programs on real terminals: output, input, size, signals, and an end that leaves nothing behind."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from loopsy_daemon.sessions.child import ExitStatus
from loopsy_daemon.sessions.identity import Program
from loopsy_daemon.sessions.output_log import OutputLog
from loopsy_daemon.sessions.posix_pty import spawn_posix
from loopsy_daemon.sessions.pty import Pty

DEADLINE_SECONDS = 20.0
RAW_CAT = [
    sys.executable,
    "-c",
    "import tty,os,sys; tty.setraw(0); print('ready', end='', flush=True); os.execvp('cat', ['cat'])",
]


class Watcher:
    """Keeps what the terminal says."""

    def __init__(self) -> None:
        self.output = bytearray()
        self.status: ExitStatus | None = None
        self.logs: list[OutputLog] = []
        self._changed = asyncio.Event()

    def output_received(self, data: bytes) -> None:
        assert self.status is None
        assert 0 < len(data) <= 2 * 65_536
        self.output += data
        self._changed.set()

    def program_exited(self, status: ExitStatus) -> None:
        assert self.status is None
        self.status = status
        self._changed.set()

    async def until(self, is_true: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not is_true():
                self._changed.clear()
                await self._changed.wait()

    async def until_exit(self) -> ExitStatus:
        await self.until(lambda: self.status is not None)
        assert self.status is not None
        return self.status


def spawn(argv: list[str], watcher: Watcher, cols: int = 80, rows: int = 24) -> Pty:
    program = Program(agent="shell", argv=argv, environment={**os.environ, "TERM": "xterm-256color"}, cwd="/")
    log = OutputLog(cols, rows)
    watcher.logs.append(log)
    return spawn_posix("a-test", program, cols, rows, log, watcher)


def shell(script: str, watcher: Watcher) -> Pty:
    return spawn(["/bin/sh", "-c", script], watcher)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


async def test_all_output_comes_before_the_exit() -> None:
    watcher = Watcher()
    shell("seq 1 200000; exit 7", watcher)
    status = await watcher.until_exit()
    assert status == ExitStatus(7, None)
    assert bytes(watcher.output) == b"".join(b"%d\r\n" % number for number in range(1, 200_001))


async def test_a_signal_is_reported_by_name() -> None:
    watcher = Watcher()
    shell("kill -TERM $$", watcher)
    assert await watcher.until_exit() == ExitStatus(None, "TERM")


async def test_the_exit_does_not_wait_for_what_the_program_left_in_the_background() -> None:
    watcher = Watcher()
    shell("(trap '' HUP; sleep 30) & echo left; exit 0", watcher)
    assert await watcher.until_exit() == ExitStatus(0, None)
    assert b"left" in watcher.output


async def test_input_larger_than_the_terminals_buffer_arrives_in_order_and_is_reported_as_it_is_taken() -> None:
    watcher, taken = Watcher(), [0]
    pty = spawn(RAW_CAT, watcher)
    await watcher.until(lambda: b"ready" in watcher.output)
    watcher.output.clear()
    sent = bytes(32 + number % 90 for number in range(300_000))
    for start in range(0, len(sent), 10_000):

        def written(count: int) -> None:
            taken[0] += count

        assert pty.write(sent[start : start + 10_000], written)
    assert taken[0] < len(sent)
    await watcher.until(lambda: len(watcher.output) >= len(sent))
    assert bytes(watcher.output) == sent
    assert taken[0] == len(sent)
    pty.close()


async def test_optional_input_is_dropped_when_the_program_does_not_read() -> None:
    watcher = Watcher()
    pty = spawn(
        [sys.executable, "-c", "import tty,time; tty.setraw(0); print('ready', flush=True); time.sleep(60)"], watcher
    )
    await watcher.until(lambda: b"ready" in watcher.output)
    accepted = sum(pty.write(bytes(1_000)) for _ in range(1_000))
    assert 60 < accepted < 200
    pty.close()


async def test_the_program_gets_the_size_and_its_changes() -> None:
    watcher = Watcher()
    pty = shell("stty size; trap 'stty size; exit' WINCH; echo armed; while :; do read x; done", watcher)
    await watcher.until(lambda: b"armed" in watcher.output)
    assert b"24 80" in watcher.output
    pty.resize(111, 33)
    pty.write(b"\n")
    await watcher.until_exit()
    assert b"33 111" in watcher.output


async def test_paused_output_stays_in_the_terminal_and_holds_the_program_back() -> None:
    watcher = Watcher()
    pty = shell("echo first; seq 1 100000; echo last", watcher)
    await watcher.until(lambda: b"first" in watcher.output)
    pty.pause_reading()
    read_so_far = len(watcher.output)
    probe = Watcher()
    shell("seq 1 20000", probe)  # the loop turns, and time passes, while nothing is read here
    await probe.until_exit()
    assert len(watcher.output) == read_so_far
    assert watcher.status is None
    pty.resume_reading()
    assert await watcher.until_exit() == ExitStatus(0, None)
    assert watcher.output.endswith(b"100000\r\nlast\r\n")


async def test_a_signal_reaches_the_foreground_group() -> None:
    watcher = Watcher()
    pty = spawn(
        [
            "/bin/bash",
            "--norc",
            "-ic",
            "sh -c 'trap \"echo got; exit 5\" INT; echo armed; while :; do sleep 0.05; done'; echo after $?",
        ],
        watcher,
    )
    await watcher.until(lambda: b"armed" in watcher.output)
    pty.signal_foreground(signal.SIGINT)
    await watcher.until_exit()
    assert b"got" in watcher.output


async def test_hanging_up_ends_a_program_that_ignores_it_after_two_seconds() -> None:
    watcher = Watcher()
    pty = shell("trap '' HUP; echo armed; while :; do sleep 0.05; done", watcher)
    await watcher.until(lambda: b"armed" in watcher.output)
    started = asyncio.get_running_loop().time()
    pty.hang_up()
    assert await watcher.until_exit() == ExitStatus(None, "KILL")
    assert asyncio.get_running_loop().time() - started >= 1.9


async def test_hanging_up_reaches_a_stopped_program() -> None:
    watcher = Watcher()
    pty = shell("echo armed; kill -STOP $$", watcher)
    await watcher.until(lambda: b"armed" in watcher.output)
    pty.hang_up()
    assert await watcher.until_exit() == ExitStatus(None, "HUP")


async def test_a_program_that_cannot_be_started_is_an_error_of_the_system() -> None:
    before, watcher = open_files(), Watcher()
    with pytest.raises(OSError, match="nowhere"):
        spawn(["/nowhere/program"], watcher)
    watcher.logs[0].close()
    assert open_files() == before


async def test_the_program_starts_with_the_usual_signals_although_python_ignores_some() -> None:
    watcher = Watcher()
    shell("grep SigIgn /proc/self/status", watcher)
    await watcher.until_exit()
    usual = (1 << 31) - 1  # signals 1 to 31; those above are the C library's, whatever started the tests did to them
    assert int(watcher.output.split()[1], 16) & usual == 0


async def test_no_file_and_no_zombie_remain() -> None:
    warm = Watcher()
    shell("true", warm)
    await warm.until_exit()
    files, processes = open_files(), children()
    for _ in range(20):
        watcher = Watcher()
        shell("echo hello", watcher)
        await watcher.until_exit()
        watcher.logs[0].close()
    closed_early = Watcher()
    pty = shell("sleep 60", closed_early)
    pid = pty.pid
    pty.close()
    async with asyncio.timeout(DEADLINE_SECONDS):
        while Path(f"/proc/{pid}").exists():
            await asyncio.sleep(0.005)
    assert closed_early.status is None
    closed_early.logs[0].close()
    assert open_files() == files
    assert children() == processes
