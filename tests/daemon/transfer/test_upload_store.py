import hashlib
import os
import time
from pathlib import Path

import pytest

from loopsy_daemon import config as configuration
from loopsy_daemon.errors import ConfigError
from loopsy_daemon.paths import Paths
from loopsy_daemon.transfer.depot import Depot
from loopsy_daemon.transfer.errors import DeniedPath
from loopsy_daemon.transfer.upload_store import UploadStore, UploadWish
from loopsy_daemon.wire import limits

OLD_SECONDS = limits.UNFINISHED_UPLOAD_SECONDS + 60


def complete(store: UploadStore, session: str, key: bytes) -> Path:
    upload = store.begin(UploadWish(session, "phone", key, "a.txt", 3))
    upload.write(0, [b"a", b"bc"])
    return upload.finish(hashlib.sha256(b"abc").digest())


def age(path: Path) -> None:
    then = time.time() - OLD_SECONDS
    os.utime(path, (then, then))


def test_what_nobody_completed_goes_after_a_day_and_what_was_sent_stays(tmp_path: Path) -> None:
    store = UploadStore(tmp_path / "uploads", 1_000)
    done = complete(store, "here", b"1")
    for key in (b"2", b"3"):
        upload = store.begin(UploadWish("here", "phone", key, "b.txt", 9))
        upload.write(0, [b"abc"])
        upload.close()
    complete(store, "gone", b"4")
    complete(store, "just-gone", b"5")
    old_part, fresh_part = sorted(done.parent.glob(".*.part"))
    (marker,) = done.parent.glob(".*.done")
    for path in (done, old_part, marker, store.directory("gone")):
        age(path)
    store.sweep({"here"}, time.time())
    assert sorted(done.parent.iterdir()) == sorted([done, fresh_part])
    assert not store.directory("gone").exists()
    assert store.directory("just-gone").exists()


def test_a_home_without_uploads_is_swept_in_peace(tmp_path: Path) -> None:
    UploadStore(tmp_path / "uploads", 1_000).sweep(set(), time.time())
    assert not (tmp_path / "uploads").exists()


def test_the_rules_of_a_depot_are_those_of_the_configuration(tmp_path: Path) -> None:
    paths = Paths.of(tmp_path / "loopsy")
    paths.home.mkdir()
    paths.config.write_text(f"transfer:\n  allow: [{tmp_path}]\n  deny: [{tmp_path}/private]\n")
    depot = Depot.of(paths, configuration.load(paths.config).transfer, tmp_path, set)
    assert depot.rules.path("x", tmp_path) == tmp_path.resolve() / "x"
    for text in ("private/x", "loopsy/config.yaml", "/etc/passwd"):
        with pytest.raises(DeniedPath):
            depot.rules.path(text, tmp_path)


@pytest.mark.parametrize("place", ["private", "./x", "~anna/x", "''"])
def test_a_place_that_begins_nowhere_is_no_rule(tmp_path: Path, place: str) -> None:
    (tmp_path / "config.yaml").write_text(f"transfer:\n  deny: [{place}]\n")
    with pytest.raises(ConfigError, match=r"config\.yaml:\d+: `transfer\.deny"):
        configuration.load(tmp_path / "config.yaml")
