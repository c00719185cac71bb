"""A phone's client over a real registry that sends and fetches files."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from loopsy_daemon.wire import frames, limits, messages
from tests.support.served_client import Rig, Wire

T = TypeVar("T", bound=messages.Message)
KEY = bytes(range(16))


class FilesRig(Rig):
    """A phone's client with one session, and what is asked of it about files."""

    session: str

    async def open(self) -> None:
        self.hello()
        (opened,) = self.say(messages.Open(id=1, agent="shell", cols=80, rows=24))
        assert isinstance(opened, messages.Opened)
        self.session = opened.session.id

    @property
    def directory(self) -> Path:
        return self.server.depot.uploads.directory(self.session)

    async def reconnect(self) -> None:
        """Lose the connection, and come back on another one."""
        self.client.disconnected()
        self.wire = Wire()
        self.client = self.phone(self.wire)
        self.hello()

    async def heard(self, kind: type[T]) -> T:
        """Wait for a message of this type."""
        async with asyncio.timeout(15):
            while True:
                for raw in self.wire.sent:
                    decoded = frames.decode_message(raw)
                    if isinstance(decoded, frames.Control):
                        message = messages.decode_daemon_message(decoded.body)
                        if isinstance(message, kind):
                            self.wire.sent.remove(raw)
                            return message
                        assert not isinstance(message, messages.Error | messages.TransferFailed), message
                await asyncio.sleep(0)

    def tell(self, message: messages.Message) -> None:
        self.client.receive(frames.encode_control(messages.encode(message)))

    async def start(self, size: int, name: str = "a.bin", key: bytes = KEY) -> messages.UploadStarted:
        self.tell(messages.UploadStart(id=2, session=self.session, key=key, name=name, size=size))
        return await self.heard(messages.UploadStarted)

    def blob(self, transfer: int, offset: int, data: bytes) -> None:
        self.client.receive(frames.encode_blob(transfer, offset, data))

    async def acknowledged(self, offset: int) -> None:
        while (await self.heard(messages.TransferAck)).offset < offset:
            pass

    def finish(self, transfer: int, data: bytes) -> None:
        self.tell(messages.UploadFinish(id=3, transfer=transfer, sha256=hashlib.sha256(data).digest()))

    async def upload(self, data: bytes, name: str, key: bytes = KEY) -> messages.Uploaded:
        """Send a whole file in pieces, each once the one before it was acknowledged."""
        started = await self.start(len(data), name, key)
        for offset in range(started.offset, len(data), limits.MAX_BLOB_BYTES):
            piece = data[offset : offset + limits.MAX_BLOB_BYTES]
            self.blob(started.transfer, offset, piece)
            await self.acknowledged(offset + len(piece))
        self.finish(started.transfer, data)
        return await self.heard(messages.Uploaded)

    async def download(self, path: str, offset: int = 0, version: str | None = None) -> messages.DownloadStarted:
        self.tell(messages.DownloadStart(id=4, session=self.session, path=path, offset=offset, version=version))
        return await self.heard(messages.DownloadStarted)

    async def blobs(self, started: messages.DownloadStarted, until: int) -> bytes:
        """Take and acknowledge blobs up to an offset."""
        found = b""
        async with asyncio.timeout(15):
            while started.offset + len(found) < until:
                for raw in list(self.wire.sent):
                    blob = frames.decode_message(raw)
                    if isinstance(blob, frames.Blob):
                        self.wire.sent.remove(raw)
                        assert (blob.transfer, blob.offset) == (started.transfer, started.offset + len(found))
                        found += blob.data
                        self.tell(messages.TransferAck(transfer=blob.transfer, offset=blob.offset + len(blob.data)))
                await asyncio.sleep(0)
        return found

    async def refused(self) -> str:
        """Wait for a refusal, acknowledging what comes meanwhile; return its code."""
        async with asyncio.timeout(15):
            while True:
                for blob in map(frames.decode_message, list(self.wire.sent)):
                    if isinstance(blob, frames.Blob):
                        self.tell(messages.TransferAck(transfer=blob.transfer, offset=blob.offset + len(blob.data)))
                for answer in self.wire.answers():
                    if isinstance(answer, messages.Error | messages.TransferFailed):
                        assert answer.hint
                        return answer.code
                await asyncio.sleep(0)


@asynccontextmanager
async def files_of(home: Path) -> AsyncIterator[FilesRig]:
    """Give a rig with one session."""
    files = FilesRig(home)
    await files.open()
    try:
        yield files
    finally:
        files.close()
        await files.server.depot.uploads.close()
