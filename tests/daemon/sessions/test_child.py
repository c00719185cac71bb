"""How a child's end is learned."""

import asyncio
import os
import signal
import subprocess

import pytest

from loopsy_daemon.sessions.child import ExitStatus, signal_name, watch_exit


async def ended(script: str) -> ExitStatus:
    future: asyncio.Future[ExitStatus] = asyncio.get_running_loop().create_future()
    process = subprocess.Popen(["/bin/sh", "-c", script])
    watch_exit(process.pid, future.set_result)
    status = await asyncio.wait_for(future, 10)
    process.returncode = 0  # reaped by the watcher
    return status


async def test_a_code_and_a_signal_are_told_apart() -> None:
    assert await ended("exit 0") == ExitStatus(0, None)
    assert await ended("exit 130") == ExitStatus(130, None)
    assert await ended("kill -KILL $$") == ExitStatus(None, "KILL")


async def test_a_child_that_somebody_else_reaped_has_ended_in_an_unknown_way() -> None:
    future: asyncio.Future[ExitStatus] = asyncio.get_running_loop().create_future()
    process = subprocess.Popen(["/bin/sh", "-c", "exit 3"])
    watch_exit(process.pid, future.set_result)
    process.wait()
    assert await asyncio.wait_for(future, 10) == ExitStatus(None, None)


async def test_without_pidfds_a_thread_waits(monkeypatch: object) -> None:
    has_pidfd = os.pidfd_open
    del os.pidfd_open
    try:
        assert await ended("exit 9") == ExitStatus(9, None)
    finally:
        os.pidfd_open = has_pidfd


async def test_the_end_of_somebody_elses_child_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    for has_pidfd in (True, False):
        if not has_pidfd:
            monkeypatch.delattr(os, "pidfd_open")
        future: asyncio.Future[ExitStatus] = asyncio.get_running_loop().create_future()
        parent = subprocess.Popen(["/bin/sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE)
        assert parent.stdout
        stranger = int(parent.stdout.readline())
        watch_exit(stranger, future.set_result)
        assert not future.done()
        os.kill(stranger, signal.SIGKILL)
        parent.communicate()
        assert await asyncio.wait_for(future, 20) == ExitStatus(None, None)


def test_real_time_signals_have_numbers_for_names() -> None:
    assert signal_name(signal.SIGTERM) == "TERM"
    assert signal_name(40) == "40"
