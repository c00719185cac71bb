"""What a peer is told of files: a path's facts, and directories page by page."""

import os
from pathlib import Path

import pytest

from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.lan.files import facts_about, listing
from loopsy_daemon.lan.transfer_api import Listing
from loopsy_daemon.transfer.errors import NoSuchFile, NotAFile
from tests.daemon.lan.file_pair import file_pair, written


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path.resolve()


def test_a_page_has_types_sizes_and_times_and_looks_at_no_link(place: Path) -> None:
    written(place / "b", b"12345")
    (place / "a").mkdir()
    (place / "c").symlink_to("/etc")
    os.mkfifo(place / "d")
    found = listing(place, "", 10)
    assert [(entry.name, entry.type) for entry in found.entries] == [
        ("a", "directory"),
        ("b", "file"),
        ("c", "link"),
        ("d", "other"),
    ]
    second = found.entries[1]
    assert (second.size_bytes, second.modified_at, second.mode) == (5, 1_700_000_000.5, 0o640)
    assert (found.path, found.next) == (str(place), None)


def test_pages_together_are_the_directory_even_with_names_that_are_no_text(place: Path) -> None:
    names = [b"%03d" % number for number in range(25)] + [b"\xfe", b"\xff"]
    for name in names:
        (place / os.fsdecode(name)).touch()
    pages: list[Listing] = [listing(place, "", 10)]
    while pages[-1].next is not None:
        pages.append(listing(place, pages[-1].next, 10))
    assert [len(page.entries) for page in pages] == [10, 10, 7]
    assert [entry.name for page in pages for entry in page.entries] == [name.decode(errors="replace") for name in names]


def test_facts_are_those_of_a_path_without_links(place: Path) -> None:
    file = written(place / "a", b"12345")
    found = facts_about(file)
    assert (found.path, found.type, found.size_bytes, found.mode) == (str(file), "file", 5, 0o640)
    assert found.version is not None
    written(file, b"54321")
    assert facts_about(file).version != found.version
    assert (facts_about(place).type, facts_about(place).version) == ("directory", None)
    assert facts_about(Path("/")).type == "directory"
    (place / "link").symlink_to(place)  # as if it had been put there after the rules were asked
    with pytest.raises((NoSuchFile, NotAFile)):
        facts_about(place / "link" / "a")
    with pytest.raises((NoSuchFile, NotAFile)):
        listing(place / "link", "", 10)
    with pytest.raises(NotAFile):
        listing(file, "", 10)


async def test_a_peer_asks_for_them(tmp_path: Path) -> None:
    async with file_pair(tmp_path) as pair:
        written(pair.there / "a", b"1")
        written(pair.there / "b", b"2")
        first = await pair.files.page(str(pair.there), limit=1)
        assert first.next is not None
        second = await pair.files.page(str(pair.there), first.next, limit=1)
        assert [entry.name for entry in (*first.entries, *second.entries)] == ["a", "b"]
        assert (await pair.files.facts(str(pair.there / "a"))).size_bytes == 1
        for after, limit, code in (("x", 1, "bad_request"), ("", 0, "bad_request"), ("", 1_001, "bad_request")):
            with pytest.raises(PeerRefused) as refusal:
                await pair.files.page(str(pair.there), after, limit)
            assert refusal.value.code == code
        with pytest.raises(PeerRefused) as refusal:
            await pair.files.page(str(pair.there / "missing"))
        assert refusal.value.code == "no_such_file"
        audited = (tmp_path / "studio" / "logs" / "audit.jsonl").read_text()
        assert str(pair.there / "missing") in audited
