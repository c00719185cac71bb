"""The files of one client: uploads and downloads under way, what is said about each finds its transfer."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.service.server import SessionServer
from loopsy_daemon.service.unbounded_sending import Transport
from loopsy_daemon.sessions.errors import SessionError
from loopsy_daemon.sessions.session import Session
from loopsy_daemon.sessions.working_directory import working_directory
from loopsy_daemon.transfer.downloads import DownloadWish, open_download
from loopsy_daemon.transfer.errors import TooManyTransfers, TransferError, UnknownTransfer
from loopsy_daemon.transfer.quoting import typed_path
from loopsy_daemon.transfer.receiving import Receiving
from loopsy_daemon.transfer.sending import Sending
from loopsy_daemon.transfer.upload_store import UploadWish
from loopsy_daemon.wire import frames, limits, messages
from loopsy_daemon.wire.errors import ProtocolViolation

MAX_REQUESTS_UNDER_WAY: Final = 64
_log = logging.getLogger(__name__)


class ClientTransfers:
    """Numbers them from 1; a number is not used again on this connection."""

    def __init__(
        self, server: SessionServer, transport: Transport, who: str, send: Callable[[messages.Message], None]
    ) -> None:
        self._server = server
        self._depot = server.depot
        self._transport = transport
        self._who = who
        self._send = send
        self._uploads: dict[int, tuple[UploadWish, Receiving]] = {}
        self._downloads: dict[int, Sending] = {}
        self._last_transfer = 0
        self._preparing = 0
        self._is_over = False
        self._tasks: set[asyncio.Task[None]] = set()

    def request(self, message: messages.TransferRequest) -> None:
        """Do what is asked and answer it, to the end even if the client goes. Raises ProtocolViolation."""
        if len(self._tasks) >= MAX_REQUESTS_UNDER_WAY:
            raise ProtocolViolation("too many requests at once")
        self._keep(self._answer(message))

    async def _answer(self, message: messages.TransferRequest) -> None:
        try:
            match message:
                case messages.UploadStart():
                    await self._start_upload(message)
                case messages.UploadFinish():
                    await self._finish(message)
                case messages.DownloadStart():
                    await self._start_download(message)
                case messages.TransferCancel():
                    await self._cancel(message)
        except (LoopsyError, SessionError) as error:
            code: str = getattr(error, "code", "failed")
            self._send(messages.Error(id=message.id, code=code, message=error.message, hint=error.hint))
        except Exception:  # noqa: BLE001 - a defect in one request must not leave the person waiting
            _log.exception("request %s failed", type(message).__name__)
            self._send(messages.Error(id=message.id, code="internal", message="The daemon failed to do this."))

    def _keep(self, doing: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def receive(self, blob: frames.Blob) -> None:
        """Take bytes of an upload. Raises ProtocolViolation."""
        self._require_known(blob.transfer)
        if blob.transfer in self._downloads:
            raise ProtocolViolation("a client sends no blobs of a download")
        if upload := self._uploads.get(blob.transfer):
            upload[1].receive(blob.offset, blob.data)

    def acknowledge(self, ack: messages.TransferAck) -> None:
        """The client has more of a download. Raises ProtocolViolation."""
        self._require_known(ack.transfer)
        if download := self._downloads.get(ack.transfer):
            download.acknowledge(ack.offset)

    def end(self) -> None:
        """The connection is gone: downloads end, what was uploaded stays for the next one."""
        self._is_over = True
        for sending in self._downloads.values():
            sending.stop()
        for wish, receiving in self._uploads.values():
            self._depot.uploads.let_go(wish, receiving)
        self._uploads.clear()

    async def _start_upload(self, request: messages.UploadStart) -> None:
        session = self._server.registry.get(request.session)
        wish = UploadWish(session.id, self._who, request.key, request.name, request.size)
        number = self._next_number()

        def acknowledge(offset: int) -> None:
            self._send(messages.TransferAck(transfer=number, offset=offset))

        def failed(error: TransferError) -> None:
            self._forget_upload(number)
            self._tell_failure(number, error)

        with self._starting():
            receiving = await self._depot.uploads.begin(wish, acknowledge, failed)
        if self._is_over:
            self._depot.uploads.let_go(wish, receiving)
            return
        self._uploads[number] = (wish, receiving)
        offset = receiving.offset
        started = messages.UploadStarted(id=request.id, transfer=number, offset=offset, window=limits.BLOB_WINDOW_BYTES)
        self._send(started)

    async def _finish(self, request: messages.UploadFinish) -> None:
        upload = self._uploads.get(request.transfer)
        if upload is None:
            raise _ended()
        wish, receiving = upload
        try:
            path = await receiving.finish(request.sha256)
        finally:
            self._forget_upload(request.transfer)
        session = self._server.registry.get(wish.session)
        self._tell("file.received", session, path, wish.size_bytes)
        typed = typed_path(str(path), session.info().agent)
        self._send(messages.Uploaded(id=request.id, path=str(path), typed=typed))

    async def _start_download(self, request: messages.DownloadStart) -> None:
        session = self._server.registry.get(request.session)
        with self._starting():
            wish = DownloadWish(request.path, working_directory(session), request.offset, request.version)
            path, source = await asyncio.to_thread(open_download, self._depot.rules, wish)
        if self._is_over:
            source.close()
            return
        number = self._next_number()
        started = messages.DownloadStarted(
            id=request.id,
            transfer=number,
            name=_sendable(path.name),
            size=source.size_bytes,
            version=source.version,
            offset=request.offset,
        )
        self._send(started)

        def send_blob(offset: int, data: bytes) -> None:
            self._transport.send(frames.encode_blob(number, offset, data))

        sending = self._downloads[number] = Sending(source, request.offset, send_blob, self._transport.turns)
        self._keep(self._run(number, sending, session, path))

    async def _run(self, number: int, sending: Sending, session: Session, path: Path) -> None:
        try:
            checksum = await sending.run()
            if checksum is not None:
                self._send(messages.DownloadFinished(transfer=number, sha256=checksum))
                self._tell("file.sent", session, path, sending.size_bytes)
        except TransferError as error:
            self._tell_failure(number, error)
        finally:
            self._downloads.pop(number, None)

    async def _cancel(self, request: messages.TransferCancel) -> None:
        number = request.transfer
        if download := self._downloads.pop(number, None):
            download.stop()
        elif upload := self._uploads.get(number):
            self._forget_upload(number)
            await upload[1].cancel()
        else:
            raise _ended()
        self._send(messages.Ok(id=request.id))

    def _forget_upload(self, number: int) -> None:
        if upload := self._uploads.pop(number, None):
            self._depot.uploads.ended(*upload)

    @contextmanager
    def _starting(self) -> Iterator[None]:
        """Count a transfer that is being prepared. Raises TooManyTransfers."""
        if len(self._uploads) + len(self._downloads) + self._preparing >= limits.MAX_TRANSFERS_PER_CONNECTION:
            most = limits.MAX_TRANSFERS_PER_CONNECTION
            raise TooManyTransfers(f"There are at most {most} transfers at once.", "Wait for one to end.")
        self._preparing += 1
        try:
            yield
        finally:
            self._preparing -= 1

    def _next_number(self) -> int:
        self._last_transfer += 1
        return self._last_transfer

    def _require_known(self, number: int) -> None:
        if not 1 <= number <= self._last_transfer:
            raise ProtocolViolation("an unknown transfer")

    def _tell(self, event: str, session: Session, path: Path, size_bytes: int) -> None:
        self._server.events.happened(
            event, {"session": session.id, "file": _sendable(path.name), "bytes": size_bytes, "by": self._who}
        )

    def _tell_failure(self, number: int, error: TransferError) -> None:
        _log.info("client %s: transfer %d: %s", self._who, number, error.code)
        self._send(messages.TransferFailed(transfer=number, code=error.code, message=error.message, hint=error.hint))


def _ended() -> TransferError:
    return UnknownTransfer("This transfer has ended.", "Begin it again.")


def _sendable(name: str) -> str:
    """Return the name as UTF-8 can carry it."""
    return name.encode(errors="replace").decode()
