"""Uploads on the disk: one directory for each session, parts that wait to be completed, what was completed lately."""

import hashlib
import hmac
import logging
import os
import shutil
from collections.abc import Container
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from loopsy_daemon import files
from loopsy_daemon.transfer import part_file
from loopsy_daemon.transfer.errors import BadChecksum, FileExists, TooLarge, TooManyTransfers, WriteFailed
from loopsy_daemon.transfer.names import numbered_name, safe_name
from loopsy_daemon.transfer.part_file import PartFile
from loopsy_daemon.transfer.places import open_directory
from loopsy_daemon.wire import limits

_HASHED_AT_ONCE_BYTES: Final = 1_048_576
_DONE: Final = ".done"
_MOST_NUMBERS: Final = 10_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UploadWish:
    """What a client wants to send; `owner` is the phone, `key` its own name for this file."""

    session: str
    owner: str
    key: bytes
    name: str
    size_bytes: int

    @property
    def part_key(self) -> str:
        """The name of its part: nobody but this phone can name the same one."""
        return f"{_owner_mark(self.owner)}-{hashlib.sha256(self.key).hexdigest()[:32]}"


class Upload:
    """One file that arrives. Everything here blocks: it belongs in a thread."""

    def __init__(self, directory: Path, wish: UploadWish, part: PartFile | None, finished: Path | None) -> None:
        self.size_bytes = wish.size_bytes
        self._directory = directory
        self._wish = wish
        self._part = part
        self._finished = finished

    @property
    def offset(self) -> int:
        """Where to go on."""
        return self.size_bytes if self._part is None else self._part.size_bytes

    def write(self, offset: int, pieces: list[bytes]) -> None:
        """Write contiguous pieces. Raises TransferError."""
        if self._part is not None:
            for piece in pieces:
                self._part.write(offset, piece)
                offset += len(piece)

    def finish(self, sha256: bytes) -> Path:
        """Check the file and give it its name; doing that twice is harmless. Raises TransferError."""
        if self._finished is not None:
            return self._finished
        if self._part is None:
            raise WriteFailed("This transfer has ended.", "Send the file again.")
        if self._part.size_bytes != self.size_bytes or not hmac.compare_digest(_sha256_of(self._part), sha256):
            self.discard()
            raise BadChecksum("The file did not arrive as it was sent.", "Send it again.")
        name = self._place(self._part)
        self._part = None
        self._finished = self._directory / name
        files.write_atomically(_done_marker(self._directory, self._wish), name.encode())
        return self._finished

    def _place(self, part: PartFile) -> str:
        wanted = safe_name(self._wish.name)
        for number in count(1):
            name = numbered_name(wanted, number)
            try:
                part.place(name)
            except FileExists:
                if number >= _MOST_NUMBERS:
                    raise
            else:
                return name
        raise AssertionError("unreachable")

    def discard(self) -> None:
        """Remove what has arrived, unless it is complete."""
        if self._part is not None:
            self._part.discard()
            self._part = None

    def close(self) -> None:
        """Keep what has arrived for later."""
        if self._part is not None:
            self._part.close()
            self._part = None


class UploadStore:
    """The uploads of one home, below `root`. Everything here blocks."""

    def __init__(self, root: Path, max_bytes: int) -> None:
        self._root = root
        self._max_bytes = max_bytes

    def directory(self, session: str) -> Path:
        """Where the files of a session are."""
        return self._root / session

    def begin(self, wish: UploadWish) -> Upload:
        """Begin an upload, or go on with it. Raises TransferError, UnsafeFile."""
        if wish.size_bytes > self._max_bytes:
            raise TooLarge(
                f"The file is larger than {self._max_bytes:,} bytes.",
                "To allow more, raise `transfer: max_bytes:` in config.yaml of that machine, then: loopsy restart",
            )
        try:
            files.private_directory(self._root)
            directory = files.private_directory(self.directory(wish.session))
            finished = _finished(directory, wish)
        except OSError as error:
            raise part_file.trouble(error) from None
        if finished is not None:
            return Upload(directory, wish, None, finished)
        _require_few_parts(directory, wish)
        part = PartFile.open(open_directory(directory.resolve()), wish.part_key)
        try:
            if part.size_bytes > wish.size_bytes:  # another file than the one that was begun
                part.truncate(0)
            part.require_room(wish.size_bytes - part.size_bytes)
        except BaseException:
            if part.size_bytes:
                part.close()
            else:
                part.discard()
            raise
        return Upload(directory, wish, part, None)

    def forget(self, session: str) -> None:
        """Remove the files of a session that is forgotten."""
        shutil.rmtree(self.directory(session), ignore_errors=True)

    def sweep(self, sessions: Container[str], now: float) -> None:
        """Remove what nobody completed, and what belongs to no session any more, once it is a day old."""
        oldest = now - limits.UNFINISHED_UPLOAD_SECONDS
        try:
            directories = [entry for entry in os.scandir(self._root) if entry.is_dir(follow_symlinks=False)]
            for directory in directories:
                if directory.name not in sessions and directory.stat(follow_symlinks=False).st_mtime < oldest:
                    shutil.rmtree(directory.path, ignore_errors=True)
                    continue
                for entry in os.scandir(directory.path):
                    ours = entry.name.startswith(".") and entry.name.endswith((part_file.SUFFIX, _DONE))
                    if ours and entry.stat(follow_symlinks=False).st_mtime < oldest:
                        Path(entry.path).unlink(missing_ok=True)
        except FileNotFoundError:
            return  # nothing was ever uploaded, or a session was forgotten meanwhile
        except OSError as error:
            _log.warning("old uploads cannot be removed: %s", error)


def _owner_mark(owner: str) -> str:
    return hashlib.sha256(owner.encode()).hexdigest()[:16]


def _done_marker(directory: Path, wish: UploadWish) -> Path:
    return directory / f".{wish.part_key}{_DONE}"


def _finished(directory: Path, wish: UploadWish) -> Path | None:
    """Return the file if this upload was completed already: the client did not get the answer."""
    marker = files.read_private(_done_marker(directory, wish))
    if marker is None:
        return None
    path = directory / safe_name(marker.decode(errors="replace"))
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return path if found.st_size == wish.size_bytes else None


def _require_few_parts(directory: Path, wish: UploadWish) -> None:
    mine = part_file.part_name_of(wish.part_key)
    others = [path for path in directory.glob(f".{_owner_mark(wish.owner)}-*{part_file.SUFFIX}") if path.name != mine]
    if len(others) >= limits.MAX_UNFINISHED_UPLOADS:
        raise TooManyTransfers(
            f"{len(others)} uploads to this session are unfinished.", "Finish or cancel them; they go after a day."
        )


def _sha256_of(part: PartFile) -> bytes:
    digest = hashlib.sha256()
    offset = 0
    while data := os.pread(part.descriptor, _HASHED_AT_ONCE_BYTES, offset):
        digest.update(data)
        offset += len(data)
    return digest.digest()
