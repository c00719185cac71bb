"""One download on one connection: a file is read beside the event loop and sent as far as the window allows."""

import asyncio
import hashlib
import os
from collections.abc import Callable
from typing import Final

from loopsy_daemon.transfer.errors import FileChanged, TransferError
from loopsy_daemon.transfer.places import SourceFile, trouble, version_of
from loopsy_daemon.wire.blob_window import BlobWindow
from loopsy_daemon.wire.turns import Turns

_HASHED_AT_ONCE_BYTES: Final = 1_048_576


class Sending:
    """Reads one message ahead of what is sent; the file is closed at the end, however it comes."""

    def __init__(self, source: SourceFile, offset: int, send_blob: Callable[[int, bytes], None], turns: Turns) -> None:
        self.size_bytes = source.size_bytes
        self._source = source
        self._send_blob = send_blob
        self._turns = turns
        self._loop = asyncio.get_running_loop()
        self._window = BlobWindow(offset)
        self._acknowledged = asyncio.Event()
        self._digest = hashlib.sha256()
        self._hashed = 0
        self._turn: asyncio.Future[None] | None = None
        self._is_over = False

    def acknowledge(self, offset: int) -> None:
        """The client has what lies before `offset`. Raises ProtocolViolation."""
        self._window.acknowledge(offset, self._loop.time())
        self._acknowledged.set()

    def stop(self) -> None:
        """Send nothing more."""
        self._is_over = True
        self._acknowledged.set()
        self._turn_came()

    async def run(self) -> bytes | None:
        """Send the file; return its checksum, or None if it was stopped. Raises TransferError."""
        try:
            while self._window.sent < self.size_bytes and not self._is_over:
                offset = self._window.sent
                count_bytes = min(self._window.message_bytes, self.size_bytes - offset)
                data = await asyncio.to_thread(self._read, offset, count_bytes)
                await self._room_for(len(data))
                await self._send_in_turn(offset, data)
            return None if self._is_over else await asyncio.to_thread(self._checksum)
        finally:
            # the thread that reads is done: only `run` starts one, and waits for it
            self._source.close()

    async def _room_for(self, count_bytes: int) -> None:
        while self._window.room_bytes < count_bytes and self._window.sent > self._window.acknowledged:
            if self._is_over:
                return
            self._acknowledged.clear()
            await self._acknowledged.wait()

    async def _send_in_turn(self, offset: int, data: bytes) -> None:
        """Send at once, or when it is this transfer's turn on a link that is full."""
        if not self._turns.must_wait:
            self._send(offset, data)
            return
        self._turn = self._loop.create_future()

        def turn() -> None:
            self._send(offset, data)
            self._turn_came()

        self._turns.wait(turn)
        await self._turn

    def _turn_came(self) -> None:
        if self._turn is not None and not self._turn.done():
            self._turn.set_result(None)

    def _send(self, offset: int, data: bytes) -> None:
        if not self._is_over:
            self._window.record_sent(len(data), self._loop.time())
            self._send_blob(offset, data)

    def _read(self, offset: int, count_bytes: int) -> bytes:
        try:
            data = os.pread(self._source.descriptor, count_bytes, offset)
        except OSError as error:
            raise trouble(error, "the file") from None
        if len(data) != count_bytes:
            raise _changed()
        if self._hashed == offset:
            self._digest.update(data)
            self._hashed += count_bytes
        return data

    def _checksum(self) -> bytes:
        """Return the checksum of the whole file; what was sent on an earlier connection is read again."""
        if self._hashed != self._source.size_bytes:
            self._digest, self._hashed = hashlib.sha256(), 0
        while self._hashed < self._source.size_bytes:
            self._read(self._hashed, min(_HASHED_AT_ONCE_BYTES, self._source.size_bytes - self._hashed))
        if version_of(os.fstat(self._source.descriptor)) != self._source.version:
            raise _changed()
        return self._digest.digest()


def _changed() -> TransferError:
    return FileChanged("The file was changed while it was read.", "Download it again.")
