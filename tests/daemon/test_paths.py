import socket
from pathlib import Path

import pytest

from loopsy_daemon.paths import MAX_SOCKET_PATH_BYTES, Paths


def test_the_home_is_loopsy_home_or_the_default(tmp_path: Path) -> None:
    assert Paths.from_environment({"LOOPSY_HOME": str(tmp_path)}).home == tmp_path.resolve()
    assert Paths.from_environment({}).home == Path("~/.loopsy").expanduser().resolve()
    assert Paths.from_environment({"LOOPSY_HOME": ""}).home == Path("~/.loopsy").expanduser().resolve()


def test_a_home_has_one_spelling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path)
    spellings = {Paths.of(Path(text)) for text in ("real", "link", "./link/../real", str(tmp_path / "real"))}
    assert spellings == {Paths((tmp_path / "real").resolve())}


def test_everything_lives_in_the_home() -> None:
    paths = Paths(Path("/home/ada/.loopsy"))
    assert [path.relative_to(paths.home).as_posix() for path in (
        paths.config, paths.phones, paths.secrets, paths.daemon_log, paths.daemon_lock, paths.socket,
    )] == ["config.yaml", "phones.json", "secrets.json", "logs/daemon.log", "daemon.lock", "loopsy.sock"]  # fmt: skip


def test_a_long_home_has_its_socket_in_a_short_directory_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1000")
    first, second = (Paths(tmp_path / ("long" * 30) / name) for name in ("first", "second"))
    assert first.socket.is_relative_to("/run/user/1000")
    assert first.socket != second.socket
    assert len(str(first.socket).encode()) <= MAX_SOCKET_PATH_BYTES
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert first.socket.is_relative_to("/tmp")
    monkeypatch.setenv("XDG_RUNTIME_DIR", f"/run/{'very' * 30}")
    assert first.socket.is_relative_to("/tmp")


def test_a_socket_that_exists_is_found_from_another_environment(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = Paths(tmp_path / ("long" * 30))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    made = paths.socket
    made.parent.mkdir(mode=0o700)
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(made))
            monkeypatch.setenv("XDG_RUNTIME_DIR", str(home))
            assert paths.socket == made
    finally:
        made.unlink(missing_ok=True)
        made.parent.rmdir()
