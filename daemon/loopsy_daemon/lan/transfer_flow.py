"""A file's content on its way: read ahead and hashed at one end, hashed and written behind at the other."""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Final, ParamSpec, TypeVar

from loopsy_daemon.lan.transfer_api import DIGEST_BYTES
from loopsy_daemon.transfer.errors import BadChecksum, FileChanged, FileUnreadable
from loopsy_daemon.transfer.part_file import PartFile, trouble
from loopsy_daemon.transfer.places import SourceFile, version_of
from loopsy_daemon.wire.errors import MalformedMessage

BATCH_BYTES: Final = 2_097_152
# So often written content is brought to the disk: the last bytes then never wait for gigabytes before them.
SYNC_BYTES: Final = 64 * 1_048_576
Progress = Callable[[int, int], None]
"""Is told how many bytes of how many are there."""
P = ParamSpec("P")
R = TypeVar("R")


async def in_thread(function: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    """Run blocking work to its end, even if who waits for it is cancelled: nobody closes a file under it."""
    work = asyncio.create_task(asyncio.to_thread(function, *arguments, **named))
    try:
        return await asyncio.shield(work)
    finally:
        if not work.done():
            await asyncio.wait({work})
        work.exception()  # looked at, even if nobody awaits it any more


def ignore_progress(done_bytes: int, size_bytes: int) -> None:
    """Tell nobody."""


class Reader:
    """Reads a file from its beginning to its end, and hashes it."""

    def __init__(self, source: SourceFile) -> None:
        self.size_bytes = source.size_bytes
        self.position = 0
        self._source = source
        self._hash = hashlib.sha256()

    def skip(self, offset: int) -> None:
        """Hash what the other end has already. Raises FileChanged, FileUnreadable."""
        while self.position < offset:
            self._next(min(BATCH_BYTES, offset - self.position))

    def read(self) -> bytes:
        """Return the next part, or nothing at the end. Raises FileChanged, FileUnreadable."""
        if self.position < self.size_bytes:
            return self._next(min(BATCH_BYTES, self.size_bytes - self.position))
        if version_of(os.fstat(self._source.descriptor)) != self._source.version:
            raise _changed()
        return b""

    def digest(self) -> bytes:
        """Return the SHA-256 of what was read."""
        return self._hash.digest()

    def _next(self, count_bytes: int) -> bytes:
        try:
            data = os.pread(self._source.descriptor, count_bytes, self.position)
        except OSError as error:
            raise FileUnreadable(f"The file cannot be read: {error.strerror}.", "Check the disk it is on.") from None
        if not data:
            raise _changed()
        self._hash.update(data)
        self.position += len(data)
        return data


async def content(reader: Reader, progress: Progress = ignore_progress) -> AsyncGenerator[bytes, None]:
    """Yield what follows, then the digest of the whole. Raises FileChanged, FileUnreadable."""
    sent_bytes = reader.position
    ahead = asyncio.create_task(in_thread(reader.read))
    try:
        while data := await ahead:
            ahead = asyncio.create_task(in_thread(reader.read))
            yield data
            sent_bytes += len(data)
            progress(sent_bytes, reader.size_bytes)
        yield reader.digest()
    finally:
        await asyncio.gather(ahead, return_exceptions=True)


class Reception:
    """A file that arrives in a part, which closes or is placed with it; made with what is there already."""

    def __init__(self, part: PartFile, size_bytes: int) -> None:
        self._part = part
        self._size_bytes = size_bytes
        self._hash = hashlib.sha256()
        self._hashed_bytes = 0
        self._synced_bytes = self.offset = part.size_bytes
        """How much is there."""

    @property
    def missing_bytes(self) -> int:
        """How much is not there yet."""
        return self._size_bytes - self.offset

    def hash_what_is_there(self) -> None:
        """Read what an earlier transfer has left."""
        while self._hashed_bytes < self.offset:
            data = os.pread(self._part.descriptor, BATCH_BYTES, self._hashed_bytes)
            if not data:
                raise _changed()
            self._hash.update(data)
            self._hashed_bytes += len(data)

    def write(self, data: bytes | bytearray) -> None:
        """Append. Raises DiskFull, WriteFailed."""
        self._part.write(self.offset, memoryview(data))
        self._hash.update(data)
        self.offset += len(data)
        self._hashed_bytes = self.offset
        if self.offset - self._synced_bytes >= SYNC_BYTES:
            try:
                os.fsync(self._part.descriptor)
            except OSError as error:
                raise trouble(error) from None
            self._synced_bytes = self.offset

    def check(self, digest: bytes) -> str:
        """Return the SHA-256 in hexadecimal. Raises BadChecksum, and what has arrived is removed."""
        if self.missing_bytes or len(digest) != DIGEST_BYTES:
            raise MalformedMessage("the content is not whole")
        if self._hash.digest() != digest:
            self._part.discard()
            raise BadChecksum("What arrived is not what was sent; it was removed.", "Transfer it again.")
        return digest.hex()


async def receive(stream: AsyncIterator[bytes], reception: Reception, progress: Progress = ignore_progress) -> bytes:
    """Write what comes, and return the digest behind it. What came before a cut stays in the part.

    Raises TransferError, MalformedMessage.
    """
    batch, digest = bytearray(), bytearray()
    missing_bytes, size_bytes = reception.missing_bytes, reception.offset + reception.missing_bytes
    writing: asyncio.Task[None] | None = None
    try:
        async for data in stream:
            part = data[:missing_bytes]
            missing_bytes -= len(part)
            digest += data[len(part) :]
            if len(digest) > DIGEST_BYTES:
                raise MalformedMessage("more came than was announced")
            batch += part
            progress(size_bytes - missing_bytes, size_bytes)
            if len(batch) >= BATCH_BYTES:
                if writing:
                    await writing
                writing = asyncio.create_task(in_thread(reception.write, batch))
                batch = bytearray()
    finally:
        if writing:
            await writing
        if batch:
            await in_thread(reception.write, batch)
    return bytes(digest)


def _changed() -> FileChanged:
    return FileChanged("The file was changed while it was transferred.", "Transfer it again.")
