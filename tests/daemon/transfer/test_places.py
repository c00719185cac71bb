import os
from pathlib import Path

import pytest

from loopsy_daemon.transfer.errors import FileUnreadable, NoSuchFile, NotAFile
from loopsy_daemon.transfer.places import open_directory, open_file, version_of


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path.resolve() / "place"
    place.mkdir()
    (place / "file").write_text("text")
    return place


def test_a_plain_file_is_opened_with_what_is_known_about_it(place: Path) -> None:
    source = open_file(place / "file")
    try:
        assert os.read(source.descriptor, 10) == b"text"
        assert (source.size_bytes, source.version) == (4, version_of((place / "file").stat()))
    finally:
        os.close(source.descriptor)


def test_the_version_differs_when_a_file_is_changed_or_replaced(place: Path) -> None:
    before = version_of((place / "file").stat())
    (place / "other").write_text("text")
    (place / "other").replace(place / "file")
    assert version_of((place / "file").stat()) != before


def test_a_link_that_was_put_in_after_the_check_is_not_followed(place: Path) -> None:
    (place / "link").symlink_to(place / "file")
    (place.parent / "way").symlink_to(place)
    for path in (place / "link", place.parent / "way" / "file"):
        with pytest.raises(NoSuchFile):
            open_file(path)
    with pytest.raises((NoSuchFile, NotAFile)):
        open_directory(place.parent / "way")


def test_what_is_no_plain_file_is_refused_and_never_waited_for(place: Path) -> None:
    os.mkfifo(place / "pipe")
    for path in (place, place / "pipe", Path("/dev/null"), Path("/")):
        with pytest.raises(NotAFile):
            open_file(path)
    with pytest.raises(NotAFile):
        open_directory(place / "file")


def test_nothing_and_what_may_not_be_read_are_told_apart(place: Path) -> None:
    with pytest.raises(NoSuchFile):
        open_file(place / "none")
    with pytest.raises(NoSuchFile):
        open_file(place / "file" / "below")
    (place / "file").chmod(0)
    if os.geteuid() != 0:
        with pytest.raises(FileUnreadable):
            open_file(place / "file")
