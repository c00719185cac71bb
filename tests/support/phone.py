"""A simulated phone: the whole protocol of the web app (link, channel, session) in Python, from outside the daemon."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from loopsy_daemon.wire import channel, frames, limits, messages
from loopsy_daemon.wire.errors import WireError
from loopsy_daemon.wire.pairing import pairing_psk
from tests.support.machine import LinkClosed, Machine, closed_link, closed_link_of, open_link, redeem
from tests.support.phone_stream import Stream

DEVICE_WENT = (1006, "the device went")


class Phone:
    """One connection of a phone."""

    welcome: messages.Welcome

    def __init__(self, machine: Machine, socket: ClientConnection, client: bytes) -> None:
        self.machine = machine
        self.client = client
        self.sessions: list[messages.SessionInfo] = []
        self.streams: dict[int, Stream] = {}
        self.device_online: bool | None = None
        self.socket = socket
        self.transport: channel.Transport
        self.frames_received = 0
        self.bytes_received = 0
        self.frames_sent = 0
        self.closed: LinkClosed | None = None
        self.auto_ack = True
        self._waiting: dict[int, asyncio.Future[messages.Message]] = {}
        self._last_id = 0
        self._changed = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._acks: set[asyncio.Task[None]] = set()
        self._ack_timers: dict[int, asyncio.TimerHandle] = {}

    @classmethod
    async def connect(
        cls, machine: Machine, *, psk: bytes | None = None, client: bytes | None = None, waits: bool = True
    ) -> Self:
        """Connect the link, do the handshake, say hello, and wait for the welcome if told to. Raises LinkClosed."""
        phone = cls(machine, await open_link(machine), client or secrets.token_bytes(16))
        try:
            await phone.handshake(psk)
            await phone.greet()
            if waits:
                await phone.wait_for(lambda: "welcome" in vars(phone), "the welcome")
        except ConnectionClosed as error:
            raise closed_link(error) from error
        except BaseException:
            await phone.socket.close()
            raise
        return phone

    @classmethod
    @asynccontextmanager
    async def connected(
        cls, machine: Machine, *, psk: bytes | None = None, client: bytes | None = None
    ) -> AsyncIterator[Self]:
        """Give a connected phone, closed at the end."""
        phone = await cls.connect(machine, psk=psk, client=client)
        try:
            yield phone
        finally:
            await phone.close()

    async def handshake(self, psk: bytes | None = None) -> None:
        """Wait for the device, then do the handshake."""
        while True:
            message = await self.socket.recv()
            if isinstance(message, str) and '"device.up"' in message:
                break
        initiator = channel.Initiator(
            prologue=channel.prologue(self.machine.device_id, self.machine.phone_id),
            static=self.machine.key,
            ephemeral=X25519PrivateKey.generate(),
            device_key=self.machine.device_key,
            label=self.machine.label,
            psk=psk,
        )
        await self.socket.send(initiator.first_frame)
        while True:
            frame = await self._from_this_device()
            if frame[0] != frames.TAG_TRANSPORT:
                self.transport = initiator.finish(frame)
                return

    async def _from_this_device(self) -> bytes:
        """Return the device's next frame. Raises LinkClosed if it goes: what was asked will not be answered."""
        while isinstance(frame := await self.socket.recv(), str):
            if frame != "pong":
                raise LinkClosed(*DEVICE_WENT)
        return frame

    async def greet(self) -> None:
        """Say hello, and read from now on; more may be asked before the welcome is here."""
        await self.send(messages.Hello(versions=[1], client=self.client, kind="bench", app="test"))
        self._reading = asyncio.create_task(self._read())

    async def close(self) -> None:
        """Close the link."""
        await self.socket.close()
        if self._reading:
            await asyncio.gather(self._reading, return_exceptions=True)

    def cut(self) -> None:
        """Lose the connection without a word, as in a tunnel."""
        self.socket.transport.abort()

    async def send(self, message: messages.Message) -> None:
        """Send a control message."""
        await self.send_raw(frames.encode_control(messages.encode(message)))

    async def send_raw(self, message: bytes) -> None:
        """Send a layer 3 message."""
        self.frames_sent += 1
        await self.socket.send(self.transport.seal(message))

    async def request(self, build: Callable[[int], messages.Message]) -> messages.Message:
        """Send the request that `build` makes of an id; return the answer, which may be an `error`."""
        if self.device_online is not None:  # hello was lost with the channel that it was said on
            raise LinkClosed(*DEVICE_WENT)
        self._last_id += 1
        request_id = self._last_id
        answer: asyncio.Future[messages.Message] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = answer
        await self.send(build(request_id))
        return await answer

    async def open(self, *, agent: str = "shell", cols: int = 80, rows: int = 24, name: str | None = None) -> str:
        """Open a session; return its id."""
        answer = await self.request(
            lambda request_id: messages.Open(id=request_id, agent=agent, cols=cols, rows=rows, name=name)
        )
        assert isinstance(answer, messages.Opened), answer
        return answer.session.id

    async def attach(
        self,
        session: str,
        *,
        cols: int = 80,
        rows: int = 24,
        have: int | None = None,
        lossless: bool = False,
        keep: bool = True,
    ) -> Stream:
        """Attach; `keep=False` counts output and does not keep it."""
        self._attach_keep = keep
        answer = await self.request(
            lambda request_id: messages.Attach(
                id=request_id, session=session, cols=cols, rows=rows, have=have, lossless=lossless
            )
        )
        assert isinstance(answer, messages.Attached), answer
        return self.streams[answer.stream]

    async def type(self, stream: Stream, data: bytes) -> None:
        """Send input."""
        offset, stream.input_offset = stream.input_offset, stream.input_offset + len(data)
        await self.send_raw(frames.encode_input(stream.number, offset, data))

    async def wait_for(self, condition: Callable[[], bool], what: str = "", seconds: float = 20.0) -> None:
        """Wait until something that arrives makes the condition true."""
        async with asyncio.timeout(seconds):
            while not condition():
                if self.closed:
                    raise self.closed
                self._changed.clear()
                await self._changed.wait()

    async def wait_output(self, stream: Stream, text: bytes, seconds: float = 20.0) -> None:
        """Wait until the output (or the snapshot) contains the bytes."""
        await self.wait_for(lambda: text in stream.received or text in stream.snapshot, repr(text), seconds)

    async def _read(self) -> None:
        try:
            async for frame in self.socket:
                if isinstance(frame, str):
                    if frame != "pong":
                        self.device_online = '"device.up"' in frame
                        self._give_up_waiting(LinkClosed(*DEVICE_WENT))
                elif frame[0] == frames.TAG_TRANSPORT:
                    self.frames_received += 1
                    self.bytes_received += len(frame)
                    self._take(frames.decode_message(self.transport.open(frame)))
                self._changed.set()
            raise closed_link_of(self.socket)
        except ConnectionClosed as error:
            self.closed = closed_link(error)
        except (LinkClosed, WireError) as error:
            self.closed = error if isinstance(error, LinkClosed) else LinkClosed(4010, str(error))
        finally:
            self._changed.set()
            self._give_up_waiting(self.closed if self.closed is not None else LinkClosed(1006, "lost"))

    def _give_up_waiting(self, lost: LinkClosed) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(lost)

    def _take(self, message: frames.Control | frames.StreamMessage) -> None:
        match message:
            case frames.Output(number, offset, data):
                self._output(self.streams[number], offset, data)
            case frames.SnapshotChunk(number, position, data):
                stream = self.streams[number]
                assert position == len(stream.snapshot), "snapshot chunks are contiguous"
                assert len(data) <= stream.snapshot_bytes_left
                stream.snapshot += data
                stream.snapshot_bytes_left -= len(data)
            case frames.Control(body):
                control = messages.decode_daemon_message(body)
                if control is not None:
                    self._control(control)
            case frames.Input():
                raise AssertionError("a daemon sends no input")

    def _output(self, stream: Stream, offset: int, data: bytes) -> None:
        stream.output_arrived(offset, data)
        if not self.auto_ack:
            return
        if stream.end - stream.acknowledged >= limits.OUTPUT_WINDOW_BYTES // 2:
            self.acknowledge(stream)
        elif stream.number not in self._ack_timers:
            timer = asyncio.get_running_loop().call_later(limits.OUTPUT_ACK_SECONDS, self.acknowledge, stream)
            self._ack_timers[stream.number] = timer

    def acknowledge(self, stream: Stream) -> None:
        """Acknowledge everything that has arrived."""
        if timer := self._ack_timers.pop(stream.number, None):
            timer.cancel()
        stream.acknowledged = stream.end
        task = asyncio.create_task(self._send_ack(messages.Ack(stream=stream.number, offset=stream.end)))
        self._acks.add(task)
        task.add_done_callback(self._acks.discard)

    async def _send_ack(self, ack: messages.Ack) -> None:
        with suppress(ConnectionClosed):  # whoever reads is told
            await self.send(ack)

    def _control(self, message: messages.DaemonMessage) -> None:
        match message:
            case messages.Attached():
                self.streams[message.stream] = Stream(
                    number=message.stream,
                    info=message.session,
                    base=message.base,
                    received=bytearray(),
                    snapshot=bytearray(),
                    input_offset=message.input_seen,
                    leader=message.leader,
                    snapshot_bytes_left=message.snapshot or 0,
                    acknowledged=message.base,
                    input_acknowledged=message.input_seen,
                    keep=self._attach_keep,
                    sizes=[(message.base, message.cols, message.rows)],
                )
            case messages.Snapshot(stream=number):
                stream = self.streams[number]
                stream.skips += 1
                stream.base, stream.received, stream.snapshot = message.base, bytearray(), bytearray()
                stream.snapshot_bytes_left = message.bytes
                stream.acknowledged = min(stream.acknowledged, message.base)
            case messages.InputAck(stream=number, offset=offset):
                self.streams[number].input_acknowledged = offset
            case messages.Resized(stream=number):
                self.streams[number].sizes.append((message.offset, message.cols, message.rows))
                self.streams[number].leader = message.leader
            case messages.Exit(stream=number):
                self.streams[number].exit = message
            case messages.Welcome():
                self.welcome, self.sessions = message, message.sessions
            case messages.Sessions(id=None):
                self.sessions = message.sessions
        waiting = self._waiting.pop(getattr(message, "id", None) or 0, None)
        if waiting and not waiting.done():
            waiting.set_result(message)

    _attach_keep: bool = True


async def pair(pair_url: str, code: str, label: str = "Simulated phone") -> Machine:
    """Pair with a laptop. Raises LinkClosed 4005 for a wrong code."""
    machine, secret = await redeem(pair_url, label)
    async with Phone.connected(machine, psk=pairing_psk(secret, code)):
        return machine
