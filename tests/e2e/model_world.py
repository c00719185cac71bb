"""A relay, a daemon, four phones and a session between them, with everything that can be done to them."""

import asyncio
import dataclasses
import itertools
import math
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loopsy_daemon.wire import messages
from tests.daemon.sessions.xterm import Xterm
from tests.support import player
from tests.support.daemon import Daemon, running_daemon
from tests.support.following_phone import FollowingPhone
from tests.support.machine import Machine
from tests.support.proxy import Proxy, proxy_to
from tests.support.relay import RelayUnderTest, running_relay

REPOSITORY = Path(__file__).parents[2]
PHONES = 4
SETTLE_SECONDS = 60.0
_SECOND_LOOK_SECONDS = 1.0
_PRINTABLE = range(0x21, 0x7F)


@dataclass(slots=True)
class World:
    """What all sessions share: the relay, the daemon, and what lies between it and the relay."""

    relay: RelayUnderTest
    daemon: Daemon
    daemon_path: Proxy
    machines: list[Machine]
    xterm: Xterm
    counts: Counter[str] = field(default_factory=Counter)
    """What all sessions together have been through."""

    async def restart_relay(self) -> None:
        """Kill the relay and start it again on its port."""
        self.counts["restarts"] += 1
        os.kill(self.relay.local.pid, signal.SIGKILL)
        await self.relay.local.stop()
        await self.relay.local.start()

    async def restart_daemon(self, *, kill: bool) -> None:
        """End the daemon, by force or not, and start another."""
        self.counts["restarts"] += 1
        await (self.daemon.kill() if kill else self.daemon.stop())
        await self.daemon.start()

    async def wait_connected(self) -> None:
        """Wait until the daemon has its link, without the patience that it has after many failures."""
        relay = (await self.daemon.status()).relay
        if relay is None or relay.state != "connected":
            async with await self.daemon.client() as client:
                await client.request(messages.RelayReload(id=client.next_id()))
        await self.daemon.wait_relay()


@asynccontextmanager
async def world_in(directory: Path, home: Path) -> AsyncIterator[World]:
    """Give a world whose files are in the directory and in the home."""
    async with (
        running_relay(directory / "relay") as relay,
        proxy_to(relay.url) as daemon_path,
    ):
        device = await relay.register()
        async with running_daemon(home, daemon_path.url, device.device_id, device.device_secret) as daemon:
            machines = [await daemon.pair_phone(f"phone {number}") for number in range(PHONES)]
            xterm = Xterm()
            try:
                yield World(relay, daemon, daemon_path, machines, xterm)
            finally:
                xterm.close()


class ModelSession:
    """One player in the world and the phones that follow it; the first phone is lossless."""

    def __init__(self, world: World, session: str, directory: Path, stack: AsyncExitStack) -> None:
        self.world = world
        self.phones: list[FollowingPhone] = []
        self.paths: list[Proxy] = []
        self.status: int | None = None
        self._session = session
        self._directory = directory
        self._stack = stack
        self._following: list[asyncio.Task[None]] = []
        self._marks = itertools.count()
        self._mark = b""

    @classmethod
    async def open(cls, world: World) -> "ModelSession":
        """Start a player and follow it with a lossless phone and one that may be skipped forward."""
        stack = AsyncExitStack()
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loopsy-player-")))
        async with await world.daemon.client() as client:
            opened = await client.request(
                messages.Open(
                    id=client.next_id(),
                    agent="shell",
                    cols=80,
                    rows=24,
                    command=[sys.executable, "-m", "tests.support.player", str(directory)],
                    cwd=str(REPOSITORY),
                )
            )
        assert isinstance(opened, messages.Opened)
        made = cls(world, opened.session.id, directory, stack)
        await made.follow(lossless=True, cols=80, rows=24)
        await made.follow(lossless=False, cols=60, rows=30)
        async with asyncio.timeout(SETTLE_SECONDS):
            while not made.printed():
                await asyncio.sleep(0.01)
        return made

    async def close(self) -> None:
        """End everything that this session has."""
        for phone in self.phones:
            self.world.counts["connections"] += phone.connections
            self.world.counts["snapshots"] += phone.terminal.resets
            self.world.counts["bytes typed"] += len(phone.typed)
        self.world.counts["bytes printed"] += len(self.printed())
        self.world.counts["sessions"] += 1
        for task in self._following:
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)
        async with await self.world.daemon.client() as client:
            if self.status is None:
                await client.request(messages.Kill(id=client.next_id(), session=self._session))
            else:
                await client.request(messages.Dismiss(id=client.next_id(), session=self._session))
        await self._stack.aclose()

    # --- what is done to it -----------------------------------------------------------------------------------------

    async def follow(self, *, lossless: bool, cols: int, rows: int) -> None:
        """Attach another phone, on a path of its own."""
        path = await self._stack.enter_async_context(proxy_to(self.world.relay.url))
        machine = dataclasses.replace(self.world.machines[len(self.phones)], relay_url=path.url)
        phone = FollowingPhone(machine, self._session, lossless=lossless, cols=cols, rows=rows)
        self.phones.append(phone)
        self.paths.append(path)
        self._following.append(asyncio.create_task(phone.run()))

    def command(self, line: str) -> None:
        """Tell the player what to do."""
        with (self._directory / "commands").open("wb", buffering=0) as commands:
            commands.write(line.encode() + b"\n")

    def type(self, number: int, seed: int, size_bytes: int) -> None:
        """Type on a phone, in characters that no other phone types."""
        self.phones[number].type(bytes(random.Random(seed).choices(_characters(number), k=size_bytes)))

    def printed(self) -> bytes:
        """Return what the player has printed so far."""
        file = self._directory / "printed"
        return file.read_bytes() if file.exists() else b""

    # --- what must hold ---------------------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Let everything arrive, then compare. Raises AssertionError."""
        for phone in self.phones:
            phone.wake()
        for path in (*self.paths, self.world.daemon_path):
            path.cuts.clear()
            path.cut_after(math.inf)
        await self.world.wait_connected()
        if self.status is None:
            self._mark = f"mark-{next(self._marks)}".encode()
            self.command(f"title {self._mark.decode()}")
        while True:
            await self._until(self._is_quiet, lambda: f"nothing settles: {self._state()}")
            printed_bytes, wrong = len(self.printed()), self._differences()
            if wrong is None:
                return
            await asyncio.sleep(_SECOND_LOOK_SECONDS)  # a new size may have been on its way to the program
            await self._until(self._is_quiet, lambda: f"nothing settles: {self._state()}")
            assert len(self.printed()) != printed_bytes or self._differences() is None, wrong

    async def _until(self, condition: Callable[[], Any], what: Callable[[], str]) -> None:
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                while not await condition():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(what()) from None

    async def _is_quiet(self) -> bool:
        for task in self._following:
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise error
        printed = self.printed()
        if self.status is not None:
            return all(phone.exit is not None for phone in self.phones)
        if self._mark not in printed or not all([await phone.round_trip() for phone in self.phones]):
            return False
        heard_bytes = (self._directory / "heard").stat().st_size
        return (
            heard_bytes >= sum(len(phone.typed) for phone in self.phones)
            and all(phone.input_acknowledged >= len(phone.typed) for phone in self.phones)
            and all(phone.terminal.parsed == len(printed) for phone in self.phones)
            and len({phone.terminal.size for phone in self.phones}) == 1
        )

    def _differences(self) -> str | None:
        printed = self.printed()
        heard = (self._directory / "heard").read_bytes()
        for number, phone in enumerate(self.phones):
            own = bytes(byte for byte in heard if byte in _characters(number))
            expected = bytes(phone.typed)
            if own != expected and not (self.status is not None and expected.startswith(own)):
                return f"phone {number} typed {_apart(expected, own)}"
            if phone.exit is not None and (phone.exit.code, phone.exit.offset) != (self.status, len(printed)):
                return f"phone {number}: {phone.exit} instead of {self.status} at {len(printed)}"
        return self._lossless_differences(printed) or self._screen_differences()

    def _lossless_differences(self, printed: bytes) -> str | None:
        for number, phone in enumerate(self.phones):
            got = b"".join(step for step in phone.terminal.steps if isinstance(step, bytes))
            if phone.lossless and (phone.terminal.resets or got != printed):
                return f"phone {number}, lossless, {phone.terminal.resets} resets: {_apart(printed, got)}"
        return None

    def _screen_differences(self) -> str | None:
        first = self.phones[0].terminal
        if self.status is not None and player.CLEAR not in first.since_last_size():
            return None  # the program ended before it saw its last size: how its lines reflow is up to each terminal
        expected = self.world.xterm.screen(first.cols, first.rows, first.steps)
        for number, phone in enumerate(self.phones):
            if not phone.lossless:
                terminal = phone.terminal
                shown = self.world.xterm.screen(terminal.cols, terminal.rows, terminal.steps)
                for key, value in expected.items():
                    if shown[key] != value:
                        where = f"phone {number} after {terminal.resets} resets, {key}"
                        return where + _first_difference(value, shown[key])
        return None

    def _state(self) -> str:
        phones = [
            f"{number}: attached {phone.is_attached}, parsed {phone.terminal.parsed}, size {phone.terminal.size}, "
            f"typed {len(phone.typed)}, acknowledged {phone.input_acknowledged}, exit {phone.exit}"
            for number, phone in enumerate(self.phones)
        ]
        heard_bytes = (self._directory / "heard").stat().st_size
        return "\n".join((f"printed {len(self.printed())}, heard {heard_bytes}, status {self.status}", *phones))


def _characters(number: int) -> bytes:
    return bytes(character for character in _PRINTABLE if character % PHONES == number)


def _apart(expected: bytes, got: bytes) -> str:
    at = next((index for index, pair in enumerate(zip(expected, got, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(expected), len(got)) if at is None else at
    around = slice(max(0, at - 20), at + 40)
    return f"{len(expected)} bytes became {len(got)}; from {at} on: {expected[around]!r} became {got[around]!r}"


def _first_difference(expected: object, got: object) -> str:
    """Return where two values of JSON begin to differ, and how."""
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        at, pair = next((at, pair) for at, pair in enumerate(zip(expected, got, strict=True)) if pair[0] != pair[1])
        return f"[{at}]{_first_difference(*pair)}"
    return f": {expected!r} became {got!r}"
