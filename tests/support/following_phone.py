"""A phone that follows one session through every failure, as the app does: its terminal, and what is typed on it."""

import asyncio
import secrets
from contextlib import suppress

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from loopsy_daemon.wire import frames, limits, messages
from loopsy_daemon.wire.errors import WireError
from tests.support.machine import LinkClosed, Machine
from tests.support.phone import Phone
from tests.support.phone_stream import Stream
from tests.support.terminal_record import TerminalRecord

_RETRY_SECONDS = 0.02
_PIECE_BYTES = 4_096
_LOST = (LinkClosed, ConnectionClosed, InvalidHandshake, InvalidMessage, OSError, EOFError, WireError)


class FollowingPhone:
    """One client of one session. `run` it as a task."""

    def __init__(self, machine: Machine, session: str, *, lossless: bool, cols: int, rows: int) -> None:
        self.lossless = lossless
        self.terminal = TerminalRecord()
        self.typed = bytearray()
        self.input_acknowledged = 0
        self.exit: messages.Exit | None = None
        self.is_attached = False
        self.stalled = False
        self.connections = 0
        self.size = (cols, rows)
        self._machine = machine
        self._session = session
        self._client = secrets.token_bytes(16)
        self._phone: _RecordedPhone | None = None
        self._stream: Stream | None = None

    # --- what a person does -----------------------------------------------------------------------------------------

    def type(self, data: bytes) -> None:
        """Type; it is sent now or after a reconnect."""
        self.typed += data
        self._wake()

    async def resize(self, cols: int, rows: int, *, claim: bool) -> None:
        """Change the size; without a connection the next one says it."""
        self.size = (cols, rows)
        if self.is_attached and self._phone and self._stream:
            message = messages.Claim if claim else messages.Resize
            with suppress(*_LOST):
                await self._phone.send(message(stream=self._stream.number, cols=cols, rows=rows))

    def stall(self) -> None:
        """Read nothing any more, and say nothing."""
        self.stalled = True
        if self._phone:
            self._phone.socket.transport.pause_reading()

    def wake(self) -> None:
        """Read again."""
        self.stalled = False
        if self._phone:
            with suppress(RuntimeError):  # it was not paused
                self._phone.socket.transport.resume_reading()
        self._wake()

    def give_up(self) -> None:
        """Take the connection for lost."""
        if self._phone:
            self._phone.cut()

    async def round_trip(self) -> bool:
        """Return whether the daemon has answered, and so has taken all that was said before."""
        if not (self.is_attached and self._phone):
            return False
        with suppress(*_LOST):
            await self._phone.request(lambda request_id: messages.Ping(id=request_id))
            return True
        return False

    # --- its connections --------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Follow until the program's end has arrived."""
        while self.exit is None:
            with suppress(*_LOST):
                async with asyncio.timeout(limits.HANDSHAKE_DEADLINE_SECONDS):
                    phone = await _RecordedPhone.connect(self._machine, client=self._client, waits=False)
                phone.terminal = self.terminal
                self._phone = phone
                try:
                    await self._follow(phone)
                finally:
                    self.is_attached, self._phone, self._stream = False, None, None
                    phone.cut()
                    await phone.close()
                    phone.raise_what_was_wrong()
            await asyncio.sleep(_RETRY_SECONDS)

    async def _follow(self, phone: "_RecordedPhone") -> None:
        self.connections += 1
        have = self.terminal.parsed
        if have is None and self.lossless and not self.terminal.resets:
            have = 0
            self.terminal.parsed = 0
        async with asyncio.timeout(limits.HANDSHAKE_DEADLINE_SECONDS):  # the path may have fallen silent meanwhile
            stream = await phone.attach(
                self._session, cols=self.size[0], rows=self.size[1], have=have, lossless=self.lossless, keep=False
            )
        self._stream, self.is_attached = stream, True
        sent = stream.input_offset
        while phone.device_online is None:  # another word from the relay: the daemon's channel is over
            if self.stalled:
                phone.socket.transport.pause_reading()
            self.input_acknowledged = max(self.input_acknowledged, stream.input_acknowledged)
            self.exit = stream.exit
            if self.exit is not None:
                return
            room_bytes = stream.input_acknowledged + limits.INPUT_WINDOW_BYTES - sent
            piece = bytes(self.typed[sent : sent + min(room_bytes, _PIECE_BYTES)])
            if piece:
                await phone.type(stream, piece)
                sent += len(piece)
                continue
            await phone.changed()

    def _wake(self) -> None:
        if self._phone:
            self._phone.wake()


class _RecordedPhone(Phone):
    """A connection that passes what arrives on to a terminal."""

    terminal: TerminalRecord

    def wake(self) -> None:
        """Let whoever waits look again."""
        self._changed.set()

    def raise_what_was_wrong(self) -> None:
        """Raise what reading has found to be against the protocol."""
        if self._reading and self._reading.done() and (error := self._reading.exception()):
            raise error

    async def changed(self) -> None:
        """Wait until something arrives. Raises LinkClosed."""
        self.raise_what_was_wrong()
        if self.closed:
            raise self.closed
        await self._changed.wait()
        self._changed.clear()

    def _take(self, message: frames.Control | frames.StreamMessage) -> None:
        super()._take(message)
        match message:
            case frames.Output(_, offset, data):
                self.terminal.output_arrived(offset, data)
            case frames.SnapshotChunk(_, _, data):
                self.terminal.snapshot_arrived(data)
            case frames.Control(body):
                match messages.decode_daemon_message(body):
                    case messages.Attached() as attached:
                        self.terminal.attached(attached)
                    case messages.Snapshot() as snapshot:
                        self.terminal.reset(snapshot.cols, snapshot.rows, snapshot.base, snapshot.bytes)
                    case messages.Resized() as resized:
                        assert resized.offset == self.terminal.parsed, "a size is told where it begins"
                        self.terminal.resized(resized.cols, resized.rows)
