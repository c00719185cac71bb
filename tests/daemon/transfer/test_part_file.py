import errno
import os
import resource
import stat
from pathlib import Path

import pytest

from loopsy_daemon.transfer import part_file
from loopsy_daemon.transfer.errors import DiskFull, FileExists, WriteFailed
from loopsy_daemon.transfer.part_file import PartFile
from loopsy_daemon.transfer.places import open_directory


def part_in(directory: Path, key: str = "key") -> PartFile:
    return PartFile.open(open_directory(directory.resolve()), key)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    part = part_in(tmp_path)
    part.write(0, b"hello ")
    part.write(6, b"world")
    assert names(tmp_path) == [".key.part"]
    part.place("greeting.txt", modified_at=1_000_000_000.0)
    assert names(tmp_path) == ["greeting.txt"]
    found = (tmp_path / "greeting.txt").stat()
    assert (tmp_path / "greeting.txt").read_bytes() == b"hello world"
    assert (stat.S_IMODE(found.st_mode), found.st_mtime) == (0o600, 1_000_000_000.0)


def test_another_one_goes_on_with_a_part(tmp_path: Path) -> None:
    part = part_in(tmp_path)
    part.write(0, b"hello")
    part.close()
    again = part_in(tmp_path)
    assert again.size_bytes == 5
    again.truncate(4)
    again.write(4, b"!")
    again.place("x")
    assert (tmp_path / "x").read_bytes() == b"hell!"


@pytest.mark.parametrize("has_hard_links", [True, False])
def test_nothing_is_overwritten_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_hard_links: bool) -> None:
    def no_hard_links(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    if not has_hard_links:
        monkeypatch.setattr(os, "link", no_hard_links)
    (tmp_path / "taken").write_text("old")
    part = part_in(tmp_path)
    part.write(0, b"new")
    with pytest.raises(FileExists):
        part.place("taken")
    assert (tmp_path / "taken").read_text() == "old"
    part.place("free")
    assert (tmp_path / "free").read_text() == "new"
    assert names(tmp_path) == ["free", "taken"]


def test_who_asks_may_overwrite_and_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    part = part_in(tmp_path)
    part.write(0, b"new")
    part.place("link", overwrite=True, mode=0o4755)
    assert (tmp_path / "target").read_text() == "old"
    assert not (tmp_path / "link").is_symlink()
    assert stat.S_IMODE((tmp_path / "link").stat().st_mode) == 0o755  # never a set-user-id bit


def test_two_never_write_the_same_part(tmp_path: Path) -> None:
    part = part_in(tmp_path)
    with pytest.raises(FileExists):
        part_in(tmp_path)
    part.discard()
    part_in(tmp_path).discard()
    assert names(tmp_path) == []


def test_a_link_in_the_place_of_a_part_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / ".key.part").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WriteFailed):
        part_in(tmp_path)
    (tmp_path / ".key.part").unlink()
    os.mkfifo(tmp_path / ".key.part")
    with pytest.raises(FileExists):
        part_in(tmp_path)
    assert (tmp_path / "elsewhere").read_text() == "mine"


@pytest.mark.parametrize("key", ["", "a/b", "..", "x" * 65, "é"])
def test_a_key_is_no_path(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="a key has"):
        part_file.part_name_of(key)
    assert names(tmp_path) == []


def test_a_full_disk_is_said_and_leaves_what_was_there(tmp_path: Path) -> None:
    part = part_in(tmp_path)
    part.write(0, b"x" * 1_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))
    try:
        with pytest.raises(DiskFull):
            part.write(1_000, b"y" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert os.pread(part.descriptor, 1_000, 0) == b"x" * 1_000
    part.discard()
    assert names(tmp_path) == []


def test_room_is_asked_for_before(tmp_path: Path) -> None:
    part = part_in(tmp_path)
    part.require_room(1)
    with pytest.raises(DiskFull):
        part.require_room(1 << 60)
    part.discard()
