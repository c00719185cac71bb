"""One session shown in the local terminal: keys and sizes go there, the screen comes here, whatever the daemon does."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from loopsy_daemon.cli.detach_keys import DetachKeys, Prefix
from loopsy_daemon.cli.display import Display
from loopsy_daemon.cli.terminal import LocalTerminal
from loopsy_daemon.cli.unacknowledged_input import UnacknowledgedInput
from loopsy_daemon.errors import ConnectionLost, DaemonNotRunning, LoopsyError, RequestFailed
from loopsy_daemon.wire import frames, limits, messages

if TYPE_CHECKING:
    from loopsy_daemon.service.client import DaemonClient

ACK_DELAY_SECONDS: Final = 0.1
LEAVE_DEADLINE_SECONDS: Final = 1.0
RECONNECT_INTERVAL_SECONDS: Final = 0.1
SAY_SO_AFTER_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Detached:
    """The user left; the session goes on. `lost_input` is whether something typed did not reach it."""

    lost_input: bool


class Viewing:
    """The conversation about one session, over one connection after another. `run` returns how it ended."""

    def __init__(
        self,
        client: "DaemonClient",
        terminal: LocalTerminal,
        session: str,
        prefix: Prefix,
        *,
        reconnect: "Callable[[], Awaitable[DaemonClient]]",
        wait_seconds: float,
    ) -> None:
        self._client = client
        self._terminal = terminal
        self._session = session
        self._prefix = prefix
        self._keys = DetachKeys(prefix)
        self._display = Display(terminal)
        self._reconnect = reconnect
        self._wait_seconds = wait_seconds
        self._stream = 0  # none: the next thing to be shown is a screen that was asked for
        self._asked: int | None = None  # by the request of this id
        self._ask_again = False
        self._wants_lead = True  # to attach is to sit down here
        self._has_claimed = False
        self._screen_bytes = 0
        self._shown = 0
        self._acknowledged = 0
        self._ack_timer: asyncio.TimerHandle | None = None
        self._input = UnacknowledgedInput()
        self._outgoing: deque[messages.Message] = deque()
        self._something_to_send = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._all_sent.set()
        self._leaving: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> messages.Exit | Detached:
        """Show the session until it ends or the user detaches. Raises RequestFailed, ConnectionLost."""
        self._terminal.on_input(self._type)
        self._terminal.on_resize(self._resize)
        self._terminal.on_job_control(self._ask)
        have = None
        try:
            while True:
                try:
                    return await self._follow(have)
                except ConnectionLost:
                    await self._client.close()
                except RequestFailed as error:
                    if error.code == "unknown_session" and self._has_claimed:  # it was there before
                        raise LoopsyError("The session ended while the daemon was away.", "loopsy list") from None
                    raise
                if not await self._wait_for_daemon():
                    return Detached(lost_input=self._input.size_bytes > 0)
                have = None
                if self._display.can_go_on:
                    have = self._shown - self._display.held_bytes
                    self._display.forget_held()
        finally:
            self._terminal.pause_input()
            if self._ack_timer:
                self._ack_timer.cancel()
            await self._display.end()
            await self._client.close()

    async def _follow(self, have: int | None) -> messages.Exit | Detached:
        self._stream, self._asked = 0, None
        self._outgoing.clear()
        self._ask(have)
        showing = asyncio.create_task(self._show())
        sending = asyncio.create_task(self._send())
        try:
            ends: list[asyncio.Future[Any]] = [showing, self._leaving]
            await asyncio.wait([*ends, sending], return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)  # the last messages are still to be read
            if showing.done():
                return showing.result()
            await self._leave(sending)
            return Detached(lost_input=self._input.unsent_bytes > 0)
        finally:
            showing.cancel()
            sending.cancel()
            await asyncio.gather(showing, sending, return_exceptions=True)

    async def _wait_for_daemon(self) -> bool:
        """Connect again and return true, or false if the user leaves first. Raises ConnectionLost."""
        connecting = asyncio.create_task(self._connect_again())
        try:
            for seconds in (SAY_SO_AFTER_SECONDS, self._wait_seconds):
                ends: list[asyncio.Future[Any]] = [connecting, self._leaving]
                await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
                if connecting.done():
                    self._client = connecting.result()
                    return True
                if self._leaving.done():
                    return False
                await self._display.say(f"The daemon is away: waiting for it. {self._prefix.label} d leaves.")
            raise ConnectionLost
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)

    async def _connect_again(self) -> "DaemonClient":
        while True:
            with suppress(DaemonNotRunning, ConnectionLost):
                return await self._reconnect()
            await asyncio.sleep(RECONNECT_INTERVAL_SECONDS)

    # --- what the daemon says -------------------------------------------------------------------------------------

    async def _show(self) -> messages.Exit:
        async for pushed in self._client.messages():
            match pushed:
                case frames.Output(self._stream, offset, data):
                    is_astray = await self._display.output(data)
                    self._shown = offset + len(data)
                    self._acknowledge_later()
                    if self._shown - self._acknowledged >= limits.OUTPUT_WINDOW_BYTES // 2:
                        self._acknowledge_now()
                    if is_astray:
                        self._ask()
                case frames.SnapshotChunk(self._stream, position, data):
                    is_last = position + len(data) >= self._screen_bytes
                    await self._display.screen(data, is_first=position == 0, is_last=is_last)
                case messages.Attached(id=self._asked):
                    await self._attached(pushed)
                case messages.Error(id=self._asked) if pushed.id is not None:
                    raise RequestFailed(pushed.code, pushed.message, pushed.hint)
                case messages.Snapshot(stream=self._stream):
                    self._shown = self._acknowledged = pushed.base
                    self._screen_bytes = pushed.bytes
                    await self._display.begin(pushed.cols, pushed.rows)
                case messages.Resized(stream=self._stream):
                    self._wants_lead = pushed.leader
                    if (pushed.cols, pushed.rows) != self._display.size:
                        self._ask()
                case messages.InputAck():
                    self._input.acknowledge(pushed.offset)
                    self._something_to_send.set()
                case messages.Exit(stream=self._stream):
                    return pushed
                case _:
                    pass  # about other sessions, or a stream that was left
        raise ConnectionLost

    async def _attached(self, attached: messages.Attached) -> None:
        self._asked = None
        self._stream = attached.stream
        self._shown = self._acknowledged = attached.base
        self._screen_bytes = attached.snapshot or 0
        self._input.resume(attached.input_seen)
        if attached.snapshot is not None:
            await self._display.begin(attached.cols, attached.rows)
        if self._wants_lead and not (self._has_claimed and attached.leader):
            self._has_claimed = True
            self._tell_size(messages.Claim)
        self._something_to_send.set()
        if self._ask_again:
            self._ask()

    # --- what the daemon is told ----------------------------------------------------------------------------------

    def _ask(self, have: int | None = None) -> None:
        """Ask for the screen as it is now, in place of whatever is shown; or for the output from an offset on."""
        self._ask_again = self._asked is not None
        if self._ask_again:
            return
        columns, rows = self._terminal.size()
        self._asked = self._client.next_id()
        self._send_soon(messages.Attach(id=self._asked, session=self._session, cols=columns, rows=rows, have=have))
        if self._stream:
            self._send_soon(messages.Detach(id=self._client.next_id(), stream=self._stream))
            self._stream = 0

    async def _send(self) -> None:
        with suppress(ConnectionLost):  # whoever reads learns that as well
            while True:
                await self._something_to_send.wait()
                self._something_to_send.clear()
                while self._outgoing:
                    await self._client.send(self._outgoing.popleft())
                window_bytes = self._client.welcome.limits.input_window
                while self._stream and (typed := self._input.next(window_bytes)):
                    await self._client.send_input(self._stream, *typed)
                if self._input.unsent_bytes == 0:
                    self._all_sent.set()
                if self._input.size_bytes < limits.INPUT_WINDOW_BYTES and not self._leaving.done():
                    self._terminal.on_input(self._type)

    async def _leave(self, sending: "asyncio.Task[None]") -> None:
        """Let go of the stream after what was typed before the detach keys has gone out."""
        waiting = asyncio.create_task(self._all_sent.wait())
        await asyncio.wait([waiting, sending], timeout=LEAVE_DEADLINE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._stream:
            with suppress(ConnectionLost):
                await self._client.send(messages.Detach(id=self._client.next_id(), stream=self._stream))

    def _type(self, data: bytes) -> None:
        typed = self._keys.feed(data)
        if typed.data:
            self._input.type(typed.data)
            self._all_sent.clear()
            if self._input.size_bytes >= limits.INPUT_WINDOW_BYTES:
                self._terminal.pause_input()  # what is typed meanwhile waits in the terminal's queue
            self._something_to_send.set()
        if (typed.detach or not data) and not self._leaving.done():
            self._leaving.set_result(None)

    def _resize(self) -> None:
        if self._stream:
            self._tell_size(messages.Resize)
        self._ask()

    def _tell_size(self, message: type[messages.Resize] | type[messages.Claim]) -> None:
        columns, rows = self._terminal.size()
        self._send_soon(message(stream=self._stream, cols=columns, rows=rows))

    def _send_soon(self, message: messages.Message) -> None:
        self._outgoing.append(message)
        self._something_to_send.set()

    def _acknowledge_later(self) -> None:
        if self._ack_timer is None:
            self._ack_timer = asyncio.get_running_loop().call_later(ACK_DELAY_SECONDS, self._acknowledge_now)

    def _acknowledge_now(self) -> None:
        if self._ack_timer is not None:
            self._ack_timer.cancel()
            self._ack_timer = None
        # What the filter holds back has not been parsed by the terminal.
        parsed = self._shown - self._display.held_bytes
        if self._stream and parsed > self._acknowledged:
            self._acknowledged = parsed
            self._send_soon(messages.Ack(stream=self._stream, offset=parsed))
