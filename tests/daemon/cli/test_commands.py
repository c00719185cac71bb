"""The saved commands, changed by real commands in a real daemon."""

import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.cli.program import Loopsy


@pytest.fixture
def loopsy(tmp_path: Path) -> Iterator[Loopsy]:
    program = Loopsy(tmp_path / "home")
    program.start()
    yield program
    program.run("stop")


def test_commands_are_added_edited_moved_and_removed(loopsy: Loopsy, tmp_path: Path) -> None:
    arguments = ("make", "-k", "a 'b' \"c\"")
    (first,) = loopsy.json("commands", "add", "Tests", "--cwd", str(tmp_path), "--", *arguments)["commands"]
    assert (first["arguments"], first["directory"]) == (list(arguments), str(tmp_path))
    loopsy.run("commands", "add", "<b>日記</b>", "--", "vi")
    loopsy.run("commands", "move", "<b>日記</b>", "1")
    edited = loopsy.json("commands", "edit", "Tests", "--label", "All tests", "--home")["commands"]
    assert [command["label"] for command in edited] == ["<b>日記</b>", "All tests"]
    assert edited[1] == first | {"label": "All tests", "directory": None}
    assert shlex.join(arguments) in loopsy.run("commands", "list").stdout
    assert stat.S_IMODE((loopsy.home / "commands.json").stat().st_mode) == 0o600
    left = loopsy.json("commands", "remove", first["id"][:14])["commands"]
    assert [command["label"] for command in left] == ["<b>日記</b>"]
    refused = loopsy.run("commands", "add", "Empty", "--", "", status=1).stderr
    assert "begins with the name of a program" in refused
    assert "hint: " in refused


def test_what_is_missing_is_said_without_a_daemon(tmp_path: Path) -> None:
    refused = Loopsy(tmp_path / "home").run("commands", "add", "Nothing", status=2).stderr
    assert "loopsy commands add Nothing -- make test" in refused
