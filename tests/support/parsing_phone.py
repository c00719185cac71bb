"""A simulated phone whose terminal takes its time to parse, and that acknowledges by the protocol's rules."""

import asyncio
import math
import secrets
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

from websockets.exceptions import ConnectionClosed

from loopsy_daemon.wire import frames, limits, messages
from tests.support.machine import Machine
from tests.support.phone import Phone
from tests.support.phone_stream import Stream

ACKNOWLEDGE_SECONDS: Final = 0.1
_SHOWN_BYTES: Final = 4_096


class ParsingPhone(Phone):
    """Takes what arrives at once, as a browser does, and parses `bytes_per_second` of it. One stream at a time."""

    bytes_per_second: float = math.inf
    shown = b""
    """The end of what was parsed."""
    arrived_bytes = 0
    parsed = 0
    """The offset up to which output was parsed."""

    @classmethod
    @asynccontextmanager
    async def parsing(cls, machine: Machine, bytes_per_second: float = math.inf) -> AsyncIterator[Self]:
        """Give a connected phone."""
        phone = await cls.connect(machine, client=secrets.token_bytes(16))
        phone.bytes_per_second = bytes_per_second
        phone.auto_ack = False
        parsing = asyncio.create_task(phone._parse())
        try:
            yield phone
        finally:
            parsing.cancel()
            await phone.close()

    def _take(self, message: frames.Control | frames.StreamMessage) -> None:
        super()._take(message)
        match message:
            case frames.Output(number, offset, data):
                self._unparsed.append((self.streams[number], data, offset + len(data)))
            case frames.SnapshotChunk(number, _, data):
                stream = self.streams[number]
                self._unparsed.append((stream, data, None if stream.snapshot_bytes_left else stream.base))
            case _:
                return
        self.arrived_bytes += len(data)
        self._more.set()

    async def _parse(self) -> None:
        loop = asyncio.get_running_loop()
        acknowledged, due_at = 0, math.inf
        stream: Stream | None = None
        while True:
            if self._unparsed:
                stream, data, offset = self._unparsed.popleft()
                if self.bytes_per_second < math.inf:
                    await asyncio.sleep(len(data) / self.bytes_per_second)
                self.shown = (self.shown + data)[-_SHOWN_BYTES:]
                self._changed.set()
                if offset is None:
                    continue
                self.parsed = offset
                due_at = min(due_at, loop.time() + ACKNOWLEDGE_SECONDS)
            else:
                await self._wait_until(due_at)
            if stream and (self.parsed - acknowledged >= limits.OUTPUT_WINDOW_BYTES // 2 or loop.time() >= due_at):
                acknowledged, due_at = self.parsed, math.inf
                stream.acknowledged = acknowledged
                try:
                    await self.send(messages.Ack(stream=stream.number, offset=acknowledged))
                except ConnectionClosed:  # whoever waits is told
                    return

    async def _wait_until(self, due_at: float) -> None:
        self._more.clear()
        try:
            async with asyncio.timeout_at(due_at if due_at < math.inf else None):
                await self._more.wait()
        except TimeoutError:
            pass

    async def wait_shown(self, text: bytes, seconds: float = 60.0) -> None:
        """Wait until the end of what was parsed has these bytes."""
        await self.wait_for(lambda: text in self.shown, repr(text), seconds)

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self._unparsed: deque[tuple[Stream, bytes, int | None]] = deque()
        self._more = asyncio.Event()
