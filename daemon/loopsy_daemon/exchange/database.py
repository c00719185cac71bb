"""The SQLite file of the exchange: opened at the first use, used by a thread of its own, one transaction at a time."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from loopsy_daemon import files
from loopsy_daemon.exchange.errors import StoreFailed
from loopsy_daemon.exchange.schema import migrate

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
# Nobody else writes; somebody with a shell of SQLite may look.
_BUSY_SECONDS: Final = 5.0
# A table that is not there is damage, too: this program makes all of them.
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
# Errors of this program, not of the file.
_DEFECTS: Final = {sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE}


class Database:
    """Runs work on the file; what one piece of work changes is there as a whole, and on the disk, or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="exchange")
        self._connection: sqlite3.Connection | None = None
        self._is_closed = False

    async def run(self, work: Work[T]) -> T:
        """Do the work in a transaction and return its result. Raises what it raises, and StoreFailed."""
        if self._is_closed:
            raise StoreFailed("The daemon is ending.", "loopsy start")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work)

    async def close(self) -> None:
        """Close the file; what is under way comes to its end first."""
        self._is_closed = True
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _run(self, work: Work[T]) -> T:
        try:
            connection = self._connection or self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.DatabaseError as error:
            self._close()  # the next use opens the file that is there then
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE) & 0xFF in _DEFECTS:
                raise
            raise self._failed(error) from error
        return result

    def _open(self) -> sqlite3.Connection:
        try:
            files.private_directory(self._path.parent)
            # SQLite gives its files beside it the same mode.
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            os.close(os.open(self._path, flags, files.PRIVATE_FILE_MODE))
            self._path.chmod(files.PRIVATE_FILE_MODE)
        except OSError as error:
            raise StoreFailed(
                f"{self._path} cannot be opened: {error.strerror}.", f"ls -ld {self._path.parent} {self._path}"
            ) from error
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            # Each commit reaches the disk: what was confirmed to another machine outlives a power cut.
            connection.execute("PRAGMA synchronous = FULL")
            migrate(connection, str(self._path))
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            connection.close()

    def _failed(self, error: sqlite3.DatabaseError) -> StoreFailed:
        reason, directory = error.sqlite_errorcode & 0xFF, self._path.parent
        if reason in _DAMAGED:
            return StoreFailed(
                f"{self._path} is damaged: {error}.",
                f"restore it, or begin with an empty one: mv {directory} {directory}.old",
            )
        if reason == sqlite3.SQLITE_FULL:
            return StoreFailed(f"{self._path} cannot grow: the disk is full.", f"make room for it: df {directory}")
        return StoreFailed(f"{self._path} cannot be used: {error}.", f"ls -l {directory}; df {directory}")
