"""Measure a session against a bare read loop on the same terminal: `python -m tests.daemon.sessions.throughput`."""

import asyncio
import os
import sys
import time
from typing import Any

import uvloop
from ptyprocess import PtyProcess

from loopsy_daemon.sessions.registry import Registry
from tests.daemon.sessions.recorder import Recorder

COMMANDS = ("seq 1 3000000 | cat", "base64 -w 200 /dev/urandom | head -c 60000000")


async def bare(command: str) -> tuple[int, float]:
    """Read a program's terminal to its end and throw the bytes away; return their number and the seconds."""
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    process: Any = PtyProcess.spawn(["/bin/sh", "-c", command], dimensions=(24, 80))
    os.set_blocking(process.fd, False)
    ended: asyncio.Future[None] = loop.create_future()
    read_bytes = 0

    def readable() -> None:
        nonlocal read_bytes
        for _ in range(16):
            try:
                data = os.read(process.fd, 65_536)
            except BlockingIOError:
                return
            except OSError:
                loop.remove_reader(process.fd)
                ended.set_result(None)
                return
            read_bytes += len(data)

    loop.add_reader(process.fd, readable)
    await ended
    seconds = time.perf_counter() - started
    process.close()
    return read_bytes, seconds


async def through_session(command: str) -> tuple[int, float, int]:
    """Follow a session to its end with one lossless client; return bytes, seconds and messages."""
    registry = Registry(os.environ)
    viewer = Recorder(keeps_output=False)
    started = time.perf_counter()
    viewer.attach(registry.open("shell", 80, 24, command=["/bin/sh", "-c", command]), have=0)
    await viewer.until_exit()
    seconds = time.perf_counter() - started
    registry.close_all()
    return viewer.position, seconds, len(viewer.messages)


async def measure() -> None:
    """Print three rounds for each command."""
    for command in COMMANDS:
        sys.stdout.write(f"{command}\n")
        for _ in range(3):
            bare_bytes, bare_seconds = await bare(command)
            session_bytes, seconds, messages = await through_session(command)
            floor, reached = bare_bytes / bare_seconds / 1e6, session_bytes / seconds / 1e6
            rate = messages / session_bytes * 1e6
            sys.stdout.write(
                f"  bare {floor:.1f} MB/s, session {reached:.1f} MB/s, ratio {reached / floor:.2f}, "
                f"{rate:.1f} messages per MB\n"
            )


if __name__ == "__main__":
    uvloop.run(measure())
