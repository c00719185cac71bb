"""A phone that comes back: reconnects after each cut, resumes its session at the exact byte, sends its input once."""

import asyncio
import functools
import secrets
from contextlib import suppress

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from loopsy_daemon.wire.errors import WireError
from tests.support.machine import LinkClosed, Machine
from tests.support.phone import Phone
from tests.support.phone_stream import Stream

INPUT_WINDOW_BYTES = 65_536


class SteadyPhone:
    """Follows one session through any number of connections; `output` is what its terminal has parsed."""

    def __init__(self, machine: Machine, session: str) -> None:
        self.output = bytearray()
        self.connections = 0
        self._machine = machine
        self._session = session
        self._client = secrets.token_bytes(16)
        self._input = bytearray()
        self._input_acknowledged = 0

    def type(self, data: bytes) -> None:
        """Type; it is sent now or after a reconnect."""
        self._input += data

    async def run_until_exit(self) -> None:
        """Follow the session until its program ends and everything has arrived."""
        while True:
            with suppress(LinkClosed, ConnectionClosed, InvalidHandshake, InvalidMessage, OSError, EOFError, WireError):
                async with Phone.connected(self._machine, client=self._client) as phone:
                    self.connections += 1
                    if await self._follow(phone):
                        return
            await asyncio.sleep(0.01)

    async def _follow(self, phone: Phone) -> bool:
        stream = await phone.attach(self._session, have=len(self.output), lossless=True)
        assert stream.base == len(self.output), f"resumed at {stream.base}, expected {len(self.output)}"
        assert not stream.snapshot_bytes_left, "the daemon still has the bytes: no snapshot"
        already = len(self.output)
        sent = stream.input_acknowledged
        while True:
            state = _state(stream)
            self.output[already:] = stream.received
            self._input_acknowledged = max(self._input_acknowledged, stream.input_acknowledged)
            if stream.exit and stream.exit.offset == len(self.output):
                return True
            if _lost_daemon(phone):
                return False
            phone.acknowledge(stream)
            sent = await self._send(phone, stream, sent)
            try:
                await phone.wait_for(functools.partial(_has_news, phone, stream, state), seconds=60)
            finally:  # what arrived before a cut was parsed
                self.output[already:] = stream.received
                self._input_acknowledged = max(self._input_acknowledged, stream.input_acknowledged)

    async def _send(self, phone: Phone, stream: Stream, sent: int) -> int:
        if not self.output and not stream.received:
            return sent  # the program is not ready
        room = self._input_acknowledged + INPUT_WINDOW_BYTES - sent
        piece = bytes(self._input[sent : sent + min(room, 4_096)])
        if piece:
            stream.input_offset = sent
            await phone.type(stream, piece)
        return sent + len(piece)


def _state(stream: Stream) -> tuple[int, int, object]:
    return len(stream.received), stream.input_acknowledged, stream.exit


def _has_news(phone: Phone, stream: Stream, state: tuple[int, int, object]) -> bool:
    return _state(stream) != state or _lost_daemon(phone)


def _lost_daemon(phone: Phone) -> bool:
    """Tell whether the daemon went or came since we connected: another one knows nothing of our channel."""
    return phone.device_online is not None
