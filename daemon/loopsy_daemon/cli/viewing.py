"""One session shown in the local terminal: attach without loss, pass keys and sizes, acknowledge what was written."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from loopsy_daemon.cli.daemon import ask
from loopsy_daemon.cli.detach_keys import DetachKeys
from loopsy_daemon.cli.query_filter import QueryFilter
from loopsy_daemon.cli.terminal import CLEAR, LocalTerminal
from loopsy_daemon.errors import ConnectionLost
from loopsy_daemon.wire import frames, limits, messages

if TYPE_CHECKING:
    from loopsy_daemon.service.client import DaemonClient

ACK_DELAY_SECONDS: Final = 0.1
LEAVE_DEADLINE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Detached:
    """The user left; the session goes on."""


class Viewing:
    """The conversation about one stream. `run` returns how it ended."""

    def __init__(self, client: "DaemonClient", terminal: LocalTerminal) -> None:
        self._client = client
        self._terminal = terminal
        self._keys = DetachKeys()
        self._filter = QueryFilter()
        self._stream = 0
        self._shown = 0
        self._acknowledged = 0
        self._ack_timer: asyncio.TimerHandle | None = None
        self._typed: deque[bytes] = deque()
        self._typed_offset = 0
        self._input_acknowledged = 0
        self._outgoing: deque[messages.Message] = deque()
        self._something_to_send = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._all_sent.set()
        self._leaving: asyncio.Future[Detached] = asyncio.get_running_loop().create_future()

    async def run(self, session: str) -> messages.Exit | Detached:
        """Show the session until it ends or the user detaches. Raises RequestFailed, ConnectionLost."""
        columns, rows = self._terminal.size()
        request = messages.Attach(id=self._client.next_id(), session=session, cols=columns, rows=rows, lossless=True)
        attached = await ask(self._client, request, messages.Attached)
        self._stream = attached.stream
        self._shown = self._acknowledged = attached.base
        self._typed_offset = self._input_acknowledged = attached.input_seen
        await self._terminal.clear()
        # To attach is to sit down here: the session takes this window's size.
        await self._client.send(messages.Claim(stream=self._stream, cols=columns, rows=rows))
        showing = asyncio.create_task(self._show())
        sending = asyncio.create_task(self._send())
        self._terminal.on_input(self._type)
        self._terminal.on_resize(self._resize)
        try:
            ends: list[asyncio.Future[Any]] = [showing, sending, self._leaving]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if self._leaving.done():
                await self._leave(sending)
                return self._leaving.result()
            if not showing.done():
                sending.result()  # raises: that is the only way in which it ends
            return showing.result()
        finally:
            self._terminal.pause_input()
            if self._ack_timer:
                self._ack_timer.cancel()
            showing.cancel()
            sending.cancel()
            await asyncio.gather(showing, sending, return_exceptions=True)

    async def _show(self) -> messages.Exit:
        async for pushed in self._client.messages():
            match pushed:
                case frames.Output(self._stream, offset, data):
                    await self._terminal.write(self._filter.feed(data))
                    self._shown = offset + len(data)
                    self._acknowledge_later()
                    if self._shown - self._acknowledged >= limits.OUTPUT_WINDOW_BYTES // 2:
                        await self._acknowledge()
                case frames.SnapshotChunk(self._stream, _, data):
                    await self._terminal.write(data)
                case messages.Snapshot(stream=self._stream, base=base):
                    self._filter = QueryFilter()
                    await self._terminal.write(CLEAR)
                    self._shown = self._acknowledged = base
                case messages.InputAck(stream=self._stream, offset=offset):
                    self._input_acknowledged = max(self._input_acknowledged, offset)
                    self._something_to_send.set()
                case messages.Exit(stream=self._stream):
                    return pushed
                case _:
                    pass  # about other sessions, or a size that this window cannot follow
        raise ConnectionLost

    async def _send(self) -> None:
        while True:
            await self._something_to_send.wait()
            self._something_to_send.clear()
            while self._outgoing:
                await self._client.send(self._outgoing.popleft())
            while self._typed and (left := self._window_left()) > 0:
                data = self._typed.popleft()
                if data[left:]:
                    self._typed.appendleft(data[left:])
                await self._client.send_input(self._stream, self._typed_offset, data[:left])
                self._typed_offset += len(data[:left])
            if not self._typed:
                self._all_sent.set()
                if not self._leaving.done():
                    self._terminal.on_input(self._type)

    async def _leave(self, sending: "asyncio.Task[None]") -> None:
        """Let go of the stream after what was typed before the detach keys has gone out."""
        waiting = asyncio.create_task(self._all_sent.wait())
        await asyncio.wait([waiting, sending], timeout=LEAVE_DEADLINE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        with suppress(ConnectionLost):
            await self._client.send(messages.Detach(id=self._client.next_id(), stream=self._stream))

    def _window_left(self) -> int:
        in_flight = self._typed_offset - self._input_acknowledged
        return min(self._client.welcome.limits.input_window - in_flight, limits.MAX_OUTPUT_BYTES)

    def _type(self, data: bytes) -> None:
        typed = self._keys.feed(data)
        if typed.data:
            self._typed.append(typed.data)
            self._all_sent.clear()
            self._terminal.pause_input()  # until it is sent: what is typed meanwhile waits in the terminal's queue
            self._something_to_send.set()
        if (typed.detach or not data) and not self._leaving.done():
            self._leaving.set_result(Detached())

    def _resize(self) -> None:
        columns, rows = self._terminal.size()
        self._send_soon(messages.Resize(stream=self._stream, cols=columns, rows=rows))

    def _send_soon(self, message: messages.Message) -> None:
        self._outgoing.append(message)
        self._something_to_send.set()

    def _acknowledge_later(self) -> None:
        if self._ack_timer is None:
            self._ack_timer = asyncio.get_running_loop().call_later(ACK_DELAY_SECONDS, self._acknowledge_now)

    def _acknowledge_now(self) -> None:
        self._ack_timer = None
        if (ack := self._next_ack()) is not None:
            self._send_soon(ack)

    async def _acknowledge(self) -> None:
        if (ack := self._next_ack()) is not None:
            await self._client.send(ack)

    def _next_ack(self) -> messages.Ack | None:
        # What the filter holds back has not been parsed by the terminal.
        parsed = self._shown - self._filter.held_bytes
        if parsed <= self._acknowledged:
            return None
        self._acknowledged = parsed
        return messages.Ack(stream=self._stream, offset=parsed)
