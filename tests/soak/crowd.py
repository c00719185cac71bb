"""Fifty sessions, ten phones and bad luck: who does what while the soak runs."""

import asyncio
import dataclasses
import math
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from loopsy_daemon.errors import RequestFailed
from loopsy_daemon.wire import messages
from tests.support.daemon import Daemon
from tests.support.following_phone import FollowingPhone
from tests.support.machine import Machine
from tests.support.proxy import Proxy, proxy_to

PROGRAMS = (
    ["bash", "-c", "stty raw -echo; exec cat"],
    ["bash", "-c", 'while :; do echo "line $RANDOM of a program that talks"; read -t 0.2 -r _; done'],
    ["bash", "-c", "while :; do seq -f 'a longer piece of output, number %g' 1 1500; read -t 2 -r _; done"],
    ["bash", "-c", 'while :; do printf "\\e[H\\e[2J"; seq 1 20; read -t 0.5 -r _; done'],
)
FOLLOWED_AT_ONCE = 2
FOLLOW_SECONDS = (1.0, 6.0)
FAULT_SECONDS = (0.1, 1.0)


@dataclass(slots=True)
class Crowd:
    """Who uses the daemon; `counts` say what has happened."""

    daemon: Daemon
    daemon_path: Proxy
    relay_url: str
    chooser: random.Random
    sessions: list[str] = field(default_factory=list)
    followed: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)

    async def open(self) -> None:
        """Open one more session."""
        async with await self.daemon.client() as client:
            command = PROGRAMS[self.counts["sessions"] % len(PROGRAMS)]
            opened = await client.request(
                messages.Open(id=client.next_id(), agent="shell", cols=80, rows=24, command=command)
            )
        assert isinstance(opened, messages.Opened)
        self.sessions.append(opened.session.id)
        self.counts["sessions"] += 1

    async def end(self, session: str) -> None:
        """End a session and forget it."""
        self.sessions.remove(session)
        async with await self.daemon.client() as client:
            await client.request(messages.Kill(id=client.next_id(), session=session))
            while True:
                with suppress(RequestFailed):  # it is still ending
                    await client.request(messages.Dismiss(id=client.next_id(), session=session))
                    return
                await asyncio.sleep(0.05)

    async def use(self, machines: list[Machine], seconds: float) -> None:
        """Let every phone, and what happens to the laptop, go on for so long; leave no phone connected."""
        end_at = asyncio.get_running_loop().time() + seconds
        async with asyncio.TaskGroup() as group:
            for machine in machines:
                group.create_task(self._use_phone(machine, end_at))
            group.create_task(self._change_sessions(end_at))
            group.create_task(self._disturb_the_daemon(end_at))
        self.daemon_path.cut_after(math.inf)
        async with asyncio.timeout(60):
            await self._reconnect()
            while (await self.daemon.status()).phones_online:
                await asyncio.sleep(0.05)

    async def _reconnect(self) -> None:
        """Have the daemon connect without the patience that it has after so many cuts."""
        relay = (await self.daemon.status()).relay
        if relay is None or relay.state != "connected":
            async with await self.daemon.client() as client:
                await client.request(messages.RelayReload(id=client.next_id()))
        await self.daemon.wait_relay()

    async def _use_phone(self, machine: Machine, end_at: float) -> None:
        async with proxy_to(self.relay_url) as path:
            through = dataclasses.replace(machine, relay_url=path.url)
            while asyncio.get_running_loop().time() < end_at:
                async with self._following(through) as phones:
                    leave_at = asyncio.get_running_loop().time() + self.chooser.uniform(*FOLLOW_SECONDS)
                    while asyncio.get_running_loop().time() < min(leave_at, end_at):
                        self._happen(path, self.chooser.choice(phones))
                        await asyncio.sleep(self.chooser.uniform(*FAULT_SECONDS))

    @asynccontextmanager
    async def _following(self, machine: Machine) -> AsyncIterator[list[FollowingPhone]]:
        sessions = self.chooser.sample(self.sessions, FOLLOWED_AT_ONCE)
        phones = [
            FollowingPhone(machine, session, lossless=self.chooser.random() < 0.2, cols=80, rows=24)
            for session in sessions
        ]
        self.followed.update(sessions)
        following = [asyncio.create_task(phone.run()) for phone in phones]
        try:
            yield phones
            for task in following:
                if task.done():
                    task.result()  # raises what was against the protocol
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)
            self.followed.subtract(sessions)
            self.counts["connections"] += sum(phone.connections for phone in phones)
            self.counts["snapshots"] += sum(phone.terminal.resets for phone in phones)

    def _happen(self, path: Proxy, phone: FollowingPhone) -> None:
        """Do one thing to a phone or to its path."""
        what = self.chooser.choice(("type", "type", "type", "cut", "cut later", "silence", "stall", "wake"))
        self.counts[what] += 1
        match what:
            case "type":
                phone.type(b"echo hello\r")
            case "cut":
                path.cut_after(0)
            case "cut later":
                path.cut_after(self.chooser.randrange(1, 100_000))
            case "silence":
                path.fall_silent()
                phone.give_up()
            case "stall":
                phone.stall()
            case "wake":
                phone.wake()

    async def _change_sessions(self, end_at: float) -> None:
        """End a session that nobody follows, and open another, again and again."""
        while asyncio.get_running_loop().time() < end_at:
            free = [session for session in self.sessions if not self.followed[session]]
            if free:
                await self.end(self.chooser.choice(free))
                await self.open()
            await asyncio.sleep(1)

    async def _disturb_the_daemon(self, end_at: float) -> None:
        while asyncio.get_running_loop().time() < end_at:
            await asyncio.sleep(self.chooser.uniform(3, 12))
            self.daemon_path.cut_after(self.chooser.choice((0, self.chooser.randrange(1, 200_000))))
            self.counts["cuts of the daemon"] += 1
