"""One upload on one connection: what arrives is written in order beside the event loop, and then acknowledged."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from loopsy_daemon.transfer.errors import FileChanged, TransferError, UnknownTransfer
from loopsy_daemon.transfer.upload_store import Upload
from loopsy_daemon.wire import limits
from loopsy_daemon.wire.errors import ProtocolViolation


class Receiving:
    """Holds at most a window in memory. `failed` is told once, and nothing follows it."""

    def __init__(
        self, upload: Upload, acknowledge: Callable[[int], None], failed: Callable[[TransferError], None]
    ) -> None:
        self.offset: Final = upload.offset
        self._upload = upload
        self._acknowledge = acknowledge
        self._failed = failed
        self._received = self._written = self.offset
        self._pending: list[bytes] = []
        self._working = asyncio.Lock()  # one thread at a time has the file
        self._writer: asyncio.Task[None] | None = None
        self._is_over = False

    def receive(self, offset: int, data: bytes) -> None:
        """Take a blob. Raises ProtocolViolation for a gap, a repeat, too much at once, or more than the file has."""
        if self._is_over:
            return  # it was under way when the transfer ended
        end = offset + len(data)
        if offset != self._received or end > self._upload.size_bytes:
            raise ProtocolViolation("a blob that does not belong here")
        if end - self._written > limits.BLOB_WINDOW_BYTES:
            raise ProtocolViolation("more of a file than the window allows")
        self._received = end
        self._pending.append(data)
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write())

    async def finish(self, sha256: bytes) -> Path:
        """Return the whole file under its name; whatever comes of it, the transfer is over. Raises TransferError."""
        async with self._working:
            try:
                await self._write_pending()
                if self._is_over:
                    raise UnknownTransfer("This transfer has ended.", "Send the file again.")
                if self._written != self._upload.size_bytes:
                    raise FileChanged("Some of the file is missing.", "Send it again.")
                return await asyncio.to_thread(self._upload.finish, sha256)
            finally:
                self._is_over = True
                await asyncio.to_thread(self._upload.close)

    async def cancel(self) -> None:
        """Remove what has arrived."""
        self._is_over = True
        async with self._working:
            await asyncio.to_thread(self._upload.discard)

    async def release(self) -> None:
        """Keep what has arrived, so that another connection can go on."""
        self._is_over = True
        async with self._working:
            await asyncio.to_thread(self._upload.close)

    async def _write(self) -> None:
        try:
            async with self._working:
                await self._write_pending()
        except TransferError as error:
            self._is_over = True
            await self.release()
            self._failed(error)
        finally:
            self._writer = None

    async def _write_pending(self) -> None:
        while self._pending and not self._is_over:
            pieces, self._pending = self._pending, []
            await asyncio.to_thread(self._upload.write, self._written, pieces)
            self._written += sum(map(len, pieces))
            if not self._is_over:
                self._acknowledge(self._written)
