"""Files of a peer as this machine asks for them: list, send, fetch; what was cut goes on where it was."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, TypeVar

import msgspec

from loopsy_daemon.lan import transfer_api as api
from loopsy_daemon.lan.api import decode
from loopsy_daemon.lan.errors import PeerRefused, PeerUnreachable
from loopsy_daemon.lan.parts import open_part
from loopsy_daemon.lan.remote import SILENCE_SECONDS, Remote
from loopsy_daemon.lan.transfer_flow import Progress, Reader, Reception, content, ignore_progress, in_thread, receive
from loopsy_daemon.transfer.errors import BadPath, DiskFull, NoSuchFile, NotAFile
from loopsy_daemon.transfer.places import SourceFile, open_file, trouble

CUT_TRIES: Final = 5
PAUSE_SECONDS: Final = 1.0
BUSY_SECONDS: Final = 45.0
# The other end reads again what it has, before it answers.
_HASHED_BYTES_PER_SECOND: Final = 50e6
_WAITED_FOR: Final = frozenset({"rate_limited", "too_many_transfers"})
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Moved:
    """A file that is whole where it was to be: `path` is absolute there."""

    path: str
    size_bytes: int
    sha256: str


class RemoteFiles:
    """The files of one peer; `peer` is its node id. `begun` is told at which byte each attempt to move one begins."""

    def __init__(self, remote: Remote, peer: str, begun: Callable[[int], None] = lambda _offset: None) -> None:
        self._remote = remote
        self._peer = peer
        self._begun = begun

    async def facts(self, path: str) -> api.Facts:
        """Return what a path there is; it begins in the home directory unless it is absolute. Raises PeerError."""
        query = {"path": _said(path)}
        return await _Attempts(self._remote).run(
            lambda _: self._remote.ask("GET", "/v1/files/facts", api.Facts, query=query)
        )

    async def page(self, path: str, after: str = "", limit: int = api.MAX_PAGE_ENTRIES) -> api.Listing:
        """Return a page of a directory there; `after` is `next` of the page before. Raises PeerError."""
        query = {"path": _said(path), "after": after, "limit": str(limit)}
        page = await _Attempts(self._remote).run(
            lambda _: self._remote.ask("GET", "/v1/files", api.Listing, query=query)
        )
        if page.next is not None and page.next <= after:  # it would never end
            raise self._remote.misunderstood()
        return page

    async def entries(self, path: str, enough: int) -> list[api.Entry]:
        """Return all that is in a directory there, or no more than a page beyond `enough`. Raises PeerError."""
        entries: list[api.Entry] = []
        after = ""
        while True:
            page = await self.page(path, after)
            entries += page.entries
            if page.next is None or len(entries) > enough:
                return entries
            after = page.next

    async def make_directory(self, path: str, name: str, mode: int) -> str:
        """Make a directory in the one at a path there, unless it is there; return where it is. Raises PeerError."""
        wanted = api.MakeDirectory(path=_said(path), name=_said(name), mode=mode)
        made = await _Attempts(self._remote).run(
            lambda _: self._remote.ask("POST", "/v1/files/directory", api.MadeDirectory, wanted)
        )
        return made.path

    async def push(
        self, source: Path, destination: str, *, overwrite: bool = False, progress: Progress = ignore_progress
    ) -> Moved:
        """Send a file to a path there, or into the directory that is there. Raises PeerError, TransferError."""
        start = _said(source.name), _said(destination)
        opened = await in_thread(lambda: open_file(source.resolve()))
        try:
            wanted = api.PushStart(
                path=start[1],
                name=start[0],
                size_bytes=opened.size_bytes,
                version=opened.version,
                overwrite=overwrite,
            )
            return await _Attempts(self._remote).run(lambda tell: self._push(opened, wanted, progress, tell))
        finally:
            os.close(opened.descriptor)

    async def pull(
        self, path: str, destination: Path, *, overwrite: bool = False, progress: Progress = ignore_progress
    ) -> Moved:
        """Fetch a file to a path here, or into a directory. Raises PeerError, TransferError."""
        target = await in_thread(_target, path, destination)
        facts = await self.facts(path)
        if facts.version is None:
            kind = "a directory" if facts.type == "directory" else "not a plain file"
            raise NotAFile(f"{path!r} is {kind} on {self._remote.name}.", "Name a file.")
        return await _Attempts(self._remote).run(lambda tell: self._pull(facts, target, overwrite, progress, tell))

    async def _push(
        self, source: SourceFile, wanted: api.PushStart, progress: Progress, reached: Callable[[int], None]
    ) -> Moved:
        place = await self._remote.ask("POST", "/v1/files/push", api.PushPlace, wanted)
        if place.offset > source.size_bytes:
            raise self._remote.misunderstood()
        reached(place.offset)
        self._begun(place.offset)
        reader = Reader(source)
        await in_thread(reader.skip, place.offset)
        head = api.PushHead(
            path=place.path,
            size_bytes=source.size_bytes,
            version=source.version,
            offset=place.offset,
            mode=source.mode,
            modified_at=max(0.0, source.modified_at),
            overwrite=wanted.overwrite,
        )
        async with (
            aclosing(content(reader, progress)) as parts,
            self._remote.bulk(
                "PUT",
                api.CONTENT_PATH,
                query=_query(head),
                content=parts,
                content_bytes=source.size_bytes - place.offset + api.DIGEST_BYTES,
                patience_seconds=_patience_seconds(place.offset),
            ) as body,
        ):
            answer = await self._remote.read(body)
            pushed = self._remote.understood(lambda data: decode(data, api.Pushed), answer)
        if pushed.sha256 != reader.digest().hex():
            raise self._remote.misunderstood()
        return Moved(pushed.path, pushed.size_bytes, pushed.sha256)

    async def _pull(
        self,
        facts: api.Facts,
        target: Path,
        overwrite: bool,
        progress: Progress,
        reached: Callable[[int], None],
    ) -> Moved:
        assert facts.version is not None
        part = open_part(
            _directory(target.parent),
            target.name,
            peer=self._peer,
            version=facts.version,
            size_bytes=facts.size_bytes,
            overwrite=overwrite,
        )
        try:
            reception = Reception(part, facts.size_bytes)
            reached(reception.offset)
            self._begun(reception.offset)
            head = api.PullHead(path=facts.path, version=facts.version, offset=reception.offset)
            patience_seconds = _patience_seconds(reception.offset)
            await in_thread(reception.hash_what_is_there)
            async with self._remote.bulk(
                "GET", api.CONTENT_PATH, query=_query(head), patience_seconds=patience_seconds
            ) as body:
                digest = await receive(body, reception, progress)
            sha256 = self._remote.understood(reception.check, digest)
            await in_thread(
                part.place, target.name, overwrite=overwrite, mode=facts.mode, modified_at=facts.modified_at
            )
        except DiskFull:
            part.discard()
            raise
        finally:
            part.close()
        return Moved(str(target), facts.size_bytes, sha256)


class _Attempts:
    """Tries until it is done: what was cut goes on as long as more arrives, what is busy is waited for a while."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        # Who has answered before is waited for, too.
        self._most_bytes = -1 if remote.address is None else 0
        self._cuts = 0

    async def run(self, attempt: Callable[[Callable[[int], None]], Awaitable[R]]) -> R:
        """Return what the attempt returns that succeeds; each tells how much there was when it began."""
        busy_until = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                return await attempt(self._reached)
            except PeerUnreachable as error:
                self._cuts += 1
                if self._most_bytes < 0:
                    raise
                if self._cuts >= CUT_TRIES:
                    raise PeerUnreachable(
                        f"{self._remote.name} went away in the middle.", "the same transfer goes on from there"
                    ) from error
                self._remote.address = None  # it may have another one
            except PeerRefused as refusal:
                if refusal.code not in _WAITED_FOR or time.monotonic() > busy_until:
                    raise
            await asyncio.sleep(PAUSE_SECONDS)

    def _reached(self, size_bytes: int) -> None:
        if size_bytes > self._most_bytes:
            self._most_bytes = size_bytes
            self._cuts = 0


def _patience_seconds(offset: int) -> float:
    return SILENCE_SECONDS + offset / _HASHED_BYTES_PER_SECOND


def _query(head: api.PushHead | api.PullHead) -> dict[str, str]:
    values: dict[str, object] = msgspec.to_builtins(head)
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}


def _said(text: str) -> str:
    """Return a path or a name that can be said to a peer."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadPath(f"{text!r} is not UTF-8.", "Rename it first.") from None
    return text


def _target(path: str, destination: Path) -> Path:
    """Return where a file that is fetched will be; its name is the one that was asked for, not one that is told."""
    name = PurePosixPath(path).name
    target = destination / name if destination.is_dir() else destination
    if not name or name == ".." or not target.name:
        raise BadPath(f"{path!r} is not the path of a file.", "Name a file of that machine.")
    return target.absolute()


def _directory(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except NotADirectoryError:
        raise NoSuchFile(f"{path} is not a directory.", "Name one that is there.") from None
    except OSError as error:
        raise trouble(error, str(path)) from None
