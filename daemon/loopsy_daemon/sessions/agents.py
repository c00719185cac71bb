"""The programs that a client may open by name, and the environment that they get."""

import os
import pwd
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loopsy_daemon.sessions.commands import COMMAND_PREFIX, Commands
from loopsy_daemon.sessions.errors import AgentUnavailable, UnknownAgent
from loopsy_daemon.wire.messages import AgentInfo, SavedCommand

SHELL: Final = "shell"
AVAILABILITY_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Agent:
    """A program by its id: what it is called, how its command is found, and what installs it."""

    id: str
    label: str
    command: str
    install: str


@dataclass(frozen=True, slots=True)
class Launch:
    """What `open` starts: a command line, what its session is called, and where it begins if nothing else is said."""

    argv: list[str]
    name: str
    directory: str | None = None


AGENTS: Final = (
    Agent(SHELL, "Shell", "", ""),
    Agent("claude", "Claude Code", "claude", "npm install -g @anthropic-ai/claude-code"),
    Agent("codex", "Codex", "codex", "npm install -g @openai/codex"),
    Agent("gemini", "Gemini CLI", "gemini", "npm install -g @google/gemini-cli"),
    Agent("opencode", "OpenCode", "opencode", "npm install -g opencode-ai"),
)
# A daemon that was started at log-in has a shorter PATH than the person's shell.
_USUAL_DIRECTORIES: Final = (".local/bin", "bin", ".bun/bin", ".opencode/bin", ".npm-global/bin", ".volta/bin")
_SYSTEM_DIRECTORIES: Final = ("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin", "/bin")


class Agents:
    """The known agents on this machine, as the given environment finds them."""

    def __init__(self, environment: Mapping[str, str], commands: Commands | None = None) -> None:
        self.commands = commands
        self._environment = environment
        self._found: dict[str, str | None] = {}
        self._looked_at: float | None = None

    def infos(self) -> list[AgentInfo]:
        """Return all agents and whether each can be started; looked up anew after ten seconds."""
        self._look()
        return [self._info(agent) for agent in AGENTS]

    def launch(self, agent_id: str) -> Launch:
        """Return what an agent's id, or a saved command's, stands for. Raises SessionError."""
        if self.commands is not None and agent_id.startswith(COMMAND_PREFIX):
            return self._launch_command(self.commands.get(agent_id))
        return Launch(self.argv(agent_id), agent_id)

    def argv(self, agent_id: str) -> list[str]:
        """Return the command line of an agent. Raises UnknownAgent or AgentUnavailable."""
        agent = next((agent for agent in AGENTS if agent.id == agent_id), None)
        if agent is None:
            known = ", ".join(agent.id for agent in AGENTS)
            raise UnknownAgent(f"There is no agent called {agent_id!r}.", f"Use one of {known}.")
        if agent.id == SHELL:
            return [login_shell(self._environment), "-l"]
        path = self._which(agent.command)
        if path is None:
            raise AgentUnavailable(
                f"{agent.label} is not installed on this machine.", f"Install it with `{agent.install}`."
            )
        return [path]

    def _launch_command(self, command: SavedCommand) -> Launch:
        program = command.arguments[0]
        if program.startswith("~/"):
            program = str(Path(home_directory(self._environment), program.removeprefix("~/")))
        if "/" not in program:
            found = self._which(program)
            if found is None:
                raise AgentUnavailable(f"There is no program {program!r} on this machine.", "Check the command's name.")
            program = found
        return Launch([program, *command.arguments[1:]], command.label, command.directory)

    def _info(self, agent: Agent) -> AgentInfo:
        available = agent.id == SHELL or self._found.get(agent.id) is not None
        return AgentInfo(
            id=agent.id, label=agent.label, available=available, install=None if available else agent.install
        )

    def _look(self) -> None:
        now = time.monotonic()
        if self._looked_at is None or now - self._looked_at > AVAILABILITY_SECONDS:
            self._found = {agent.id: self._which(agent.command) for agent in AGENTS if agent.command}
            self._looked_at = now

    def _which(self, command: str) -> str | None:
        home = home_directory(self._environment)
        directories = [
            self._environment.get("PATH", ""),
            *(str(Path(home, directory)) for directory in _USUAL_DIRECTORIES),
            *_SYSTEM_DIRECTORIES,
        ]
        return shutil.which(command, path=os.pathsep.join(directory for directory in directories if directory))


def home_directory(environment: Mapping[str, str]) -> str:
    """Return the person's home directory."""
    return environment.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir


def login_shell(environment: Mapping[str, str]) -> str:
    """Return the person's shell: $SHELL if it can be run, else the one of their account, else /bin/sh."""
    try:
        of_account = pwd.getpwuid(os.getuid()).pw_shell
    except KeyError:  # an account that exists in a container's imagination only
        of_account = ""
    for shell in (environment.get("SHELL", ""), of_account):
        if shell and Path(shell).is_absolute() and os.access(shell, os.X_OK):
            return shell
    return "/bin/sh"
