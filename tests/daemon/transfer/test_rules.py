import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopsy_daemon.config import TransferConfig
from loopsy_daemon.paths import Paths
from loopsy_daemon.transfer.depot import rules_of
from loopsy_daemon.transfer.errors import BadPath, DeniedPath
from loopsy_daemon.transfer.rules import Rules


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path.resolve() / "anna"
    for directory in ("work/deep", ".ssh", ".config/nvim", "dotfiles/gnupg", ".loopsy/uploads", "Work"):
        (home / directory).mkdir(parents=True)
    (home / "work" / "notes.txt").write_text("notes")
    (home / ".ssh" / "id_ed25519").write_text("secret")
    (home / ".gnupg").symlink_to(home / "dotfiles" / "gnupg")
    (home / "dotfiles" / "gnupg" / "ring").write_text("secret")
    return home


def rules(home: Path, allow: tuple[str, ...] = ("~",), deny: tuple[str, ...] = ()) -> Rules:
    return Rules.of(allow=allow, deny=deny, max_bytes=1_000, home=home, loopsy_home=home / ".loopsy")


@pytest.mark.parametrize(
    "text", ["notes.txt", "./notes.txt", "../work/notes.txt", "~/work/notes.txt", "deep/../notes.txt"]
)
def test_a_path_begins_at_the_base_or_at_home(home: Path, text: str) -> None:
    assert rules(home).path(text, home / "work") == home / "work" / "notes.txt"


@pytest.mark.parametrize("text", ["", "a\x00b", "x" * 4_097])
def test_what_is_no_path_is_refused(home: Path, text: str) -> None:
    with pytest.raises(BadPath):
        rules(home).path(text, home)


@pytest.mark.parametrize(
    "text",
    [
        "/etc/passwd", "..", "../../etc/passwd", "~/.ssh/id_ed25519", "~/.SSH/id_ed25519", "~/.ssh", "~/.ssh/none",
        "~/work/../.ssh/id_ed25519", "~/.bashrc", "~/.gnupg/ring", "~/dotfiles/gnupg/ring", "~/.loopsy/secrets.json",
        "~/Library/Keychains/login.keychain-db", "~/.config/nvim/init.lua", "/proc/self/environ", "~bob/x",
    ],
)  # fmt: skip
def test_secrets_and_what_is_not_allowed_are_denied_whether_they_exist_or_not(home: Path, text: str) -> None:
    with pytest.raises(DeniedPath):
        rules(home).path(text, Path("/"))


def test_a_link_leads_neither_out_nor_to_a_secret(home: Path) -> None:
    (home / "work" / "out").symlink_to("/etc")
    (home / "work" / "keys").symlink_to(home / ".ssh")
    (home / "work" / "loop").symlink_to(home / "work" / "loop")
    (home / "work" / "fine").symlink_to(home / "work" / "deep")
    for text in ("out/passwd", "keys/id_ed25519", "fine/../../.ssh/id_ed25519"):
        with pytest.raises(DeniedPath):
            rules(home).path(text, home / "work")
    assert rules(home).path("fine/new", home / "work") == home / "work" / "deep" / "new"


def test_the_deepest_rule_decides_and_a_denial_wins_a_tie(home: Path) -> None:
    ours = rules(home, ("~", "~/.config/nvim", "~/work/deep/open"), ("~/work/deep", "~/*.kdbx"))
    assert ours.permits(home / ".config" / "nvim" / "init.lua")
    assert not ours.permits(home / ".config" / "other")
    assert not ours.permits(home / "work" / "deep" / "x")
    assert ours.permits(home / "work" / "deep" / "open" / "x")
    assert not ours.permits(home / "Passwords.KDBX")
    assert ours.permits(home / "work" / "Passwords.kdbx")
    assert not rules(home, ("~/work",), ("~/work",)).permits(home / "work" / "x")
    assert rules(home, ("~/.ssh",)).permits(home / ".ssh" / "config")  # named exactly: somebody wants it
    assert not rules(home, ("~/.config",)).permits(home / ".config" / "gcloud" / "key")


def test_allowed_names_are_exact_and_nothing_allows_the_home_of_loopsy(home: Path) -> None:
    assert not rules(home, ("~/work",)).permits(home / "Work" / "x")
    assert not rules(home, ("/", "~/.loopsy", "~/.loopsy/uploads/s")).permits(home / ".loopsy" / "uploads" / "s" / "x")


def test_nothing_is_allowed_where_nothing_is_named(home: Path) -> None:
    assert not rules(home, ()).permits(home / "work" / "notes.txt")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(
        st.sampled_from(["..", ".", "work", "deep", ".ssh", "keys", "out", "up", "id_ed25519", "", "~"]), max_size=8
    )
)
def test_whatever_the_spelling_what_is_permitted_lies_in_allowed_places(home: Path, parts: list[str]) -> None:
    for name, target in (("keys", ".ssh"), ("up", ".."), ("out", "/etc")):
        link = home / "work" / name
        if not link.is_symlink():
            link.symlink_to(home / target)
    text = "/".join(parts) or "."
    try:
        found = rules(home).path(text, home / "work")
    except (DeniedPath, BadPath):
        return
    assert os.path.realpath(found) == str(found)
    assert found == home or (found.is_relative_to(home) and not found.relative_to(home).parts[0].startswith("."))


def test_the_directory_of_the_sockets_is_nobodys_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home whose path is too long for a socket has them elsewhere, where files may be allowed."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/tmp")
    paths = Paths.of(tmp_path / ("long" * 30))
    assert paths.socket.parent.parent == Path("/tmp")
    found = rules_of(paths, TransferConfig(), tmp_path)
    assert found.permits(Path("/tmp/anything"))
    for denied in (paths.socket, paths.keeper_socket, paths.home / "config.yaml"):
        with pytest.raises(DeniedPath):
            found.path(str(denied), tmp_path)
