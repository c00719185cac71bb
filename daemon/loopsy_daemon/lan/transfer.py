"""The routes that carry files: what a peer sends is received into a part, what it fetches is read for it."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from loopsy_daemon.lan import transfer_api as api
from loopsy_daemon.lan.admission import answer, permitted, read_body
from loopsy_daemon.lan.api import MAX_BODY_BYTES, decode
from loopsy_daemon.lan.application import Handler
from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.lan.parts import open_part
from loopsy_daemon.lan.transfer_flow import Reader, Reception, content, in_thread, receive
from loopsy_daemon.transfer.errors import (
    BadPath,
    DiskFull,
    FileChanged,
    NoSuchFile,
    TooLarge,
    TooManyTransfers,
    TransferError,
    WriteFailed,
)
from loopsy_daemon.transfer.names import is_name
from loopsy_daemon.transfer.part_file import PartFile
from loopsy_daemon.transfer.places import SourceFile, open_directory, open_file
from loopsy_daemon.transfer.rules import Rules

MAX_TRANSFERS: Final = 8
STALL_SECONDS: Final = 60.0
# Who is in the middle of sending may not read our refusal, and asks again.
_REMEMBERED_SECONDS: Final = 10.0
_log = logging.getLogger(__name__)


class Transfers:
    """Files from and for peers, within the rules."""

    def __init__(self, rules: Rules, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._clock = clock
        self._running = 0
        self._failures: dict[tuple[str, Path], tuple[float, TransferError]] = {}

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """Return what peers may ask."""
        return (
            ("POST", "/v1/files/push", self._start),
            ("PUT", api.CONTENT_PATH, self._push),
            ("GET", api.CONTENT_PATH, self._pull),
        )

    async def _start(self, request: Request) -> Response:
        peer = permitted(request, "transfer")
        wanted = decode(await read_body(request, MAX_BODY_BYTES), api.PushStart)
        request.state.file = wanted.path
        target = await in_thread(self._target, wanted.path, wanted.name)
        request.state.file = str(target)
        self._raise_last_failure(peer.node_id, target)
        part = await in_thread(self._part, peer.node_id, target, wanted)
        offset = part.size_bytes
        part.close()
        return answer(api.PushPlace(path=str(target), offset=offset))

    async def _push(self, request: Request) -> Response:
        peer = permitted(request, "transfer")
        head = api.query(request, api.PushHead)
        request.state.file = head.path
        self._take_slot()
        try:
            target = await in_thread(self._rules.path, head.path, self._rules.home)
            part = await in_thread(self._part, peer.node_id, target, head)
            try:
                sha256 = await self._received(request, part, head, target.name)
            except (DiskFull, WriteFailed) as failure:
                self._failures[peer.node_id, target] = (self._clock(), failure)
                if isinstance(failure, DiskFull):
                    part.discard()
                raise
            finally:
                part.close()
        finally:
            self._running -= 1
        return answer(api.Pushed(path=str(target), size_bytes=head.size_bytes, sha256=sha256))

    async def _received(self, request: Request, part: PartFile, head: api.PushHead, name: str) -> str:
        reception = Reception(part, head.size_bytes)
        if reception.offset != head.offset:
            raise FileChanged("Another transfer has gone on with this file.", "Transfer it again.")
        await in_thread(reception.hash_what_is_there)
        digest = await receive(request.stream(), reception)
        sha256 = reception.check(digest)
        await in_thread(part.place, name, overwrite=head.overwrite, mode=head.mode, modified_at=head.modified_at)
        return sha256

    async def _pull(self, request: Request) -> Response:
        permitted(request, "transfer")
        head = api.query(request, api.PullHead)
        request.state.file = head.path
        if request.method != "GET":
            raise PeerRefused("bad_request", "That is no such request.")
        self._take_slot()
        try:
            source = await in_thread(self._source, head)
        except BaseException:
            self._running -= 1
            raise
        return _Content(source, head.offset, self._release_slot)

    def _target(self, text: str, name: str) -> Path:
        """Return where a file is to be: the path, or the name in the directory that is there."""
        if not is_name(name):
            raise BadPath("That is not the name of a file.", "Name the file at the destination.")
        target = self._rules.path(text, self._rules.home)
        if target.is_dir():
            target = self._rules.path(str(target / name), self._rules.home)
        elif text.endswith("/"):
            raise NoSuchFile(f"There is no directory {text!r}.", "Name one that is there.")
        try:
            str(target).encode()
        except UnicodeEncodeError:
            raise BadPath("That path is not UTF-8.", "Name another destination.") from None
        return target

    def _part(self, peer: str, target: Path, wanted: api.PushStart | api.PushHead) -> PartFile:
        if wanted.size_bytes > self._rules.max_bytes:
            raise _too_large(self._rules.max_bytes)
        return open_part(
            open_directory(target.parent),
            target.name,
            peer=peer,
            version=wanted.version,
            size_bytes=wanted.size_bytes,
            overwrite=wanted.overwrite,
        )

    def _source(self, head: api.PullHead) -> SourceFile:
        source = open_file(self._rules.path(head.path, self._rules.home))
        try:
            if source.size_bytes > self._rules.max_bytes:
                raise _too_large(self._rules.max_bytes)
            if source.version != head.version or head.offset > source.size_bytes:
                raise FileChanged("The file has changed since.", "Transfer it again.")
        except TransferError:
            os.close(source.descriptor)
            raise
        return source

    def _raise_last_failure(self, peer: str, target: Path) -> None:
        oldest = self._clock() - _REMEMBERED_SECONDS
        self._failures = {key: failure for key, failure in self._failures.items() if failure[0] >= oldest}
        failed = self._failures.pop((peer, target), None)
        if failed:
            raise failed[1]

    def _take_slot(self) -> None:
        if self._running >= MAX_TRANSFERS:
            raise TooManyTransfers(f"{MAX_TRANSFERS} transfers run there already.", "Wait for one to end.")
        self._running += 1

    def _release_slot(self) -> None:
        self._running -= 1


class _Content(Response):
    """A file as the body of an answer; it breaks off if the file changes, or if nobody reads it."""

    def __init__(self, source: SourceFile, offset: int, ended: Callable[[], None]) -> None:
        super().__init__(None, 200, {"cache-control": "no-store"}, "application/octet-stream")
        self.headers["content-length"] = str(source.size_bytes - offset + api.DIGEST_BYTES)
        self._source = source
        self._offset = offset
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        leaving = asyncio.create_task(_gone(receive))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            reader = Reader(self._source)
            await in_thread(reader.skip, self._offset)
            async with aclosing(content(reader)) as parts:
                async for data in parts:
                    async with asyncio.timeout(STALL_SECONDS):
                        await send({"type": "http.response.body", "body": data, "more_body": True})
                    if leaving.done():
                        return
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (TransferError, TimeoutError) as error:  # the server closes what is not whole
            _log.warning("a file was not sent to its end: %s", error)
        finally:
            leaving.cancel()
            os.close(self._source.descriptor)
            self._ended()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _too_large(most_bytes: int) -> TooLarge:
    return TooLarge(
        f"A file has at most {most_bytes} bytes.", "Raise `transfer: max_bytes:` in config.yaml of that machine."
    )
