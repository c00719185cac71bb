"""The saved commands: what they may be, their order, and that they are on disk before they are told."""

import stat
from pathlib import Path

import pytest

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.sessions.commands import COMMAND_PREFIX, Commands
from loopsy_daemon.sessions.errors import BadRequest, NotSaved, TooManyCommands, UnknownCommand
from loopsy_daemon.wire import frames, limits, messages


def labels(commands: Commands) -> list[str]:
    return [command.label for command in commands.all()]


def test_commands_are_kept_in_their_order_by_a_file_of_ours_alone(tmp_path: Path) -> None:
    path = tmp_path / "commands.json"
    commands = Commands(path)
    first = commands.save("Tests", ["make", "test", "-k", 'it\'s "odd"'], "~/api")
    second = commands.save("日記", ["vi"], "")
    third = commands.save("<b>bold</b>", ["echo", ""])
    assert first.id.startswith(COMMAND_PREFIX)
    assert len({first.id, second.id, third.id}) == 3
    assert second.directory is None
    commands.move(third.id, 0)
    commands.move(first.id, 9)
    commands.save("Diary", ["vi", "+"], command_id=second.id)
    assert labels(commands) == ["<b>bold</b>", "Diary", "Tests"]
    assert commands.remove(third.id) == third
    assert Commands(path).all() == commands.all() == [commands.get(second.id), first]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("label", "arguments", "directory"),
    [
        ("", ["make"], None),
        ("x" * 65, ["make"], None),
        ("two\nlines", ["make"], None),
        ("blank ", ["make"], None),
        ("Nothing", [], None),
        ("Nothing", ["", "x"], None),
        ("Control", ["make", "a\x1b[2J"], None),
        ("Line", ["make", "a\u2028b"], None),
        ("Half a character", ["make", "\ud800"], None),
        ("Long", ["make", "x" * 1_019], None),
        ("Wide", ["make", "日" * 340], None),
        ("Many", ["x"] * 513, None),
        ("Far", ["make"], "/" + "x" * 512),
        ("Odd", ["make"], "/tmp\x00"),
    ],
    ids=range(14),
)
def test_what_is_no_command_is_refused_with_a_hint(
    tmp_path: Path, label: str, arguments: list[str], directory: str | None
) -> None:
    commands = Commands(tmp_path / "commands.json")
    with pytest.raises(BadRequest) as refusal:
        commands.save(label, arguments, directory)
    assert refusal.value.hint
    assert commands.all() == []


def test_the_longest_command_is_one_byte_shorter(tmp_path: Path) -> None:
    saved = Commands(tmp_path / "commands.json").save("Long", ["make", "x" * 1_018])
    assert sum(len(argument) + 1 for argument in saved.arguments) == limits.MAX_COMMAND_BYTES


def test_the_longest_list_fits_into_one_message_and_no_more_are_taken(tmp_path: Path) -> None:
    commands = Commands(tmp_path / "commands.json")
    for _ in range(limits.MAX_COMMANDS):
        saved = commands.save("🙂" * 64, ["x" * 3] * 256, "/" + "d" * 511)
    with pytest.raises(TooManyCommands):
        commands.save("One more", ["make"])
    commands.save("In place of one", ["make"], command_id=saved.id)
    message = frames.encode_control(messages.encode(messages.Commands(id=1, commands=commands.all())))
    assert len(message) <= limits.MAX_PLAINTEXT_BYTES


def test_what_was_removed_elsewhere_is_said(tmp_path: Path) -> None:
    commands = Commands(tmp_path / "commands.json")
    with pytest.raises(UnknownCommand):
        commands.save("Tests", ["make"], command_id="command-aaaaaaaaaaaaa")
    with pytest.raises(UnknownCommand):
        commands.remove("command-aaaaaaaaaaaaa")
    with pytest.raises(UnknownCommand):
        commands.move("command-aaaaaaaaaaaaa", 0)


def test_what_cannot_be_written_does_not_happen(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    commands = Commands(home / "commands.json")
    saved = commands.save("Tests", ["make"])
    home.rename(tmp_path / "gone")
    with pytest.raises(NotSaved, match="No such file"):
        commands.remove(saved.id)
    assert commands.all() == [saved]


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"commands":[{"id":"x","label":"x","arguments":[]}]}', '{"commands":[{"id":"x"}]}']
)
def test_a_damaged_file_is_never_taken_for_an_empty_list(tmp_path: Path, content: str) -> None:
    path = tmp_path / "commands.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(LoopsyError, match="is damaged") as refusal:
        Commands(path)
    assert f"mv {path}" in str(refusal.value.hint)
    assert path.read_text() == content
