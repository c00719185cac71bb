"""Transfers that break off: they go on where they were, never mix two files, and leave nothing half."""

import asyncio
import os
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from loopsy_daemon.lan import parts, remote_files
from loopsy_daemon.lan.errors import PeerRefused, PeerUnreachable
from loopsy_daemon.lan.remote_files import RemoteFiles
from loopsy_daemon.lan.transfer_flow import BATCH_BYTES, Progress, ignore_progress
from loopsy_daemon.transfer.errors import BadChecksum, DiskFull, FileChanged
from tests.daemon.lan.file_pair import CONTENT, FilePair, file_pair, names_in, written

OTHER = CONTENT[::-1]
NEVER = 1 << 40
BEFORE_CONTENT = [NEVER, NEVER]  # connections: does somebody answer, and may we; content has its own
DEADLINE_SECONDS = 30.0


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[FilePair]:
    async with file_pair(tmp_path) as pair:
        yield pair


async def part_in(directory: Path) -> Path:
    """Return the one part in a directory, once nobody writes it any more."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            for path in directory.glob(".lan-*.part"):
                size_bytes = path.stat().st_size
                await asyncio.sleep(0.1)
                if size_bytes >= 1_000_000 and path.stat().st_size == size_bytes:
                    return path
            await asyncio.sleep(0.02)


async def cut(pair: FilePair, direction: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Send or fetch `data`, and lose the connection in the middle; return the part that is left."""
    async with pair.through_a_proxy() as (files, proxy):
        proxy.cuts = [*BEFORE_CONTENT, 2_000_000]
        with monkeypatch.context() as patch:
            patch.setattr(remote_files, "CUT_TRIES", 1)
            with pytest.raises(PeerUnreachable):
                await move(pair, files, direction)
    assert "data" not in names_in(arriving(pair, direction))
    return await part_in(arriving(pair, direction))


async def move(pair: FilePair, files: RemoteFiles, direction: str, *, progress: Progress = ignore_progress) -> None:
    if direction == "push":
        await files.push(pair.here / "data", str(pair.there), progress=progress)
    else:
        await files.pull(str(pair.there / "data"), pair.here, progress=progress)


def leaving(pair: FilePair, direction: str) -> Path:
    return pair.here if direction == "push" else pair.there


def arriving(pair: FilePair, direction: str) -> Path:
    return pair.there if direction == "push" else pair.here


both_ways = pytest.mark.parametrize("direction", ["push", "pull"])
push_at_least = pytest.mark.parametrize("direction", ["push", pytest.param("pull", marks=pytest.mark.thorough)])


@both_ways
async def test_a_cut_transfer_goes_on_by_itself(
    pair: FilePair, direction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_files, "PAUSE_SECONDS", 0.05)
    written(leaving(pair, direction) / "data")
    async with pair.through_a_proxy() as (files, proxy):
        proxy.cuts = [*BEFORE_CONTENT, 1_500_000, NEVER, 1_000_000]
        await move(pair, files, direction)
        assert not proxy.cuts
    assert names_in(arriving(pair, direction)) == ["data"]
    assert (arriving(pair, direction) / "data").read_bytes() == CONTENT


@both_ways
async def test_the_same_command_goes_on_where_a_cut_left_it(
    pair: FilePair, direction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(leaving(pair, direction) / "data")
    part = await cut(pair, direction, monkeypatch)
    missing_bytes = len(CONTENT) - part.stat().st_size
    async with pair.through_a_proxy() as (files, proxy):
        proxy.cuts = [*BEFORE_CONTENT, missing_bytes + 100_000]  # not enough for what is there already
        await move(pair, files, direction)
        assert proxy.connections == len(BEFORE_CONTENT) + 1
    assert names_in(arriving(pair, direction)) == ["data"]
    assert (arriving(pair, direction) / "data").read_bytes() == CONTENT


@push_at_least
async def test_two_versions_are_never_mixed(pair: FilePair, direction: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = written(leaving(pair, direction) / "data")
    await cut(pair, direction, monkeypatch)
    written(source, OTHER)  # as long, and as old
    await move(pair, pair.files, direction)
    assert names_in(arriving(pair, direction)) == ["data"]
    assert (arriving(pair, direction) / "data").read_bytes() == OTHER


@push_at_least
async def test_a_wrong_checksum_is_found_and_the_part_removed(
    pair: FilePair, direction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(leaving(pair, direction) / "data")
    part = await cut(pair, direction, monkeypatch)
    with part.open("r+b") as file:
        file.write(b"\xff")  # where there was a zero
    with pytest.raises((BadChecksum, PeerRefused), match="not what was sent"):
        await move(pair, pair.files, direction)
    assert names_in(arriving(pair, direction)) == []
    await move(pair, pair.files, direction)
    assert (arriving(pair, direction) / "data").read_bytes() == CONTENT


@both_ways
async def test_a_file_that_changes_meanwhile_is_not_taken_for_whole(pair: FilePair, direction: str) -> None:
    source = written(leaving(pair, direction) / "data", CONTENT * 4)
    changed = False

    def change(done_bytes: int, size_bytes: int) -> None:
        nonlocal changed
        if not changed:
            changed = True
            with source.open("r+b") as file:
                file.write(b"changed")

    with pytest.raises((FileChanged, PeerRefused)) as refusal:
        await move(pair, pair.files, direction, progress=change)
    assert getattr(refusal.value, "code", None) == "file_changed"
    assert changed
    assert "data" not in names_in(arriving(pair, direction))


@contextmanager
def largest_file(size_bytes: int) -> Iterator[None]:
    """Let no file of this process become larger, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@both_ways
async def test_a_full_disk_is_said_and_leaves_nothing(pair: FilePair, direction: str) -> None:
    written(leaving(pair, direction) / "data", CONTENT * 4)
    with largest_file(2 * BATCH_BYTES), pytest.raises((DiskFull, PeerRefused)) as refusal:
        await move(pair, pair.files, direction)
    assert getattr(refusal.value, "code", None) == "disk_full"
    assert names_in(arriving(pair, direction)) == []


async def test_a_file_for_which_there_is_no_room_is_refused_before_it_is_sent(pair: FilePair) -> None:
    sparse = pair.here / "data"
    sparse.touch()
    os.truncate(sparse, 1 << 43)  # 8 TiB
    with pytest.raises(PeerRefused) as refusal:
        await pair.files.push(sparse, str(pair.there))
    assert refusal.value.code == "disk_full"
    assert names_in(pair.there) == []


async def test_parts_that_nobody_goes_on_with_are_removed(pair: FilePair, monkeypatch: pytest.MonkeyPatch) -> None:
    written(pair.here / "data")
    abandoned = await cut(pair, "push", monkeypatch)
    other = written(pair.there / ".lan-0123456789abcdef-0123456789abcdef.part", b"x")
    foreign = written(pair.there / ".other.part", b"x")
    new = written(pair.here / "new", b"x", modified_at=1_800_000_000)
    long_ago = abandoned.stat().st_mtime - parts.ABANDONED_SECONDS - 60
    os.utime(abandoned, (long_ago, long_ago))
    await pair.files.push(new, str(pair.there))
    assert names_in(pair.there) == sorted([foreign.name, "new"])
    assert not other.exists()
