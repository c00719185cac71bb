"""What is to be made, moved and left out when a directory is moved, from what is at both ends."""

import pytest

from loopsy_daemon.lan import directory_plan
from loopsy_daemon.lan.directory_plan import Plan, made_plan
from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.lan.transfer_api import Entry, FileType
from loopsy_daemon.transfer.errors import FileUnreadable, TooLarge

Tree = dict[str, list[Entry] | Exception]


def entry(name: str, kind: FileType = "file", size_bytes: int = 1, modified_at: float = 5.0) -> Entry:
    return Entry(name=name, type=kind, size_bytes=size_bytes, modified_at=modified_at, mode=0o644)


async def plan_of(source: Tree, destination: Tree, *, overwrite: bool = False) -> Plan:
    """A path that the destination does not have is never asked for: the test fails with KeyError."""

    async def at(tree: Tree, below: str) -> list[Entry]:
        found = tree[below]
        if isinstance(found, Exception):
            raise found
        return found

    return await made_plan(lambda below: at(source, below), lambda below: at(destination, below), overwrite=overwrite)


SOURCE: Tree = {
    "": [entry("a"), entry("b", "directory"), entry("c")],
    "b": [entry("empty", "directory"), entry("d")],
    "b/empty": [],
}


async def test_what_is_not_there_is_made_and_moved_directories_first() -> None:
    plan = await plan_of(SOURCE, {"": []})
    assert [path for path, _ in plan.directories] == ["b", "b/empty"]
    assert [path for path, _ in plan.files] == ["a", "c", "b/d"]
    assert (plan.size_bytes, plan.unchanged, plan.taken, plan.left_out) == (3, 0, [], [])


async def test_a_file_of_the_same_size_and_time_is_not_moved_again() -> None:
    there: Tree = {"": [entry("a", modified_at=5.001), entry("b", "directory"), entry("x")], "b": [entry("d")]}
    plan = await plan_of(SOURCE, there)
    assert [path for path, _ in plan.directories] == ["b/empty"]
    assert [path for path, _ in plan.files] == ["c"]
    assert (plan.unchanged, plan.taken) == (2, [])


@pytest.mark.parametrize("other", [entry("a", size_bytes=2), entry("a", modified_at=5.02)])
async def test_another_content_is_overwritten_only_if_that_is_wanted(other: Entry) -> None:
    there: Tree = {"": [other]}
    assert (await plan_of(SOURCE, there)).taken == ["a"]
    plan = await plan_of(SOURCE, there, overwrite=True)
    assert plan.taken == []
    assert [path for path, _ in plan.files] == ["a", "c", "b/d"]


async def test_what_is_something_else_there_is_never_replaced_nor_followed() -> None:
    there: Tree = {"": [entry("a", "link"), entry("b", "link"), entry("c", "directory")]}
    for overwrite in (False, True):
        plan = await plan_of(SOURCE, there, overwrite=overwrite)
        assert (plan.taken, plan.directories, plan.files) == (["a", "b", "c"], [], [])


async def test_links_devices_and_unfinished_transfers_are_left_out_without_a_failure() -> None:
    part = ".lan-0123456789abcdef-0123456789abcdef.part"
    plan = await plan_of({"": [entry("link", "link"), entry("pipe", "other"), entry(part), entry("a")]}, {"": []})
    assert [(one.path, one.is_failure) for one in plan.left_out] == [("link", False), ("pipe", False), (part, False)]
    assert [path for path, _ in plan.files] == ["a"]


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "/etc/passwd", "a/b", "a\x00", "ä" * 128])
async def test_what_is_no_name_is_never_moved(name: str) -> None:
    plan = await plan_of({"": [entry(name), entry(name, "directory")]}, {"": []})
    assert (plan.files, plan.directories) == ([], [])
    assert [one.is_failure for one in plan.left_out] == [True, True]


async def test_a_directory_that_cannot_be_listed_is_left_out_unless_it_is_the_first_or_nothing_can_be() -> None:
    refused = FileUnreadable("'b' cannot be read.")
    plan = await plan_of({**SOURCE, "b": refused}, {"": []})
    assert [(one.path, one.reason, one.is_failure) for one in plan.left_out] == [("b", "'b' cannot be read.", True)]
    assert [path for path, _ in plan.files] == ["a", "c"]
    assert plan.directories == []
    with pytest.raises(FileUnreadable):
        await plan_of({"": refused}, {"": []})
    with pytest.raises(PeerRefused, match="not permitted"):
        await plan_of({**SOURCE, "b": PeerRefused("not_permitted", "not permitted")}, {"": []})


async def test_there_is_an_end_to_what_a_directory_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless(_below: str) -> list[Entry]:
        return [entry("deeper", "directory")]

    monkeypatch.setattr(directory_plan, "MAX_ENTRIES", 50)
    with pytest.raises(TooLarge, match="more than 50 names"):
        await made_plan(endless, endless, overwrite=False)
