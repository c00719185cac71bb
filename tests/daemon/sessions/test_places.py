"""Where sessions were opened: most recent first, over restarts, and never a reason to fail."""

import stat
from pathlib import Path

from loopsy_daemon.sessions.places import RecentPlaces, looked_up
from loopsy_daemon.wire import limits


def test_the_most_recent_comes_first_and_home_is_none(tmp_path: Path) -> None:
    path = tmp_path / "places.json"
    places = RecentPlaces(path, "/home/ada")
    for directory in ("/srv", "/tmp/日記 <b>", "/home/ada", "/srv", "/srv"):
        places.opened(directory)
    assert places.all() == RecentPlaces(path, "/home/ada").all() == ["/srv", "/tmp/日記 <b>"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_old_ones_are_forgotten_and_what_cannot_be_told_is_never_kept(tmp_path: Path) -> None:
    places = RecentPlaces(tmp_path / "places.json", "/home/ada")
    for number in range(limits.MAX_PLACES + 1):
        places.opened(f"/srv/{number}")
    for directory in ("/tmp/\udcff", "/tmp/a\nb", "/" + "x" * limits.MAX_PLACE_BYTES):
        places.opened(directory)
    assert places.all() == [f"/srv/{number}" for number in range(limits.MAX_PLACES, 0, -1)]


def test_a_file_that_is_damaged_or_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "places.json"
    path.write_text('{"places":[7]}')
    path.chmod(0o600)
    places = RecentPlaces(path, "/home/ada")
    assert places.all() == []
    lost = RecentPlaces(tmp_path / "no" / "places.json", "/home/ada")
    lost.opened("/srv")
    assert lost.all() == ["/srv"]


def test_what_has_gone_is_told_as_gone(tmp_path: Path) -> None:
    there = tmp_path / "api"
    there.mkdir()
    (tmp_path / "file").touch()
    found = looked_up([str(there), str(tmp_path / "gone"), str(tmp_path / "file")])
    assert [place.there for place in found] == [True, False, False]
