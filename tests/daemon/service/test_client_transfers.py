import asyncio
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopsy_daemon.wire import frames, limits, messages
from tests.support.files_rig import KEY, FilesRig, files_of
from tests.support.served_client import Wire


@pytest.fixture
async def files(home: Path) -> AsyncIterator[FilesRig]:
    async with files_of(home) as running:
        yield running


async def test_an_upload_lands_private_under_its_name_and_is_numbered_where_that_is_taken(files: FilesRig) -> None:
    data = os.urandom(150_000)
    first = await files.upload(data, "my photo.jpg")
    second = await files.upload(data, "../my photo.jpg", bytes(16))
    third = await files.upload(b"", "my photo.jpg", bytes([1]) * 16)
    names = ["my photo.jpg", "_my photo.jpg", "my photo-2.jpg"]
    assert [Path(done.path).name for done in (first, second, third)] == names
    path = Path(first.path)
    assert path.read_bytes() == data
    assert path.parent == files.directory
    assert first.typed == f"'{path}'"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(0, 30_000), cuts=st.lists(st.integers(0, 30_000), max_size=5))
def test_an_upload_that_is_cut_anywhere_goes_on_there(home: Path, size: int, cuts: list[int]) -> None:
    async def scenario() -> None:
        data = os.urandom(size)
        key = os.urandom(16)
        async with files_of(home) as files:
            for cut in sorted(min(cut, size) for cut in cuts):
                started = await files.start(size, key=key)
                for offset in range(started.offset, cut, 700):
                    files.blob(started.transfer, offset, data[offset : min(offset + 700, cut)])
                await files.reconnect()
            done = await files.upload(data, "a.bin", key)
            again = await files.upload(data, "a.bin", key)  # the answer was lost, say: nothing is sent again
            assert Path(done.path).read_bytes() == data
            assert again.path == done.path

    asyncio.run(scenario())


async def test_a_wrong_checksum_removes_what_arrived(files: FilesRig) -> None:
    started = await files.start(4)
    files.blob(started.transfer, 0, b"abcd")
    files.finish(started.transfer, b"abcx")
    assert await files.refused() == "bad_checksum"
    assert list(files.directory.iterdir()) == []
    assert (await files.start(4)).offset == 0


async def test_a_file_is_not_finished_before_it_is_whole(files: FilesRig) -> None:
    started = await files.start(4)
    files.blob(started.transfer, 0, b"abc")
    files.finish(started.transfer, b"abcd")
    assert await files.refused() == "file_changed"
    again = await files.start(4)  # and goes on
    assert again.offset == 3


@pytest.mark.parametrize(("offset", "length"), [(1, 1), (0, 11), (0, 0)])
async def test_blobs_that_do_not_belong_close(files: FilesRig, offset: int, length: int) -> None:
    started = await files.start(10)
    files.blob(started.transfer, offset, bytes(length))
    assert files.wire.closed == [4010]


async def test_more_than_the_window_closes(files: FilesRig) -> None:
    started = await files.start(4 * limits.BLOB_WINDOW_BYTES)
    for offset in range(0, started.window + 1, 60_000):
        files.blob(started.transfer, offset, bytes(60_000))  # nothing can be written meanwhile
    assert files.wire.closed[0] == 4010


@pytest.mark.parametrize(
    "message",
    [
        frames.encode_blob(9, 0, b"x"),
        frames.encode_blob(0, 0, b"x"),
        frames.encode_control(messages.encode(messages.TransferAck(transfer=9, offset=0))),
        frames.encode_control(messages.encode(messages.TransferAck(transfer=2, offset=1 << 40))),
        frames.encode_blob(2, 0, b"x"),
    ],
    ids=["blob 9", "blob 0", "ack 9", "ack beyond", "blob of a download"],
)
async def test_what_was_never_begun_or_sent_closes(files: FilesRig, tmp_path: Path, message: bytes) -> None:
    (tmp_path / "large").write_bytes(bytes(500_000))
    await files.start(10)
    await files.download(str(tmp_path / "large"))
    files.client.receive(message)
    assert files.wire.closed == [4010]


async def test_a_cancelled_upload_is_removed_and_what_was_under_way_dropped(files: FilesRig) -> None:
    started = await files.start(10)
    files.blob(started.transfer, 0, b"abc")
    await files.acknowledged(3)
    files.tell(messages.TransferCancel(id=5, transfer=started.transfer))
    files.blob(started.transfer, 3, b"d")
    await files.heard(messages.Ok)
    assert list(files.directory.iterdir()) == []
    assert files.wire.closed == []
    files.tell(messages.TransferCancel(id=6, transfer=started.transfer))
    assert await files.refused() == "unknown_transfer"


async def test_too_large_too_many_and_too_full_are_refused(files: FilesRig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def try_to_send(size: int, key: bytes = KEY) -> str:
        files.tell(messages.UploadStart(id=2, session=files.session, key=key, name="x", size=size))
        return await files.refused()

    assert await try_to_send(1 << 45) == "too_large"
    monkeypatch.setattr("loopsy_daemon.transfer.part_file.SPARE_BYTES", 1 << 60)
    assert await try_to_send(1) == "disk_full"
    monkeypatch.undo()
    assert list(files.directory.iterdir()) == []
    for number in range(limits.MAX_TRANSFERS_PER_CONNECTION):
        await files.start(10, key=bytes([number]) * 16)
    assert await try_to_send(10) == "too_many_transfers"


async def test_unfinished_uploads_of_a_phone_are_limited(files: FilesRig) -> None:
    for number in range(limits.MAX_UNFINISHED_UPLOADS):
        await files.start(10, key=bytes([number]) * 16)
        await files.reconnect()
    files.tell(messages.UploadStart(id=2, session=files.session, key=b"\xff" * 16, name="x", size=10))
    assert await files.refused() == "too_many_transfers"
    assert (await files.start(10, key=bytes(16))).offset == 0  # one that was begun goes on


async def test_the_newest_connection_feeds_an_upload(files: FilesRig) -> None:
    first, wire = files.client, files.wire
    started = await files.start(6)
    files.blob(started.transfer, 0, b"abc")
    files.wire = Wire()
    files.client = files.phone(files.wire)
    files.hello()
    again = await files.start(6)
    first.receive(frames.encode_blob(started.transfer, 3, b"xxx"))  # the old connection is not dead yet
    files.blob(again.transfer, again.offset, b"abcdef"[again.offset :])
    files.finish(again.transfer, b"abcdef")
    assert Path((await files.heard(messages.Uploaded)).path).read_bytes() == b"abcdef"
    assert wire.closed == []
    first.disconnected()


async def test_another_phone_with_the_same_key_begins_its_own(files: FilesRig) -> None:
    started = await files.start(6)
    files.blob(started.transfer, 0, b"abc")
    await files.acknowledged(3)
    mine, files.wire = files.client, Wire()
    files.client = files.phone(files.wire, phone_id="b" * 26)
    files.hello()
    assert (await files.start(6)).offset == 0
    mine.disconnected()


async def test_the_files_of_a_session_go_with_it(files: FilesRig) -> None:
    done = await files.upload(b"abc", "x")
    files.say(messages.Kill(id=7, session=files.session))
    async with asyncio.timeout(15):
        while files.registry.get(files.session).alive:
            await asyncio.sleep(0.01)
    assert Path(done.path).exists()
    files.say(messages.Dismiss(id=8, session=files.session))
    assert not files.directory.exists()
