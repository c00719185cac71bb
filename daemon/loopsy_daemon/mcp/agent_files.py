"""Agents that are told about servers in a file: Codex, Gemini CLI, opencode."""

import os
import stat
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from loopsy_daemon import files
from loopsy_daemon.mcp import jsonc
from loopsy_daemon.mcp.agents import SERVER, AgentError, Entry, Knows, home_of, on_path

BACKUP_SUFFIX: Final = ".before-loopsy"
_NEW_FILE_MODE: Final = 0o600


class Language(Protocol):
    """How a file is read and changed; every function raises ValueError if it is damaged, or cannot be changed."""

    def parse(self, text: str) -> dict[str, Any]:
        """Return what the file says."""

    def with_member(self, text: str, path: Sequence[str], value: object) -> str:
        """Return the text with a value set, and everything else as it was."""

    def without_member(self, text: str, path: Sequence[str]) -> str:
        """Return the text without a value, and everything else as it was."""


class Toml:
    """TOML, with its comments."""

    def parse(self, text: str) -> dict[str, Any]:
        """Return what the file says."""
        return tomllib.loads(text)

    def with_member(self, text: str, path: Sequence[str], value: object) -> str:
        """Return the text with a value set, and everything else as it was."""
        import tomlkit

        outer, name = path
        document = tomlkit.parse(text)
        if outer not in document:
            document[outer] = tomlkit.table(is_super_table=True)
        servers = document[outer]
        if not isinstance(servers, dict):
            raise ValueError(f"{outer} is no table")  # noqa: TRY004 - a value that is not allowed, no defect of ours
        servers[name] = value
        return tomlkit.dumps(document)

    def without_member(self, text: str, path: Sequence[str]) -> str:
        """Return the text without a value, and everything else as it was."""
        import tomlkit

        outer, name = path
        document = tomlkit.parse(text)
        servers = document.get(outer)
        if not isinstance(servers, dict) or name not in servers:
            return text
        del servers[name]
        return tomlkit.dumps(document)


@dataclass(frozen=True, slots=True)
class FileAgent:
    """An agent with a file in which `path` holds what `describe` makes of an entry."""

    id: str
    label: str
    program: str
    file: Path
    path: tuple[str, str]
    language: Language
    describe: Callable[[Entry], dict[str, object]]
    environment: Mapping[str, str]

    @property
    def place(self) -> str:
        """Where its configuration is."""
        return str(self.file)

    def is_installed(self) -> bool:
        """Tell whether it is on this machine."""
        return on_path(self.program, self.environment) is not None or self.file.exists()

    def knows(self, entry: Entry) -> Knows:
        """Tell whether it starts the server, and with this command."""
        try:
            found = self._found(self._text())
        except AgentError:
            return "unknown"
        if found is None:
            return "no"
        return "yes" if found == self.describe(entry) else "another command"

    def add(self, entry: Entry) -> bool:
        """Have it start the server from now on; return whether that is new. Raises AgentError."""
        if not self.is_installed():
            raise AgentError(f"{self.label} is not installed here.", f"install it, then: loopsy mcp add {self.id}")
        text, wanted = self._text(), self.describe(entry)
        if self._found(text) == wanted:
            return False
        self._write(text, self._changed(lambda: self.language.with_member(text, self.path, wanted), wanted))
        return True

    def remove(self) -> bool:
        """Have it start the server no more; return whether it did. Raises AgentError."""
        text = self._text()
        if self._found(text) is None:
            return False
        self._write(text, self._changed(lambda: self.language.without_member(text, self.path), None))
        return True

    def _found(self, text: str) -> object:
        try:
            servers = self.language.parse(text).get(self.path[0]) or {}
        except ValueError as error:
            raise self._damaged(error) from error
        return servers.get(self.path[1]) if isinstance(servers, dict) else None

    def _changed(self, change: Callable[[], str], wanted: object) -> str:
        """Return the changed text, which says what it is to say. Raises AgentError."""
        try:
            changed = change()
        except ValueError as error:
            raise self._damaged(error) from error
        if self._found(changed) != wanted:
            raise self._damaged(ValueError("it cannot be changed safely"))
        return changed

    def _damaged(self, error: ValueError) -> AgentError:
        return AgentError(
            f"{self.file} cannot be understood: {str(error).rstrip('.')}.", "correct it; nothing was changed"
        )

    def _text(self) -> str:
        try:
            return self.file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise AgentError(f"{self.file} cannot be read: {error}.", f"ls -l {self.file}") from error

    def _write(self, before: str, after: str) -> None:
        file = self.file.resolve()  # a link to it stays one
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else _NEW_FILE_MODE
            if before:
                files.write_atomically(file.with_name(file.name + BACKUP_SUFFIX), before.encode(), mode=mode)
            if self._text() != before:
                raise AgentError(f"{self.file} was just changed by somebody else.", "try again")
            files.write_atomically(file, after.encode(), mode=mode)
        except OSError as error:
            raise AgentError(f"{self.file} cannot be written: {error.strerror}.", f"ls -ld {file.parent}") from error


def codex(environment: Mapping[str, str]) -> FileAgent:
    """Return Codex: `config.toml`."""
    directory = environment.get("CODEX_HOME")
    home = Path(directory) if directory else home_of(environment) / ".codex"
    # Codex gives a server hardly any of its environment; where the keyring is, is not part of it.
    bus = {name: value for name in ("DBUS_SESSION_BUS_ADDRESS",) if (value := environment.get(name))}

    def describe(entry: Entry) -> dict[str, object]:
        return _described(entry, {**bus, **entry.environment})

    return FileAgent(
        "codex", "Codex", "codex", home / "config.toml", ("mcp_servers", SERVER), Toml(), describe, environment
    )


def gemini(environment: Mapping[str, str]) -> FileAgent:
    """Return Gemini CLI: `settings.json`."""
    return FileAgent(
        "gemini",
        "Gemini CLI",
        "gemini",
        home_of(environment) / ".gemini" / "settings.json",
        ("mcpServers", SERVER),
        jsonc,
        lambda entry: _described(entry, entry.environment),
        environment,
    )


def opencode(environment: Mapping[str, str]) -> FileAgent:
    """Return opencode: `opencode.jsonc` if there is one, else `opencode.json`."""
    configured = environment.get("XDG_CONFIG_HOME")
    home = (Path(configured) if configured else home_of(environment) / ".config") / "opencode"
    file = home / "opencode.jsonc"

    def describe(entry: Entry) -> dict[str, object]:
        variables = {"environment": dict(entry.environment)} if entry.environment else {}
        return {"type": "local", "command": [entry.command, *entry.arguments], "enabled": True, **variables}

    return FileAgent(
        "opencode",
        "opencode",
        "opencode",
        file if os.path.lexists(file) else home / "opencode.json",
        ("mcp", SERVER),
        jsonc,
        describe,
        environment,
    )


def _described(entry: Entry, variables: Mapping[str, str]) -> dict[str, object]:
    described: dict[str, object] = {"command": entry.command, "args": list(entry.arguments)}
    return {**described, "env": dict(variables)} if variables else described
