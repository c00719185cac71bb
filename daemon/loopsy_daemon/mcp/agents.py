"""Agents on this machine that can use the MCP server: which there are, and whether each knows it."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Protocol

from loopsy_daemon.errors import LoopsyError, UsageError

SERVER: Final = "loopsy"
_ARGUMENTS: Final = ("mcp", "serve")
_PROGRAM: Final = "from loopsy_daemon.cli.main import main; main()"
# Some agents give a server hardly any of their own environment.
_PASSED_ON: Final = ("LOOPSY_HOME", "LOOPSY_SECRETS")
Knows = Literal["yes", "no", "another command", "unknown"]


class AgentError(LoopsyError):
    """An agent's configuration cannot be read or changed; it is as it was."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What an agent is told: how to start the server."""

    command: str
    arguments: tuple[str, ...] = _ARGUMENTS
    environment: Mapping[str, str] = field(default_factory=dict)


class Agent(Protocol):
    """One agent's configuration."""

    @property
    def id(self) -> str:
        """What it is called in commands."""

    @property
    def label(self) -> str:
        """What people call it."""

    @property
    def place(self) -> str:
        """Where its configuration is."""

    def is_installed(self) -> bool:
        """Tell whether it is on this machine."""

    def knows(self, entry: Entry) -> Knows:
        """Tell whether it starts the server, and with this command."""

    def add(self, entry: Entry) -> bool:
        """Have it start the server from now on; return whether that is new. Raises AgentError."""

    def remove(self) -> bool:
        """Have it start the server no more; return whether it did. Raises AgentError."""


def own_entry(environment: Mapping[str, str]) -> Entry:
    """Return how this very program is started, wherever an agent looks for programs."""
    started = Path(sys.argv[0])
    program = str(started.absolute()) if started.name == "loopsy" and started.exists() else shutil.which("loopsy")
    passed_on = {name: environment[name] for name in _PASSED_ON if environment.get(name)}
    if program is None:
        return Entry(sys.executable, ("-c", _PROGRAM, *_ARGUMENTS), passed_on)
    return Entry(program, environment=passed_on)


def all_agents(environment: Mapping[str, str] = os.environ) -> tuple[Agent, ...]:
    """Return the agents that are known, installed or not."""
    from loopsy_daemon.mcp.agent_commands import ClaudeCode
    from loopsy_daemon.mcp.agent_files import codex, gemini, opencode

    return (ClaudeCode(environment), codex(environment), gemini(environment), opencode(environment))


def chosen_agents(agents: Sequence[Agent], names: Sequence[str]) -> list[Agent]:
    """Return the agents with these ids; without any, those that are installed. Raises UsageError."""
    known = {agent.id: agent for agent in agents}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(f"No agent is called {unknown[0]!r}.", f"choose of: {', '.join(known)}")
    found = [known[name] for name in dict.fromkeys(names)] or [agent for agent in agents if agent.is_installed()]
    if not found:
        raise AgentError("No agent is installed here that could be told.", f"install one of: {', '.join(known)}")
    return found


def on_path(program: str, environment: Mapping[str, str]) -> str | None:
    """Return where a program is that a person would start by this name."""
    return shutil.which(program, path=environment.get("PATH", os.defpath))


def home_of(environment: Mapping[str, str]) -> Path:
    """Return the person's home directory."""
    return Path(environment.get("HOME") or Path.home())
