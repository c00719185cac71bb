"""A WebSocket without queues: messages are handed over as they arrive and sent at once, within one turn of the loop."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidState
from websockets.frames import DATA_OPCODES, Frame, Opcode
from websockets.http11 import Response

from loopsy_daemon.wire.errors import MalformedMessage
from loopsy_daemon.wire.turns import Turns

# Windows bound what each stream has in flight; this bounds what a link that does not drain costs in memory.
MAX_UNSENT_BYTES: Final = 16 * 1_048_576
# What the kernel takes beyond what is on its way: a key's echo waits behind it.
_KERNEL_QUEUE_BYTES: Final = 32_768


class DirectConnection(ClientConnection):
    """`take` gets every message, str or bytes; an exception of it ends the connection and is raised by `wait_end`.

    The queue and the task switches of `recv` and `send` cost more than everything else on a keystroke's way.
    """

    def __init__(self, *arguments: Any, take: Callable[[str | bytes], None], turns: Turns, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._take = take
        self._turns = turns
        self._failure: Exception | None = None
        self._partial: bytearray | None = None
        self._is_text = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the kernel's queue short, where it can be told to: what waits is to wait where it can be put in turn."""
        connected: socket.socket | None = transport.get_extra_info("socket")
        option: int | None = getattr(socket, "TCP_NOTSENT_LOWAT", None)
        if connected is not None and option is not None:
            with suppress(OSError):
                connected.setsockopt(socket.IPPROTO_TCP, option, _KERNEL_QUEUE_BYTES)
        super().connection_made(transport)

    def pause_writing(self) -> None:
        """The kernel takes no more: who can wait, waits for a turn."""
        super().pause_writing()
        self._turns.link_filled()

    def resume_writing(self) -> None:
        """There is room again."""
        super().resume_writing()
        self._turns.link_drained()

    def process_event(self, event: Frame | Response) -> None:  # type: ignore[override]  # narrower than upstream's
        """Hand over a message; the handshake and control frames are upstream's."""
        if not isinstance(event, Frame) or event.opcode not in DATA_OPCODES:
            super().process_event(event)
            return
        if self._failure:
            return  # what arrived together with the message that ended the connection
        if event.opcode is not Opcode.CONT:
            self._is_text = event.opcode is Opcode.TEXT
        data = bytes(event.data)
        if self._partial is not None or not event.fin:  # RFC 6455 §5.4: a message in several frames, empty ones too
            self._partial = self._partial or bytearray()
            self._partial += data
            if not event.fin:
                return
            data, self._partial = bytes(self._partial), None
        try:
            self._take(_text(data) if self._is_text else data)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for the end, not to the transport
            self.fail(error)

    def send_now(self, message: str | bytes) -> None:
        """Send a message; dropped once the connection is closing."""
        try:
            if isinstance(message, bytes):
                self.protocol.send_binary(message)
            else:
                self.protocol.send_text(message.encode())
        except (ConnectionClosed, InvalidState):
            return
        self.send_data()
        if self.transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            self.fail(ConnectionAbortedError("the link does not drain"))

    def fail(self, error: Exception) -> None:
        """End the connection at once because of this error."""
        self._failure = self._failure or error
        self.transport.abort()

    async def wait_end(self) -> None:
        """Wait until the connection has ended, and raise why: the failure, or ConnectionClosed."""
        await self.wait_closed()
        if self._failure:
            raise self._failure
        raise self.protocol.close_exc


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise MalformedMessage("a text frame that is not UTF-8") from error
