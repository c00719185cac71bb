"""Directories between two machines: whole, within the rules, and not twice."""

import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from loopsy_daemon.lan.errors import PeerRefused, PeerUnreachable
from loopsy_daemon.lan.remote_directories import pull_directory, push_directory
from loopsy_daemon.lan.transfer_api import MadeDirectory, MakeDirectory
from loopsy_daemon.transfer.errors import FileExists
from tests.daemon.lan.file_pair import CONTENT, FilePair, file_pair, written

NEVER = 1 << 40


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[FilePair]:
    async with file_pair(tmp_path) as pair:
        yield pair


class Watcher:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.seen: list[tuple[int, int]] = []

    def __call__(self, done_bytes: int, size_bytes: int) -> None:
        self.seen.append((done_bytes, size_bytes))

    def begin(self, name: str) -> None:
        self.begun.append(name)


def project(parent: Path) -> Path:
    """Make a directory with all that is special."""
    top = parent / "pro ject"
    (top / "süb" / "empty").mkdir(parents=True)
    (top / "süb").chmod(0o750)
    written(top / "süb" / "tool", mode=0o755)
    written(top / "süb" / "new\nline", b"2")
    written(top / "nothing", b"")
    (top / "link").symlink_to("/etc")
    return top


def content_of(top: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(top)): (stat.S_IMODE(path.stat().st_mode), path.read_bytes() if path.is_file() else b"")
        for path in sorted(top.rglob("*"))
        if not path.is_symlink()
    }


async def test_a_directory_goes_there_and_back_as_it_is_and_not_twice(pair: FilePair) -> None:
    source, watcher = project(pair.here), Watcher()
    moved = await push_directory(pair.files, source, str(pair.there), watcher)
    sent = pair.there / "pro ject"
    assert content_of(sent) == content_of(source)
    assert sorted(path.name for path in sent.iterdir()) == ["nothing", "süb"]
    assert (moved.path, moved.unchanged) == (str(sent.resolve()), 0)
    assert [path for path, _ in moved.files] == watcher.begun == ["nothing", "süb/new\nline", "süb/tool"]
    assert watcher.seen[-1] == (len(CONTENT) + 1, len(CONTENT) + 1)
    assert watcher.seen == sorted(watcher.seen)
    assert [(one.path, one.is_failure) for one in moved.left_out] == [("link", False)]

    back = await pull_directory(pair.files, str(sent), pair.here / "süb dir" / "..", Watcher())
    assert (len(back.files), back.unchanged) == (0, 3)  # it is there: this is where it came from
    (pair.here / "back").mkdir()
    back = await pull_directory(pair.files, str(sent), pair.here / "back", Watcher())
    assert (len(back.files), back.unchanged) == (3, 0)
    assert content_of(pair.here / "back" / "pro ject") == content_of(source)

    (sent / "nothing").unlink()
    again = await push_directory(pair.files, source, str(pair.there), Watcher())
    assert ([path for path, _ in again.files], again.unchanged) == (["nothing"], 2)
    written(sent / "nothing", b"changed there")
    with pytest.raises(FileExists, match="'nothing' is there already") as taken:
        await push_directory(pair.files, source, str(pair.there), Watcher())
    assert "--force" in (taken.value.hint or "")
    await push_directory(pair.files, source, str(pair.there), Watcher(), overwrite=True)
    assert content_of(sent) == content_of(source)


async def test_what_cannot_be_moved_is_told_and_the_rest_follows(pair: FilePair, tmp_path: Path) -> None:
    source = project(pair.here)
    (pair.there / "pro ject").mkdir()
    (pair.there / "pro ject" / "süb").symlink_to(tmp_path)
    with pytest.raises(FileExists, match="'süb' is there already as something else"):
        await push_directory(pair.files, source, str(pair.there), Watcher(), overwrite=True)
    assert list((pair.there / "pro ject").iterdir()) == [pair.there / "pro ject" / "süb"]
    (pair.there / "pro ject" / "süb").unlink()
    (source / os.fsdecode(b"\xff")).write_text("whose name nobody can say")
    moved = await push_directory(pair.files, source, str(pair.there), Watcher())
    assert [path for path, _ in moved.files] == ["nothing", "süb/new\nline", "süb/tool"]
    assert [(one.path, one.is_failure) for one in moved.left_out] == [("link", False), ("\ufffd", True)]


async def test_directories_are_made_only_within_the_rules_under_a_name_and_with_the_permission(
    pair: FilePair, tmp_path: Path
) -> None:
    (pair.there / "out").symlink_to(tmp_path)
    (pair.there / "file").write_text("")

    async def refusal(path: Path, name: str) -> str:
        wanted = MakeDirectory(path=str(path), name=name)
        with pytest.raises(PeerRefused) as refused:
            await pair.remote.ask("POST", "/v1/files/directory", MadeDirectory, wanted)
        return refused.value.code

    assert await refusal(tmp_path, "new") == "denied_path"
    assert await refusal(pair.there / "out", "new") == "denied_path"
    assert await refusal(pair.there, "out") == "denied_path"
    assert await refusal(pair.there, "file") == "not_a_file"
    assert await refusal(pair.there / "file", "new") == "not_a_file"
    assert await refusal(pair.there / "nowhere", "new") == "no_such_file"
    for name in (".", "..", "a/b", "../new", "a\x00", "ä" * 128):
        assert await refusal(pair.there, name) == "bad_path"
    pair.machine.peers.permit(pair.laptop_id, ("execute", "context", "message", "session"))
    assert await refusal(pair.there, "new") == "not_permitted"
    assert not (tmp_path / "new").exists()


async def test_a_cut_in_the_middle_goes_on_with_the_file_that_was_cut(
    pair: FilePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = pair.here / "project"
    source.mkdir()
    written(source / "a", b"a")
    written(source / "b")
    written(source / "c", b"c")
    async with pair.through_a_proxy() as (files, proxy):
        # connections: does somebody answer; questions; the content of a; that of b
        proxy.cuts = [NEVER, NEVER, NEVER, 2_000_000]
        with monkeypatch.context() as patch:
            patch.setattr("loopsy_daemon.lan.remote_files.CUT_TRIES", 1)
            with pytest.raises(PeerUnreachable, match="went away in the middle"):
                await push_directory(files, source, str(pair.there), Watcher())
    assert (pair.there / "project" / "a").read_bytes() == b"a"
    assert not (pair.there / "project" / "b").exists()
    watcher = Watcher()
    moved = await push_directory(pair.files, source, str(pair.there), watcher)
    assert ([path for path, _ in moved.files], moved.unchanged) == (["b", "c"], 1)
    assert watcher.seen[0][0] > 0  # it did not begin anew
    assert content_of(pair.there / "project") == content_of(source)
