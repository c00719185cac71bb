import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from loopsy_daemon.wire import frames, limits, messages
from tests.support.files_rig import FilesRig, files_of


@pytest.fixture
async def files(home: Path) -> AsyncIterator[FilesRig]:
    async with files_of(home) as running:
        yield running


async def test_a_download_begins_where_the_program_is_and_goes_on_after_a_cut(files: FilesRig, tmp_path: Path) -> None:
    data = os.urandom(400_000)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "data.bin").write_bytes(data)
    (attached, *_) = files.say(messages.Attach(id=2, session=files.session, cols=80, rows=24))
    assert isinstance(attached, messages.Attached)
    files.client.receive(frames.encode_input(attached.stream, 0, f"cd {tmp_path}; : > there\r".encode()))
    async with asyncio.timeout(15):
        while not (tmp_path / "there").exists():
            await asyncio.sleep(0.01)
    started = await files.download("out/data.bin")
    assert (started.name, started.size, started.offset) == ("data.bin", len(data), 0)
    first = await files.blobs(started, 100_000)
    await files.reconnect()
    again = await files.download(str(tmp_path / "out" / "data.bin"), len(first), started.version)
    rest = await files.blobs(again, len(data))
    assert first + rest == data
    assert (await files.heard(messages.DownloadFinished)).sha256 == hashlib.sha256(data).digest()


async def test_an_empty_file_is_only_a_checksum(files: FilesRig, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    await files.download(str(tmp_path / "empty"))
    assert (await files.heard(messages.DownloadFinished)).sha256 == hashlib.sha256(b"").digest()


async def test_a_file_that_changes_while_it_is_read_is_not_passed_off_as_one(files: FilesRig, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(bytes(400_000))
    started = await files.download(str(path))
    await files.blobs(started, 100_000)
    with path.open("r+b") as file:
        file.truncate(200_000)
    assert await files.refused() == "file_changed"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_path"),
        ("nowhere", "no_such_file"),
        (".", "not_a_file"),
        ("/dev/null", "not_a_file"),
        ("~/.ssh/id_rsa", "denied_path"),
        ("~/config.yaml", "denied_path"),
    ],
)
async def test_what_may_not_or_cannot_be_read_is_refused(files: FilesRig, tmp_path: Path, text: str, code: str) -> None:
    files.say(messages.Signal(id=9, session=files.session, signal="CONT"))
    wanted = str(tmp_path / text) if text in {"nowhere", "."} else text
    files.tell(messages.DownloadStart(id=4, session=files.session, path=wanted))
    assert await files.refused() == code


@pytest.mark.parametrize(("offset", "version", "code"), [(1, None, "bad_path"), (0, "x", "file_changed")])
async def test_going_on_needs_the_same_file(
    files: FilesRig, tmp_path: Path, offset: int, version: str | None, code: str
) -> None:
    (tmp_path / "x").write_text("text")
    files.tell(
        messages.DownloadStart(id=4, session=files.session, path=str(tmp_path / "x"), offset=offset, version=version)
    )
    assert await files.refused() == code


async def test_a_cancelled_download_sends_nothing_more(files: FilesRig, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(3_000_000))
    started = await files.download(str(tmp_path / "large"))
    await files.blobs(started, 60_000)
    files.tell(messages.TransferCancel(id=5, transfer=started.transfer))
    await files.heard(messages.Ok)
    files.wire.sent.clear()
    files.tell(messages.TransferAck(transfer=started.transfer, offset=60_000))
    await asyncio.to_thread(lambda: None)
    assert files.wire.sent == []


async def test_a_download_waits_for_its_turn_and_for_acknowledgements(files: FilesRig, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(3_000_000))
    files.wire.turns.link_filled()
    started = await files.download(str(tmp_path / "large"))
    for _ in range(3):
        await asyncio.to_thread(lambda: None)
    assert files.wire.sent == []
    files.wire.turns.link_drained()
    await files.blobs(started, started.offset + limits.LEAST_BLOB_WINDOW_BYTES)
    async with asyncio.timeout(15):
        while sum(map(len, files.wire.sent)) < limits.LEAST_BLOB_WINDOW_BYTES:
            await asyncio.sleep(0)
    assert sum(map(len, files.wire.sent)) < 2 * limits.LEAST_BLOB_WINDOW_BYTES
