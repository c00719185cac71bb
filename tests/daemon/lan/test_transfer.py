"""Files between two machines: sent and fetched whole, within the rules and the limits."""

import hashlib
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from loopsy_daemon.lan import transfer
from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.lan.transfer_api import PushPlace, PushStart
from loopsy_daemon.transfer.errors import BadPath, FileExists, NotAFile
from tests.daemon.lan.file_pair import CONTENT, FilePair, file_pair, names_in, written


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[FilePair]:
    async with file_pair(tmp_path, max_bytes=len(CONTENT)) as pair:
        yield pair


async def test_a_file_is_sent_and_fetched_with_its_mode_and_time_but_never_with_setuid(pair: FilePair) -> None:
    source = written(pair.here / "tool", mode=0o4750)
    seen: list[tuple[int, int]] = []
    moved = await pair.files.push(source, str(pair.there), progress=lambda *now: seen.append(now))
    sent = pair.there / "tool"
    assert sent.read_bytes() == CONTENT
    assert (stat.S_IMODE(sent.stat().st_mode), sent.stat().st_mtime) == (0o750, 1_700_000_000.5)
    assert (moved.path, moved.sha256) == (str(sent.resolve()), hashlib.sha256(CONTENT).hexdigest())
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    sent.chmod(0o4600)
    assert await pair.files.pull(str(sent), pair.here / "back") == type(moved)(
        str(pair.here / "back"), len(CONTENT), moved.sha256
    )
    back = pair.here / "back"
    assert back.read_bytes() == CONTENT
    assert (stat.S_IMODE(back.stat().st_mode), back.stat().st_mtime) == (0o600, 1_700_000_000.5)
    assert (names_in(pair.there), names_in(pair.here)) == (["tool"], ["back", "tool"])
    await pair.files.push(written(pair.here / "empty", b""), str(pair.there / "nothing"))
    assert (pair.there / "nothing").read_bytes() == b""


async def test_nothing_is_overwritten_unasked_and_no_directory_ever(pair: FilePair) -> None:
    source, taken = written(pair.here / "a", b"new"), written(pair.there / "a", b"old")
    with pytest.raises(PeerRefused, match="there already") as refusal:
        await pair.files.push(source, str(pair.there))
    assert refusal.value.code == "file_exists"
    with pytest.raises(FileExists):
        await pair.files.pull(str(taken), pair.here)
    assert (source.read_bytes(), taken.read_bytes()) == (b"new", b"old")
    await pair.files.push(source, str(pair.there), overwrite=True)
    assert taken.read_bytes() == b"new"
    (pair.there / "b").mkdir()
    (pair.there / "b" / "a").mkdir()
    with pytest.raises(PeerRefused, match="is a directory"):
        await pair.files.push(source, str(pair.there / "b"), overwrite=True)
    with pytest.raises(NotAFile, match="is a directory"):
        await pair.files.pull(str(pair.there / "b"), pair.here)
    with pytest.raises(NotAFile):
        await pair.files.push(pair.here, str(pair.there))
    assert names_in(pair.there) == ["a", "b"]


async def test_only_what_the_rules_allow_is_written_read_or_told_of_whatever_links_say(
    pair: FilePair, tmp_path: Path
) -> None:
    secret = written(tmp_path / "secret", b"secret")
    source = written(pair.here / "a", b"new")
    (pair.there / "out").symlink_to(tmp_path)
    (pair.there / "file").symlink_to(secret)
    for path in (secret, tmp_path / "missing", pair.there / "out" / "secret", pair.there / "file"):
        for tried in (
            pair.files.push(source, str(path), overwrite=True),
            pair.files.pull(str(path), pair.here / "b"),
            pair.files.facts(str(path)),
            pair.files.page(str(path)),
        ):
            with pytest.raises(PeerRefused) as refusal:
                await tried
            assert refusal.value.code == "denied_path"
    assert secret.read_bytes() == b"secret"
    assert names_in(pair.there) == ["file", "out"]


async def test_a_name_becomes_no_path_and_limits_hold(pair: FilePair, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("..", ".", "../a", "a/b", "ä" * 200, "a\x00"):
        start = PushStart(path=str(pair.there), name=name, size_bytes=0, version="0" * 32)
        with pytest.raises(PeerRefused) as refusal:
            await pair.remote.ask("POST", "/v1/files/push", PushPlace, start)
        assert refusal.value.code == "bad_path"
    with pytest.raises(BadPath):
        await pair.files.push(pair.here / os.fsdecode(b"\xff"), str(pair.there))
    with pytest.raises(PeerRefused) as refusal:
        await pair.files.push(written(pair.here / "a", b"x"), f"{pair.there}/nowhere/")
    assert refusal.value.code == "no_such_file"
    with pytest.raises(PeerRefused) as refusal:
        await pair.files.push(written(pair.here / "large", CONTENT + b"x"), str(pair.there))
    assert refusal.value.code == "too_large"
    written(pair.there / "b")
    monkeypatch.setattr(transfer, "MAX_TRANSFERS", 0)
    monkeypatch.setattr("loopsy_daemon.lan.remote_files.BUSY_SECONDS", 0)
    for tried in (pair.files.push(pair.here / "a", str(pair.there)), pair.files.pull(str(pair.there / "b"), pair.here)):
        with pytest.raises(PeerRefused) as refusal:
            await tried
        assert refusal.value.code == "too_many_transfers"


async def test_a_peer_without_the_permission_gets_nothing(pair: FilePair) -> None:
    pair.machine.peers.permit(pair.laptop_id, ("execute", "context", "message", "session"))
    written(pair.there / "b")
    for tried in (
        pair.files.push(written(pair.here / "a"), str(pair.there)),
        pair.files.pull(str(pair.there / "b"), pair.here),
        pair.files.facts(str(pair.there)),
        pair.files.page(str(pair.there)),
    ):
        with pytest.raises(PeerRefused) as refusal:
            await tried
        assert refusal.value.code == "not_permitted"
    assert names_in(pair.there) == ["b"]
