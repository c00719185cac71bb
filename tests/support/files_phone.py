"""A simulated phone that sends and fetches files as the app does, over as many connections as it takes."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from websockets.exceptions import ConnectionClosed

from loopsy_daemon.wire import frames, messages
from loopsy_daemon.wire.blob_window import BlobWindow
from tests.support.machine import LinkClosed, Machine
from tests.support.phone import Phone


class FilesPhone(Phone):
    """One connection; `transfers` are told what is said about each."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]  # as a phone is made
        self.blobs: dict[int, list[frames.Blob]] = {}
        self.windows: dict[int, BlobWindow] = {}
        self.finished: dict[int, bytes] = {}
        self.failed: dict[int, messages.TransferFailed] = {}

    def _take(self, message: frames.Control | frames.StreamMessage) -> None:
        if isinstance(message, frames.Blob):
            self.blobs.setdefault(message.transfer, []).append(message)
        else:
            super()._take(message)

    def _control(self, message: messages.DaemonMessage) -> None:
        match message:
            case messages.TransferAck(transfer=transfer, offset=offset):
                if window := self.windows.get(transfer):
                    window.acknowledge(offset, asyncio.get_running_loop().time())
            case messages.TransferFailed(transfer=transfer):
                self.failed[transfer] = message
            case messages.DownloadFinished(transfer=transfer, sha256=sha256):
                self.finished[transfer] = sha256
            case _:
                super()._control(message)

    def _give_up_waiting(self, lost: LinkClosed) -> None:
        self.closed = self.closed or lost  # a daemon that went has forgotten this connection's transfers
        super()._give_up_waiting(lost)

    async def send_file(
        self, session: str, key: bytes, name: str, data: bytes, progress: Callable[[int], Awaitable[None]] | None = None
    ) -> messages.Uploaded:
        """Send a file, or the rest of it; `progress` is awaited with what the daemon has. Raises LinkClosed."""
        started = await self.request(
            lambda request_id: messages.UploadStart(id=request_id, session=session, key=key, name=name, size=len(data))
        )
        assert isinstance(started, messages.UploadStarted), started
        window = self.windows[started.transfer] = BlobWindow(started.offset, started.window)
        while window.acknowledged < len(data):
            while window.sent < len(data) and (window.message_bytes <= window.room_bytes):
                offset = window.sent
                piece = data[offset : offset + window.message_bytes]
                window.record_sent(len(piece), asyncio.get_running_loop().time())
                await self.send_raw(frames.encode_blob(started.transfer, offset, piece))
            acknowledged = window.acknowledged
            await self.wait_for(
                lambda acknowledged=acknowledged: window.acknowledged > acknowledged or bool(self.failed)  # type: ignore[misc]
            )
            assert not self.failed, self.failed
            if progress:
                await progress(window.acknowledged)
        done = await self.request(
            lambda request_id: messages.UploadFinish(
                id=request_id, transfer=started.transfer, sha256=hashlib.sha256(data).digest()
            )
        )
        assert isinstance(done, messages.Uploaded), done
        return done

    async def fetch_file(
        self, session: str, fetched: "Fetched", progress: Callable[[int], Awaitable[None]] | None = None
    ) -> None:
        """Fetch a file, or the rest of it, into `fetched`. Raises LinkClosed."""
        started = await self.request(
            lambda request_id: messages.DownloadStart(
                id=request_id,
                session=session,
                path=fetched.path,
                offset=len(fetched.data),
                version=fetched.version,
            )
        )
        assert isinstance(started, messages.DownloadStarted), started
        fetched.version = started.version
        transfer = started.transfer
        while transfer not in self.finished:
            await self.wait_for(
                lambda: bool(self.blobs.get(transfer)) or transfer in self.finished or bool(self.failed)
            )
            assert not self.failed, self.failed
            for blob in self.blobs.pop(transfer, []):
                assert blob.offset == len(fetched.data)
                fetched.data += blob.data
            await self.send(messages.TransferAck(transfer=transfer, offset=len(fetched.data)))
            if progress:
                await progress(len(fetched.data))
        fetched.sha256 = self.finished[transfer]


@dataclass(slots=True)
class Fetched:
    """What has arrived of a file."""

    path: str
    data: bytearray = field(default_factory=bytearray)
    version: str | None = None
    sha256: bytes = b""


async def persistently(machine: Machine, act: Callable[[FilesPhone], Awaitable[None]]) -> int:
    """Do it on one connection after another until it is done; return how many it took."""
    connections = 0
    while True:
        connections += 1
        try:
            async with FilesPhone.connected(machine) as phone:
                await act(phone)
                return connections
        except (LinkClosed, ConnectionClosed, OSError):
            await asyncio.sleep(0.05)  # as the app backs off; what is awaited is the next connection
