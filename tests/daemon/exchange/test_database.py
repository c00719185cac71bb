import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from loopsy_daemon.exchange.database import Database
from loopsy_daemon.exchange.errors import StoreFailed


@asynccontextmanager
async def database(path: Path) -> AsyncIterator[Database]:
    opened = Database(path)
    try:
        yield opened
    finally:
        await opened.close()


def count(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("SELECT last FROM counter").fetchone()["last"]
    return found


def add(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE counter SET last = last + 1")


async def test_what_fails_in_the_middle_has_changed_nothing_and_the_rest_is_kept(tmp_path: Path) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        add(connection)
        raise KeyError("a defect")

    path = tmp_path / "exchange" / "exchange.db"
    async with database(path) as opened:
        await opened.run(add)
        with pytest.raises(KeyError):
            await opened.run(fail)
        assert await opened.run(count) == 1
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        assert modes == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    async with database(path) as opened:
        assert await opened.run(count) == 1


async def test_work_of_many_is_done_one_by_one(tmp_path: Path) -> None:
    async with database(tmp_path / "exchange" / "exchange.db") as opened:
        await asyncio.gather(*(opened.run(add) for _ in range(20)))
        assert await opened.run(count) == 20


def overwritten(path: Path) -> None:
    path.write_bytes(b"no database" * 1_000)


def without_a_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE counter")
        connection.commit()


def with_pages_of_noise(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4_096:] = b"\xa5" * (len(data) - 4_096)
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [overwritten, without_a_table, with_pages_of_noise])
async def test_a_damaged_file_is_said_to_be_damaged_and_a_whole_one_in_its_place_is_used(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = tmp_path / "exchange" / "exchange.db"
    async with database(path) as opened:
        await opened.run(add)
    damage(path)
    async with database(path) as opened:
        with pytest.raises(StoreFailed, match="is damaged") as failed:
            await opened.run(count)
        assert failed.value.hint
        assert f"mv {path.parent} " in failed.value.hint
        path.parent.rename(tmp_path / "old")  # the next step, without a restart
        assert await opened.run(count) == 0


async def test_a_file_of_a_newer_version_and_one_that_cannot_be_opened_are_told_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "exchange" / "exchange.db"
    async with database(path) as opened:
        await opened.run(add)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    async with database(path) as opened:
        with pytest.raises(StoreFailed, match="newer version"):
            await opened.run(count)
    path.rename(path.with_name("other.db"))
    path.symlink_to("other.db")
    async with database(path) as opened:
        with pytest.raises(StoreFailed, match="cannot be opened"):
            await opened.run(count)


async def test_a_full_disk_is_told(tmp_path: Path) -> None:
    async with database(tmp_path / "exchange" / "exchange.db") as opened:

        def limit(connection: sqlite3.Connection) -> None:
            connection.execute("PRAGMA max_page_count = 40")

        def fill(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE counter SET last = 7")
            connection.execute("CREATE TABLE big AS SELECT randomblob(1000000)")

        await opened.run(limit)
        with pytest.raises(StoreFailed, match="disk is full"):
            await opened.run(fill)
        assert await opened.run(count) == 0
