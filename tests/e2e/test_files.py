"""Files between a phone and a session arrive whole, whoever goes away meanwhile."""

import asyncio
import hashlib
import os
import random
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from loopsy_daemon.wire import messages
from tests.support.daemon import Daemon
from tests.support.files_phone import Fetched, FilesPhone, persistently
from tests.support.relay import RelayUnderTest

FILE_BYTES = 1_500_000
Trouble = Callable[[FilesPhone], Awaitable[None]]


class Troubles:
    """Things that happen once some of the file has arrived, each once."""

    def __init__(self, *troubles: Trouble) -> None:
        self._waiting = [(FILE_BYTES * (index + 1) // (len(troubles) + 1), make) for index, make in enumerate(troubles)]

    def on(self, phone: FilesPhone) -> Callable[[int], Awaitable[None]]:
        async def progress(done_bytes: int) -> None:
            if self._waiting and done_bytes >= self._waiting[0][0]:
                await self._waiting.pop(0)[1](phone)

        return progress

    @property
    def are_over(self) -> bool:
        return not self._waiting


async def test_files_survive_cuts_of_phone_relay_and_daemon(
    relay: RelayUnderTest, daemon: Daemon, tmp_path: Path
) -> None:
    async def cut(phone: FilesPhone) -> None:
        phone.cut()

    async def restart_relay(_: FilesPhone) -> None:
        await relay.local.stop()
        await relay.local.start()

    async def kill_daemon(_: FilesPhone) -> None:
        await daemon.kill()
        await daemon.start()

    machine = await daemon.pair_phone()
    async with FilesPhone.connected(machine) as phone:
        session = await phone.open()
    data = random.Random(5).randbytes(FILE_BYTES)
    key = os.urandom(16)
    uploaded: list[messages.Uploaded] = []
    troubles = Troubles(cut, restart_relay, kill_daemon, cut)

    async def send(phone: FilesPhone) -> None:
        uploaded.append(await phone.send_file(session, key, "../a film.mov", data, troubles.on(phone)))

    async with asyncio.timeout(90):
        connections = await persistently(machine, send)
    assert troubles.are_over
    assert connections >= 4
    path = Path(uploaded[-1].path)
    assert path.read_bytes() == data
    assert path == daemon.paths.uploads / session / "_a film.mov"
    assert uploaded[-1].typed == f"'{path}'"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    source = tmp_path / "out.bin"
    source.write_bytes(data)
    fetched = Fetched(str(source))
    again = Troubles(cut, kill_daemon)

    async def fetch(phone: FilesPhone) -> None:
        await phone.fetch_file(session, fetched, again.on(phone))

    async with asyncio.timeout(90):
        await persistently(machine, fetch)
    assert again.are_over
    assert bytes(fetched.data) == data
    assert fetched.sha256 == hashlib.sha256(data).digest()


@pytest.mark.thorough
async def test_a_large_file_leaves_the_daemon_as_small_as_it_was(daemon: Daemon) -> None:
    from tests.support.process_figures import figures_of

    machine = await daemon.pair_phone()
    data = bytes(1_000_000) * 200
    async with FilesPhone.connected(machine) as phone:
        session = await phone.open()
        await phone.send_file(session, os.urandom(16), "warm", data[:5_000_000])
        assert daemon.process is not None
        before_mb = figures_of(daemon.process.pid).anonymous_mb
        peak_mb = before_mb

        async def look(_: int) -> None:
            nonlocal peak_mb
            assert daemon.process is not None
            peak_mb = max(peak_mb, figures_of(daemon.process.pid).anonymous_mb)

        await phone.send_file(session, os.urandom(16), "large", data, look)
        assert peak_mb - before_mb < 16
