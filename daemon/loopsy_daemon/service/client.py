"""The local client of the daemon: layer 3 over the Unix socket, for the command line and for tests."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from loopsy_daemon import __version__
from loopsy_daemon.errors import ConnectionLost, DaemonNotRunning, RequestFailed
from loopsy_daemon.service.framing import read_message, with_length
from loopsy_daemon.wire import frames, limits
from loopsy_daemon.wire import messages as protocol
from loopsy_daemon.wire.channel import PROTOCOL_VERSION
from loopsy_daemon.wire.errors import MalformedMessage, WireError

ANSWER_DEADLINE_SECONDS: Final = 5.0
Pushed = protocol.DaemonMessage | frames.Output | frames.SnapshotChunk


class DaemonClient:
    """One connection to the daemon of this home. Requests may be made while pushed messages are read."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, welcome: protocol.Welcome, client_id: bytes
    ) -> None:
        self.welcome = welcome
        self.client_id = client_id
        self._reader = reader
        self._writer = writer
        self._last_id = 0
        self._waiting: dict[int, asyncio.Future[protocol.Message]] = {}
        self._pushed: asyncio.Queue[Pushed | None] = asyncio.Queue()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, socket_path: Path, *, kind: str = "cli", client: bytes | None = None) -> Self:
        """Return a client that has been welcomed. Raises DaemonNotRunning, ConnectionLost or RequestFailed."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(socket_path))
        except OSError as error:
            raise DaemonNotRunning from error
        client_id = client or secrets.token_bytes(16)
        hello = protocol.Hello(versions=[PROTOCOL_VERSION], client=client_id, kind=kind, app=__version__)
        try:
            writer.write(with_length(frames.encode_control(protocol.encode(hello))))
            async with asyncio.timeout(ANSWER_DEADLINE_SECONDS):
                answer = _decode(await read_message(reader))
        except TimeoutError as error:
            writer.close()
            raise ConnectionLost("The daemon does not answer.", "loopsy restart") from error
        except (EOFError, OSError, WireError) as error:
            writer.close()
            raise ConnectionLost from error
        if isinstance(answer, protocol.Welcome):
            return cls(reader, writer, answer, client_id)
        writer.close()
        if isinstance(answer, protocol.Error):
            raise RequestFailed(answer.code, answer.message, answer.hint)
        raise ConnectionLost("The daemon does not speak this protocol.", "loopsy restart")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def next_id(self) -> int:
        """Return an id for the next request."""
        self._last_id += 1
        return self._last_id

    async def request(self, message: protocol.Message) -> protocol.Message:
        """Send a request that has an `id` and return its answer. Raises RequestFailed or ConnectionLost."""
        request_id: int = message.id  # type: ignore[attr-defined]  # every request has one
        answer: asyncio.Future[protocol.Message] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = answer
        try:
            await self.send(message)
            result = await answer
        finally:
            del self._waiting[request_id]
            if answer.done() and not answer.cancelled():
                answer.exception()  # seen: if sending failed first, asyncio must not report it as overlooked
        if isinstance(result, protocol.Error):
            raise RequestFailed(result.code, result.message, result.hint)
        return result

    async def messages(self) -> AsyncIterator[Pushed]:
        """Yield what the daemon pushes. Ends when the connection is closed here; raises ConnectionLost if there."""
        while (message := await self._pushed.get()) is not None:
            yield message
        if self._reading.done() and not self._reading.cancelled() and (error := self._reading.exception()):
            raise error

    async def send(self, message: protocol.Message) -> None:
        """Send a message that has no answer. Raises ConnectionLost."""
        await self._write(frames.encode_control(protocol.encode(message)))

    async def send_input(self, stream: int, offset: int, data: bytes) -> None:
        """Send input. Raises ConnectionLost."""
        await self._write(frames.encode_input(stream, offset, data))

    async def close(self) -> None:
        """End the connection."""
        self._reading.cancel()
        self._pushed.put_nowait(None)
        self._writer.close()
        await asyncio.gather(self._reading, return_exceptions=True)
        try:
            await self._writer.wait_closed()
        except OSError:
            return  # the daemon was faster

    async def _write(self, message: bytes) -> None:
        if self._reading.done():
            raise ConnectionLost
        if len(message) > limits.MAX_PLAINTEXT_BYTES:
            raise RequestFailed("bad_request", "That is too long for one request.", "put it into a file")
        try:
            self._writer.write(with_length(message))
            await self._writer.drain()
        except OSError as error:
            raise ConnectionLost from error

    async def _read(self) -> None:
        try:
            while True:
                message = _decode(await read_message(self._reader))
                if message is None:
                    continue
                waiting = self._waiting.get(getattr(message, "id", None) or 0)
                if waiting and not waiting.done() and isinstance(message, protocol.Message):
                    waiting.set_result(message)
                else:
                    self._pushed.put_nowait(message)
        except (EOFError, OSError, WireError) as error:
            lost = ConnectionLost()
            lost.__cause__ = error
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(lost)
            raise lost from error
        finally:
            self._pushed.put_nowait(None)


def _decode(message: bytes) -> Pushed | None:
    decoded = frames.decode_message(message)
    if isinstance(decoded, frames.Control):
        return protocol.decode_daemon_message(decoded.body)
    if isinstance(decoded, frames.Input | frames.Blob):
        raise MalformedMessage("a daemon sends this client no input, and no files")
    return decoded
