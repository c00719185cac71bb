"""The keys for peers: read once, and again when another process has changed them."""

from pathlib import Path

from loopsy_daemon import files
from loopsy_daemon.keys import FileStore
from loopsy_daemon.lan.peer_keys import PeerKeys
from loopsy_daemon.paths import Paths


class CountingStore(FileStore):
    """A store that knows how often it was read."""

    reads = 0

    def get(self, name: str) -> str | None:
        self.reads += 1
        return super().get(name)


def test_they_are_read_again_only_when_somebody_has_changed_them(tmp_path: Path) -> None:
    paths = Paths.of(tmp_path / "home")
    files.private_directory(paths.home)
    store = CountingStore(paths.secrets)
    daemon, command = PeerKeys(paths, store), PeerKeys(paths, FileStore(paths.secrets))
    assert [daemon.get("a"), daemon.get("a")] == [None, None]
    assert store.reads == 1
    command.put("a", "first")
    assert [daemon.get("a"), daemon.get("a"), daemon.get("b")] == ["first", "first", None]
    assert store.reads == 2
    command.put("a", "second")
    assert daemon.get("a") == "second"
    command.remove("a")
    assert daemon.get("a") is None
    daemon.put("b", "own")
    assert daemon.get("b") == "own"
    assert command.get("b") == "own"
