"""A recording on disk: private, whole lines, never too large, locked while it is written."""

import os
import stat
from pathlib import Path

import pytest

from loopsy_daemon.recording import asciicast, library
from loopsy_daemon.recording.asciicast import Event, Header
from loopsy_daemon.recording.file import RecordingFile, is_being_written

HEADER = Header(cols=80, rows=24, timestamp=1_700_000_000, title="shell")
PLENTY = 1 << 20


def lines_of(path: Path) -> list[Event]:
    return list(library.events(path))


def test_it_is_private_and_locked_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.cast"
    file = RecordingFile.create(path, HEADER, 0.0, PLENTY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert is_being_written(path)
    with pytest.raises(BlockingIOError):
        RecordingFile.resume(path, 0.0, PLENTY)
    file.close()
    assert not is_being_written(path)


def test_nothing_that_exists_is_overwritten_and_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("there", "link"):
        with pytest.raises(FileExistsError):
            RecordingFile.create(tmp_path / name, HEADER, 0.0, PLENTY)
    assert (tmp_path / "there").read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


def test_a_recording_that_is_full_says_so_and_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.cast"
    file = RecordingFile.create(path, HEADER, 0.0, 2_000)
    assert file.write([(1.0, "o", b"x" * 1_000)])
    assert not file.write([(2.0, "o", b"y" * 100), (3.0, "o", b"z" * 1_000), (4.0, "o", b"late")])
    file.close()
    assert path.stat().st_size <= 2_000
    found = lines_of(path)
    assert [event.data[:1] for event in found] == ["x", "y", "e"]
    assert (found[-1].code, found[-1].data) == ("m", "end of recording: it may not be larger than 2000 bytes")


@pytest.mark.parametrize("tail", ["", '[0.5, "o", "cut in the midd', "[", "x" * 200_000])
def test_what_a_crash_left_is_repaired_and_the_recording_goes_on(tmp_path: Path, tail: str) -> None:
    path = tmp_path / "a.cast"
    file = RecordingFile.create(path, HEADER, 0.0, PLENTY)
    file.write([(1.0, "o", b"before")])
    file.close()
    with path.open("a") as appended:
        appended.write(tail)
    again = RecordingFile.resume(path, 7.0, PLENTY)
    again.write([(7.5, "o", b"after"), (8.0, "x", b"0")])
    again.close()
    assert lines_of(path) == [Event(1.0, "o", "before"), Event(0.5, "o", "after"), Event(0.5, "x", "0")]


def test_a_library_tells_what_there_is(tmp_path: Path) -> None:
    path = library.new_path(tmp_path, "abcdefgh234")
    file = RecordingFile.create(path, HEADER, 0.0, PLENTY)
    assert [entry.state for entry in library.entries(tmp_path)] == ["recording"]
    file.write([(1.0, "o", b"x")])
    file.close()
    assert [entry.state for entry in library.entries(tmp_path)] == ["cut"]
    again = RecordingFile.resume(path, 0.0, PLENTY)
    again.write([(1.0, asciicast.EXIT, b"0")])
    again.close()
    (tmp_path / "other.cast").write_text("no recording\n")
    (tmp_path / "directory.cast").mkdir()
    os.mkfifo(tmp_path / "pipe.cast")
    (entry,) = library.entries(tmp_path)
    assert (entry.state, entry.session, entry.title, entry.size_bytes) == (
        "ended", "abcdefgh234", "shell", path.stat().st_size,
    )  # fmt: skip
    assert library.find(tmp_path, entry.name[:5]) == library.find(tmp_path, "shell") == entry
    assert library.entries(tmp_path / "nowhere") == []


@pytest.mark.parametrize("session", ["", "..", "a/b", "ABC", "a\x00"])
def test_only_an_id_can_be_part_of_a_path(tmp_path: Path, session: str) -> None:
    with pytest.raises(ValueError, match="session's id"):
        library.new_path(tmp_path, session)
