"""Claude Code, which is told about servers by a command of its own."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from loopsy_daemon.mcp import jsonc
from loopsy_daemon.mcp.agents import SERVER, AgentError, Entry, Knows, home_of, on_path

_DEADLINE_SECONDS: Final = 60.0


class ClaudeCode:
    """`claude mcp add` and `remove` in the scope of the user; its file is only read."""

    id = "claude"
    label = "Claude Code"

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        directory = environment.get("CLAUDE_CONFIG_DIR")
        self._file = Path(directory) / ".claude.json" if directory else home_of(environment) / ".claude.json"

    @property
    def place(self) -> str:
        """Where its configuration is."""
        return str(self._file)

    def is_installed(self) -> bool:
        """Tell whether it is on this machine."""
        return on_path("claude", self._environment) is not None

    def knows(self, entry: Entry) -> Knows:
        """Tell whether it starts the server, and with this command."""
        try:
            found = self._entry()
        except AgentError:
            return "unknown"
        if found is None:
            return "no"
        same = (found.get("command"), found.get("args", []), found.get("env") or {}) == (
            entry.command,
            list(entry.arguments),
            dict(entry.environment),
        )
        return "yes" if same else "another command"

    def add(self, entry: Entry) -> bool:
        """Have it start the server from now on; return whether that is new. Raises AgentError."""
        known = self.knows(entry)
        if known == "yes":
            return False
        if known == "another command":
            self.remove()
        variables = [part for name, value in entry.environment.items() for part in ("--env", f"{name}={value}")]
        # The command takes all that follows `--env` for variables, up to the next option.
        self._run("add", *variables, "--scope", "user", SERVER, "--", entry.command, *entry.arguments)
        return True

    def remove(self) -> bool:
        """Have it start the server no more; return whether it did. Raises AgentError."""
        if self._entry() is None:
            return False
        self._run("remove", "--scope", "user", SERVER)
        return True

    def _entry(self) -> dict[str, Any] | None:
        try:
            text = self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise AgentError(f"{self._file} cannot be read: {error}.", f"ls -l {self._file}") from error
        try:
            servers = jsonc.parse(text).get("mcpServers") or {}
            found = servers.get(SERVER)
        except (ValueError, AttributeError) as error:
            raise AgentError(f"{self._file} is damaged: {error}.", "start claude, which can restore it") from error
        return found if isinstance(found, dict) else None

    def _run(self, verb: str, *arguments: str) -> None:
        program = on_path("claude", self._environment)
        if program is None:
            raise AgentError("Claude Code is not installed here.", "npm install -g @anthropic-ai/claude-code")
        try:
            done = subprocess.run(
                [program, "mcp", verb, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env=dict(self._environment),
                timeout=_DEADLINE_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AgentError(f"`claude mcp {verb}` did not come to an end: {error}.", "claude mcp list") from error
        if done.returncode:
            lines = [line for line in done.stdout.splitlines() if line.strip()] or ["it said nothing"]
            raise AgentError(f"`claude mcp {verb}` failed: {lines[-1].strip().rstrip('.')}.", "claude mcp list")
