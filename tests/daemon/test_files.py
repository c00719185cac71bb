import os
import stat
import threading
from pathlib import Path

import pytest

from loopsy_daemon import files
from loopsy_daemon.errors import LockTimeout, UnsafeFile


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_private_directory_is_made_closed_and_an_open_one_of_ours_is_closed(tmp_path: Path) -> None:
    made = files.private_directory(tmp_path / "a" / "b")
    assert mode(made) == 0o700
    made.chmod(0o755)
    files.private_directory(made)
    assert mode(made) == 0o700


@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_private_directory_is_neither_a_link_nor_a_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "home"
    if kind == "link":
        (tmp_path / "elsewhere").mkdir()
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.touch()
    with pytest.raises(UnsafeFile, match="is not a directory"):
        files.private_directory(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_another_user_owns_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / "home"
    directory.mkdir()
    secret = tmp_path / "secrets.json"
    files.write_atomically(secret, b"{}")
    for path in (directory, secret):
        os.chown(path, 65_534, 65_534)
    with pytest.raises(UnsafeFile, match="belongs to another user"):
        files.private_directory(directory)
    with pytest.raises(UnsafeFile, match="belongs to another user"):
        files.read_private(secret)


def test_a_write_replaces_content_and_mode_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("old")
    path.chmod(0o644)
    former = os.umask(0o777)
    try:
        files.write_atomically(path, b"new")
    finally:
        os.umask(former)
    assert path.read_bytes() == b"new"
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_replaces_a_link_and_not_what_it_points_to(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("kept")
    link = tmp_path / "secrets.json"
    link.symlink_to(target)
    files.write_atomically(link, b"secret")
    assert target.read_text() == "kept"
    assert not link.is_symlink()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    directory = tmp_path / "name"
    directory.mkdir()
    (directory / "in the way").touch()
    with pytest.raises(OSError, match=r".+"):
        files.write_atomically(directory, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["name"]


def test_a_private_file_is_read_and_a_missing_one_is_none(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    assert files.read_private(path) is None
    files.write_atomically(path, b"secret")
    assert files.read_private(path) == b"secret"


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o660])
def test_a_secret_file_that_others_can_open_is_refused_with_the_remedy(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "secrets.json"
    path.write_text("secret")
    path.chmod(bits)
    with pytest.raises(UnsafeFile) as refused:
        files.read_private(path)
    assert refused.value.hint == f"chmod 600 {path}"
    assert "secret\n" not in refused.value.message


def test_a_secret_file_is_no_link_no_directory_and_no_fifo(tmp_path: Path) -> None:
    files.write_atomically(tmp_path / "real", b"secret")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)
    directory = tmp_path / "directory"
    directory.mkdir(mode=0o700)
    for path, reason in ((link, "symbolic link"), (fifo, "plain file"), (directory, "plain file")):
        with pytest.raises(UnsafeFile, match=reason):
            files.read_private(path)


def test_a_lock_keeps_others_out_until_it_is_given_back(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with files.locked(path):
            inside.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(10)
    with pytest.raises(LockTimeout, match=r"config\.yaml"), files.locked(path, timeout_seconds=0.05):
        pytest.fail("the lock was given twice")
    leave.set()
    holder.join()
    with files.locked(path, timeout_seconds=5):
        assert mode(path.with_name("config.yaml.lock")) == 0o600
