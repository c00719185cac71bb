"""Wrong use, exit statuses, and what reaches stdout and stderr; no daemon is needed."""

import re
import shlex
import stat
import subprocess
from pathlib import Path

import pytest

from loopsy_daemon import __version__, config
from tests.daemon.cli.program import PROGRAM, Loopsy


def complaint(stderr: str) -> tuple[str, str]:
    lines = stderr.splitlines()
    assert len(lines) == 2, stderr
    assert lines[1].startswith("hint: ")
    return lines[0], lines[1].removeprefix("hint: ")


def test_the_version_is_told(home: Path) -> None:
    assert Loopsy(home).run("--version").stdout == f"loopsy {__version__}\n"


def test_help_documents_the_exit_statuses(home: Path) -> None:
    help_text = " ".join(Loopsy(home).run("--help").stdout.split())
    for clause in ("0 done", "1 it failed", "2 wrong use", "3 the daemon is not running"):
        assert clause in help_text


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["strat"], "loopsy --help"),
        (["start", "--frobnicate"], "loopsy start --help"),
        (["start", "extra"], "loopsy start --help"),
        (["attach"], "loopsy attach --help"),
        (["relay", "configure"], "loopsy relay configure --help"),
        (["mobile", "pair", "--ttl", "5"], "loopsy mobile pair --help"),
        (["mobile", "pair", "--digits", "nine"], "loopsy mobile pair --help"),
        (["init", "--name", ""], "loopsy init --name studio"),
        (["init", "--name", "a\x07b"], "loopsy init --name studio"),
        (["init", "--name", "x" * 65], "loopsy init --name studio"),
        (["relay", "configure", "http://relay.example"], "loopsy relay configure https://relay.example"),
        (["relay", "configure", "https://relay.example/?token=hush"], "loopsy relay configure https://relay.example"),
        (["relay", "configure", "https://ada:hush@relay.example"], "loopsy relay configure https://relay.example"),
        (["relay", "configure", "ftp://relay.example"], "loopsy relay configure https://relay.example"),
        (["relay", "configure", "https://[::1"], "loopsy relay configure https://relay.example"),
        (["shell"], "loopsy list"),
        (["attach", "anything"], "loopsy list"),
        (["shell", "--json"], "loopsy shell --detached"),
    ],
)
def test_wrong_use_gets_one_sentence_and_a_hint(home: Path, arguments: list[str], command: str) -> None:
    done = Loopsy(home).run(*arguments, status=2)
    sentence, hint = complaint(done.stderr)
    assert sentence.endswith((".", "?"))
    assert hint == command
    assert done.stdout == ""
    assert "hush" not in done.stderr


@pytest.mark.parametrize("arguments", [[], ["relay"], ["mobile"], ["phone"]])
def test_a_group_without_a_command_shows_its_help(home: Path, arguments: list[str]) -> None:
    done = Loopsy(home).run(*arguments, status=2)
    assert "Usage: " in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["kill", "x"], ["phone", "list"], ["phone", "revoke", "x"], ["mobile", "pair"], ["shell", "--detached"]],
)
def test_without_a_daemon_the_status_is_3(home: Path, arguments: list[str]) -> None:
    done = Loopsy(home).run(*arguments, status=3)
    assert complaint(done.stderr) == ("The daemon is not running.", "loopsy start")
    assert done.stdout == ""
    assert list(home.iterdir()) == []


def test_init_makes_a_private_home_and_a_second_time_changes_only_what_is_asked(home: Path) -> None:
    loopsy = Loopsy(home / "new", {"LOOPSY_SECRETS": ""})
    first = loopsy.json("init", "--secrets-file", "--name", "studio")
    assert (first["created"], first["name"], first["secrets"]) == (True, "studio", "file")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", first["public_key"])
    assert stat.S_IMODE(loopsy.home.stat().st_mode) == 0o700
    for name in ("config.yaml", "secrets.json"):
        assert stat.S_IMODE((loopsy.home / name).stat().st_mode) == 0o600
    second = loopsy.json("init")
    assert second == first | {"created": False}
    third = loopsy.json("init", "--name", "attic")
    assert third == second | {"name": "attic"}
    assert config.load(loopsy.home / "config.yaml").secrets == "file"


def test_a_file_that_the_environment_chose_becomes_the_choice_with_its_key_in_it(home: Path) -> None:
    first = Loopsy(home).json("init")
    assert config.load(home / "config.yaml").secrets == "keyring"
    assert Loopsy(home).json("init", "--secrets-file")["public_key"] == first["public_key"]
    assert Loopsy(home, {"LOOPSY_SECRETS": ""}).json("init") == first | {"created": False}


def test_init_without_a_trusted_keyring_names_the_way_out_and_leaves_nothing_half_made(home: Path) -> None:
    loopsy = Loopsy(home, {"LOOPSY_SECRETS": "", "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"})
    sentence, hint = complaint(loopsy.run("init", status=1).stderr)
    assert "keyring" in sentence
    assert "loopsy init --secrets-file" in hint
    assert not (home / "config.yaml").exists()
    assert loopsy.json("init", "--secrets-file")["created"] is True


def test_init_never_shows_the_key(home: Path) -> None:
    loopsy = Loopsy(home)
    shown = loopsy.run("init", "--secrets-file")
    secret = re.findall(r'"device-key": "([^"]+)"', (home / "secrets.json").read_text())
    assert len(secret) == 1
    assert secret[0] not in shown.stdout + shown.stderr + loopsy.run("init", "--json").stdout


def test_status_without_a_daemon_reports_and_ends_with_3(home: Path) -> None:
    loopsy = Loopsy(home)
    loopsy.run("init", "--name", "studio")
    (home / "config.yaml").write_text((home / "config.yaml").read_text() + "colour: red\n")
    report = loopsy.json("status", status=3)
    assert (report["running"], report["name"], report["pid"], report["relay"]) == (False, "studio", None, None)
    assert report["unknown_config_keys"] == ["colour"]
    assert "colour" in loopsy.run("status", status=3).stdout


@pytest.mark.parametrize("arguments", [["status"], ["start"], ["restart"], ["init"], ["relay", "show"]])
def test_a_broken_configuration_is_named_by_file_and_line(home: Path, arguments: list[str]) -> None:
    (home / "config.yaml").write_text("name: studio\nsessions: [\n")
    sentence, _ = complaint(Loopsy(home).run(*arguments, status=1).stderr)
    assert sentence.startswith(f"{home}/config.yaml:3: ")
    assert (home / "config.yaml").read_text() == "name: studio\nsessions: [\n"


def test_a_home_of_another_kind_is_no_traceback(home: Path) -> None:
    (home / "file").touch()
    sentence, _ = complaint(Loopsy(home / "file").run("init", status=1).stderr)
    assert "is not a directory" in sentence


def test_relay_show_and_unset_without_a_relay(home: Path) -> None:
    loopsy = Loopsy(home)
    assert loopsy.json("relay", "show") == {"relay": None}
    assert complaint(loopsy.run("relay", "unset", status=1).stderr)[0] == "No relay is configured."


def test_stop_without_a_daemon_is_done_already(home: Path) -> None:
    assert Loopsy(home).json("stop") == {"was_running": False, "forced": False, "programs": 0}


def test_a_relay_that_cannot_be_reached_changes_nothing(home: Path) -> None:
    loopsy = Loopsy(home)
    loopsy.run("init", "--name", "studio")
    before = (home / "config.yaml").read_text()
    sentence, _ = complaint(loopsy.run("relay", "configure", "http://127.0.0.1:9", status=1).stderr)
    assert "cannot be reached" in sentence
    assert (home / "config.yaml").read_text() == before


@pytest.mark.parametrize("secret", ["x" * 2_000, "two words", "tab\there", "snow☃"])
def test_what_cannot_be_a_secret_is_refused_unseen(home: Path, secret: str) -> None:
    file = home / "invite"
    file.write_text(secret)
    loopsy = Loopsy(home / "home")
    for done in (
        loopsy.run("relay", "configure", "http://127.0.0.1:9", "--invite-file", str(file), status=2),
        loopsy.run("relay", "configure", "http://127.0.0.1:9", given=secret, status=2),
    ):
        complaint(done.stderr)
        assert secret not in done.stderr


def test_who_closes_stdout_meets_no_defect_and_control_characters_do_not_reach_the_terminal(home: Path) -> None:
    loopsy = Loopsy(home)
    command = f"{shlex.join([*PROGRAM, 'status'])} >&-"
    closed = subprocess.run(["sh", "-c", command], env=loopsy.environment, stderr=subprocess.PIPE, check=False)
    assert (closed.returncode, closed.stderr) == (3, b"")
    assert complaint(loopsy.run("peers", "permit", "a\x1b[31mb", "none", status=2).stderr) == (
        "No peer is called 'a\\x1b[31mb'.",
        "see who is paired: loopsy peers",
    )
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'." in loopsy.run("completion", "tcsh", status=2).stderr
