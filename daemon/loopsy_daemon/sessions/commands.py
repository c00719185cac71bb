"""The saved commands of this laptop, which every client sees and may change: `commands.json`, the daemon's alone."""

import base64
import secrets
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from loopsy_daemon import files
from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.sessions.errors import BadRequest, NotSaved, TooManyCommands, UnknownCommand
from loopsy_daemon.sessions.names import has_control_characters, require_valid_name
from loopsy_daemon.wire import limits
from loopsy_daemon.wire.messages import SavedCommand

COMMAND_PREFIX: Final = "command-"
_ID_BYTES: Final = 8


class _CommandsFile(Struct, frozen=True, kw_only=True):
    commands: Annotated[list[SavedCommand], Meta(max_length=limits.MAX_COMMANDS)] = []
    version: int = 1


class Commands:
    """They are in the order in which clients show them; a change that cannot be written does not happen."""

    def __init__(self, path: Path) -> None:
        """Load them. Raises LoopsyError if the file is damaged."""
        self._path = path
        self._commands = _load(path)

    def all(self) -> list[SavedCommand]:
        """Return the commands in their order."""
        return list(self._commands)

    def get(self, command_id: str) -> SavedCommand:
        """Return a command. Raises UnknownCommand."""
        return self._commands[self._index(command_id)]

    def save(
        self, label: str, arguments: list[str], directory: str | None = None, command_id: str | None = None
    ) -> SavedCommand:
        """Add a command at the end, or replace the one with this id. Raises SessionError."""
        _require_valid(label, arguments, directory)
        if command_id is None and len(self._commands) >= limits.MAX_COMMANDS:
            raise TooManyCommands(f"There are {limits.MAX_COMMANDS} commands already.", "Remove one of them first.")
        index = len(self._commands) if command_id is None else self._index(command_id)
        saved = SavedCommand(
            id=command_id or _new_id(), label=label, arguments=list(arguments), directory=directory or None
        )
        self._write([*self._commands[:index], saved, *self._commands[index + 1 :]])
        return saved

    def remove(self, command_id: str) -> SavedCommand:
        """Delete a command and return it. Raises SessionError."""
        removed = self.get(command_id)
        self._write([command for command in self._commands if command.id != command_id])
        return removed

    def move(self, command_id: str, position: int) -> SavedCommand:
        """Give a command another place, from 0; beyond the end is the end. Raises SessionError."""
        moved = self.get(command_id)
        others = [command for command in self._commands if command.id != command_id]
        self._write([*others[:position], moved, *others[position:]])
        return moved

    def _index(self, command_id: str) -> int:
        for index, command in enumerate(self._commands):
            if command.id == command_id:
                return index
        raise UnknownCommand("This command was removed.", "Choose another one; `loopsy commands list` shows all.")

    def _write(self, commands: list[SavedCommand]) -> None:
        content = msgspec.json.format(msgspec.json.encode(_CommandsFile(commands=commands)), indent=1)
        try:
            files.write_atomically(self._path, content + b"\n")
        except OSError as error:
            raise NotSaved(
                f"The laptop could not save this: {error.strerror}.", f"Make room for {self._path.name} there."
            ) from error
        self._commands = commands


def _require_valid(label: str, arguments: list[str], directory: str | None) -> None:
    require_valid_name(label)
    if not arguments or not arguments[0]:
        raise BadRequest("A command begins with the name of a program.", "Type a command, such as `make test`.")
    if any(map(has_control_characters, [*arguments, directory or ""])):
        raise BadRequest("A command has no control characters, such as line breaks.", "Keep it on one line.")
    if sum(_size_bytes(argument) + 1 for argument in arguments) > limits.MAX_COMMAND_BYTES:
        raise BadRequest(f"A command has at most {limits.MAX_COMMAND_BYTES} bytes.", "Put it into a script.")
    if _size_bytes(directory or "") > limits.MAX_COMMAND_DIRECTORY_BYTES:
        raise BadRequest(
            f"A directory has at most {limits.MAX_COMMAND_DIRECTORY_BYTES} bytes here.", "Make a link to it."
        )


def _size_bytes(text: str) -> int:
    return len(text.encode(errors="replace"))


def _new_id() -> str:
    return COMMAND_PREFIX + base64.b32encode(secrets.token_bytes(_ID_BYTES)).decode().rstrip("=").lower()


def _load(path: Path) -> list[SavedCommand]:
    data = files.read_private(path)
    if data is None:
        return []
    try:
        commands = msgspec.json.decode(data, type=_CommandsFile).commands
        for command in commands:
            _require_valid(command.label, command.arguments, command.directory)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, BadRequest) as error:
        raise LoopsyError(
            f"{path} is damaged: {error}", f"mend it, or forget the commands: mv {path} {path}.old"
        ) from error
    return commands
