"""Looking for a directory: what is listed, what is only counted, what is said when there is nothing to see."""

import os
from pathlib import Path

import pytest

from loopsy_daemon.sessions.directories import absolute_directory, list_directories
from loopsy_daemon.sessions.errors import BadDirectory
from loopsy_daemon.wire import frames, limits, messages


def test_subdirectories_are_sorted_and_files_are_not_among_them(tmp_path: Path) -> None:
    for name in ("web", "Api", "日記 <b>", ".git", ".cache"):
        (tmp_path / name).mkdir()
    (tmp_path / "notes.txt").touch()
    found = list_directories(str(tmp_path), "/", hidden=False)
    assert [entry.name for entry in found.entries] == ["Api", "web", "日記 <b>"]
    assert (found.path, found.parent, found.hidden, found.left_out) == (str(tmp_path), str(tmp_path.parent), 2, 0)
    with_hidden = list_directories(str(tmp_path), "/", hidden=True)
    assert [entry.name for entry in with_hidden.entries][:2] == [".cache", ".git"]


def test_links_are_shown_with_where_they_lead_and_not_followed_by_the_path(tmp_path: Path) -> None:
    (tmp_path / "data" / "inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to("data")
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "to_file").symlink_to("file")
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    found = list_directories(str(tmp_path), "/", hidden=False)
    assert [(entry.name, entry.link) for entry in found.entries] == [("data", None), ("link", "data")]
    through = list_directories(str(tmp_path / "link"), "/", hidden=False)
    assert (through.path, [entry.name for entry in through.entries]) == (str(tmp_path / "link"), ["inner"])


@pytest.mark.parametrize(
    ("path", "absolute"),
    [
        (None, "/home/ada"),
        ("", "/home/ada"),
        ("~", "/home/ada"),
        ("~/api", "/home/ada/api"),
        ("api/../web", "/home/ada/web"),
        ("/srv//data/.", "/srv/data"),
        ("../../../..", "/"),
    ],
)
def test_paths_begin_at_home(path: str | None, absolute: str) -> None:
    assert absolute_directory(path, "/home/ada") == absolute


def test_the_root_has_no_parent() -> None:
    assert list_directories("/", "/root", hidden=False).parent is None


@pytest.mark.parametrize(
    ("name", "said"), [("gone", "is not there"), ("file", "is not a directory"), ("a\x00", "such")]
)
def test_what_cannot_be_listed_is_said_with_a_hint(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadDirectory, match=said) as refusal:
        list_directories(f"{tmp_path}/{name}", "/", hidden=False)
    assert refusal.value.hint


def test_what_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refuse)  # the tests may run as root, who may read everything
    with pytest.raises(BadDirectory, match="may not be read"):
        list_directories(str(tmp_path), "/", hidden=False)


def test_a_large_directory_is_cut_to_one_message_and_the_rest_is_counted(tmp_path: Path) -> None:
    for number in range(limits.MAX_DIRECTORY_ENTRIES + 10):
        (tmp_path / f"{number:03d}{'n' * 100}").mkdir()
    os.mkdir(os.fsencode(tmp_path) + b"/\xff")  # noqa: PTH102 - a name that is no text
    found = list_directories(str(tmp_path), "/", hidden=False)
    assert len(found.entries) + found.left_out == limits.MAX_DIRECTORY_ENTRIES + 11
    assert sum(len(entry.name.encode()) for entry in found.entries) <= limits.MAX_DIRECTORY_NAMES_BYTES
    assert found.entries[0].name.startswith("000")
    answer = messages.Directories(
        id=1, path=found.path, parent=found.parent, entries=found.entries, hidden=0, left_out=found.left_out
    )
    assert len(frames.encode_control(messages.encode(answer))) <= limits.MAX_PLAINTEXT_BYTES
