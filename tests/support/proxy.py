"""A TCP proxy between a link's end and the relay: shapes, cuts at a byte, falls silent, records what crosses."""

import asyncio
import math
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.support.proxy_recording import readable
from tests.support.shaping import Line, Shape

# Small, so that what is slowed down waits at its sender, as on a real path.
_RECEIVE_BUFFER_BYTES = 16_384
_SLICE_BYTES = 16_384
_STRAIGHT = Shape()
_PACKET_BYTES = 1_448
_PACKETS_SECONDS = 0.01  # what goes through a narrow line in one piece
_LAST_WORDS_SECONDS = 1.0
_TEARDOWN_SECONDS = 0.1

_End = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True, eq=False)
class Crossing:
    """One connection through the proxy; `bytes_left` until it is cut."""

    up: Line
    down: Line
    bytes_left: float
    ended_ways: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    silent: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Proxy:
    """Connections to `url` go to the relay; each takes the next of `cuts`: after how many bytes it is cut."""

    url: str
    began_at: float
    cuts: list[int] = field(default_factory=list)
    recording: bool = False
    recorded: list[bytes] = field(default_factory=list)
    connections: int = 0
    refusing: bool = False
    crossings: set[Crossing] = field(default_factory=set)
    up: Shape = _STRAIGHT
    down: Shape = _STRAIGHT

    def reshape(self, *, up: Shape = _STRAIGHT, down: Shape = _STRAIGHT) -> None:
        """Let what goes to the relay have the shape `up`, and what comes from it `down`, from now on."""
        self.up, self.down = up, down
        for crossing in self.crossings:
            crossing.up.shape, crossing.down.shape = up, down

    def cut_after(self, size_bytes: float) -> None:
        """Cut each connection that there is when so much more has crossed it; 0: at once, infinity: never."""
        for crossing in self.crossings:
            crossing.bytes_left = size_bytes
            if not size_bytes:
                crossing.gone.set()

    def fall_silent(self) -> None:
        """Let the connections that there are carry nothing any more, and tell nobody. New ones work."""
        for crossing in self.crossings:
            crossing.silent.set()


@asynccontextmanager
async def proxy_to(relay_url: str) -> AsyncIterator[Proxy]:
    """Give a proxy in front of the relay."""
    target = urlsplit(relay_url)
    proxy = Proxy("", asyncio.get_running_loop().time())
    serving: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        task.add_done_callback(serving.discard)
        proxy.connections += 1
        if proxy.refusing:
            writer.transport.abort()
            return
        try:
            up_reader, up_writer = await asyncio.open_connection(target.hostname, target.port, limit=_SLICE_BYTES)
        except OSError:  # the relay is not there
            writer.transport.abort()
            return
        await _cross(proxy, (reader, writer), (up_reader, up_writer))

    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)  # those accepted inherit it
    server = await asyncio.start_server(connected, sock=listening, limit=_SLICE_BYTES)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        while serving:  # not cancelled: Python 3.11 complains of handlers that are
            proxy.cut_after(0)
            await asyncio.wait(serving, timeout=_TEARDOWN_SECONDS)


async def _cross(proxy: Proxy, near: _End, far: _End) -> None:
    """Carry both ways until both ends have closed, one is lost, or the connection is cut."""
    up, down = Line(proxy.up, proxy.began_at), Line(proxy.down, proxy.began_at)
    crossing = Crossing(up, down, proxy.cuts.pop(0) if proxy.cuts else math.inf)
    proxy.crossings.add(crossing)
    was_closed = False
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_carry(proxy, crossing, near[0], far[1], crossing.up))
            group.create_task(_carry(proxy, crossing, far[0], near[1], crossing.down))
            group.create_task(_until_cut(crossing))
    except* EOFError:
        was_closed = True
    except* OSError:
        pass
    finally:
        proxy.crossings.discard(crossing)
        await _end((near[1], far[1]), gently=was_closed)


async def _carry(
    proxy: Proxy, crossing: Crossing, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: Line
) -> None:
    """Let bytes out in time. Raises EOFError after the last ones both ways, OSError if there may have been more."""
    seen = bytearray()
    inside: asyncio.Queue[tuple[float, bytes | OSError]] = asyncio.Queue()
    entering = asyncio.create_task(_enter(reader, line, inside))
    try:
        while True:
            out_at, data = await inside.get()
            await _sleep_until(out_at)
            if crossing.silent.is_set():
                await crossing.gone.wait()
            if isinstance(data, OSError):
                raise data
            if not data:
                if not writer.transport.is_closing():
                    writer.write_eof()
                crossing.ended_ways += 1
                if crossing.ended_ways == 2:
                    raise EOFError
                return
            if crossing.bytes_left < len(data):
                data = data[: int(crossing.bytes_left)]
            crossing.bytes_left -= len(data)
            seen += data if proxy.recording else b""
            if writer.transport.is_closing():
                raise ConnectionResetError("the other end is gone")
            writer.write(data)
            await writer.drain()
            if not crossing.bytes_left:
                raise ConnectionResetError("cut")
    finally:
        entering.cancel()
        if proxy.recording:
            proxy.recorded.append(readable(bytes(seen)))


async def _enter(
    reader: asyncio.StreamReader, line: Line, inside: asyncio.Queue[tuple[float, bytes | OSError]]
) -> None:
    loop = asyncio.get_running_loop()
    piece_bytes = max(_PACKET_BYTES, int(min(line.shape.bytes_per_second * _PACKETS_SECONDS, _SLICE_BYTES)))
    while True:
        while not (room_bytes := line.room_bytes(loop.time())):
            await _sleep_until(line.room_at())
        try:
            data: bytes | OSError = await reader.read(min(room_bytes, piece_bytes))
        except OSError as error:
            data = error
        out_at = line.enter(0 if isinstance(data, OSError) else len(data), loop.time())
        inside.put_nowait((out_at, data))
        if isinstance(data, OSError) or not data:
            return


async def _sleep_until(at: float) -> None:
    left_seconds = at - asyncio.get_running_loop().time()
    if left_seconds > 0:
        await asyncio.sleep(left_seconds)


async def _until_cut(crossing: Crossing) -> None:
    await crossing.gone.wait()
    raise ConnectionResetError("cut")


async def _end(writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter], *, gently: bool) -> None:
    try:
        if gently:
            async with asyncio.timeout(_LAST_WORDS_SECONDS):
                for writer in writers:
                    writer.close()
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        pass  # nobody reads it
    finally:
        for writer in writers:
            writer.transport.abort()
