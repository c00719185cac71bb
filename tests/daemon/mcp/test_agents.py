"""Agents are told about the server in a home of their own; their programs are stand-ins that note what they hear."""

import json
import os
import stat
import sys
import tomllib
from pathlib import Path

import pytest

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.mcp.agents import Agent, AgentError, Entry, all_agents, chosen_agents, own_entry

ENTRY = Entry("/opt/loopsy/bin/loopsy", environment={"LOOPSY_HOME": "/x y"})

# It does what `claude mcp` does to its file, as far as it matters here.
CLAUDE = """\
#!{python}
import json, os, sys
from pathlib import Path
home = Path(os.environ["HOME"])
with (home / "told").open("a") as told:
    told.write(json.dumps(sys.argv[1:]) + "\\n")
if (home / "fails").exists():
    sys.exit("claude: it is broken.")
path = home / ".claude.json"
content = json.loads(path.read_text()) if path.exists() else {{}}
servers = content.setdefault("mcpServers", {{}})
words = sys.argv[2:]
assert words[words.index("--scope") + 1] == "user"
if words[0] == "add":
    end = words.index("--")
    name = words[end - 1]
    if name in servers:
        sys.exit("MCP server loopsy already exists in user config")
    variables = dict(word.split("=", 1) for before, word in zip(words, words[1:end]) if before == "--env")
    servers[name] = {{"type": "stdio", "command": words[end + 1], "args": words[end + 2:], "env": variables}}
else:
    del servers[words[-1]]
path.write_text(json.dumps(content))
"""

CODEX = """\
# how I like it
model = "o9"  # the best

[mcp_servers.other]  # not ours
command = "x"

[profiles.fast]
model = "small"
"""
GEMINI = '{\n  // mine\n  "theme": "dark",\n  "mcpServers": {\n    "other": { "command": "x" } // not ours\n  }\n}\n'


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    home, programs = tmp_path / "home", tmp_path / "bin"
    home.mkdir()
    programs.mkdir()
    for name in ("claude", "codex", "gemini", "opencode"):
        (programs / name).write_text(CLAUDE.format(python=sys.executable) if name == "claude" else "#!/bin/sh\n")
        (programs / name).chmod(0o755)
    return {"HOME": str(home), "PATH": str(programs)}


def agent(environment: dict[str, str], name: str) -> Agent:
    return chosen_agents(all_agents(environment), [name])[0]


@pytest.mark.parametrize("name", ["claude", "codex", "gemini", "opencode"])
def test_an_agent_is_told_once_and_forgets(environment: dict[str, str], name: str) -> None:
    told = agent(environment, name)
    assert (told.is_installed(), told.knows(ENTRY)) == (True, "no")
    assert told.remove() is False
    assert told.add(ENTRY) is True
    assert told.knows(ENTRY) == "yes"
    before = Path(told.place).read_bytes()
    assert told.add(ENTRY) is False
    assert Path(told.place).read_bytes() == before
    assert told.knows(Entry("/elsewhere/loopsy")) == "another command"
    assert told.add(Entry("/elsewhere/loopsy")) is True
    assert told.knows(Entry("/elsewhere/loopsy")) == "yes"
    assert told.remove() is True
    assert told.knows(ENTRY) == "no"


def test_claude_code_is_told_by_its_own_command_in_the_scope_of_the_user(environment: dict[str, str]) -> None:
    claude = agent(environment, "claude")
    claude.add(ENTRY)
    claude.remove()
    told = [json.loads(line) for line in (Path(environment["HOME"]) / "told").read_text().splitlines()]
    assert told == [
        ["mcp", "add", "--env", "LOOPSY_HOME=/x y", "--scope", "user", "loopsy", "--", ENTRY.command, "mcp", "serve"],
        ["mcp", "remove", "--scope", "user", "loopsy"],
    ]
    (Path(environment["HOME"]) / "fails").touch()
    with pytest.raises(AgentError, match="it is broken"):
        claude.add(ENTRY)


@pytest.mark.parametrize(
    ("name", "file", "content", "kept"),
    [
        (
            "codex",
            ".codex/config.toml",
            CODEX,
            ["# how I like it", '"o9"  # the best', "[mcp_servers.other]  # not ours"],
        ),
        ("gemini", ".gemini/settings.json", GEMINI, ["// mine", '"other": { "command": "x" }', "// not ours"]),
        (
            "opencode",
            ".config/opencode/opencode.jsonc",
            '{\n  // mine\n  "theme": "x",\n}\n',
            ["// mine", '"theme": "x",'],
        ),
    ],
)
def test_what_others_wrote_stays(
    environment: dict[str, str], name: str, file: str, content: str, kept: list[str]
) -> None:
    path = Path(environment["HOME"]) / file
    path.parent.mkdir(parents=True)
    real = path.with_name("real")
    real.write_text(content)
    real.chmod(0o640)
    path.symlink_to(real)
    told = agent(environment, name)
    assert told.place == str(path)
    told.add(ENTRY)
    text = path.read_text()
    assert all(part in text for part in kept)
    assert path.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert (path.parent / "real.before-loopsy").read_text() == content
    told.remove()
    assert path.read_text() == content or (name == "opencode" and '"mcp": {' in path.read_text())
    assert {other.name for other in path.parent.iterdir()} == {path.name, "real", "real.before-loopsy"}


def test_each_file_says_it_as_its_agent_reads_it(environment: dict[str, str]) -> None:
    environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/run/bus"
    for name in ("codex", "gemini", "opencode"):
        agent(environment, name).add(ENTRY)
    home = Path(environment["HOME"])
    server = {"command": ENTRY.command, "args": ["mcp", "serve"]}
    variables = {"LOOPSY_HOME": "/x y"}
    codex = tomllib.loads((home / ".codex/config.toml").read_text())["mcp_servers"]["loopsy"]
    assert codex == {**server, "env": {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/bus", **variables}}
    gemini = json.loads((home / ".gemini/settings.json").read_text())["mcpServers"]["loopsy"]
    assert gemini == {**server, "env": variables}
    opencode = json.loads((home / ".config/opencode/opencode.json").read_text())["mcp"]["loopsy"]
    assert opencode == {
        "type": "local",
        "command": [ENTRY.command, "mcp", "serve"],
        "enabled": True,
        "environment": variables,
    }
    assert stat.S_IMODE((home / ".codex/config.toml").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "file", "content"),
    [
        ("claude", ".claude.json", "{"),
        ("codex", ".codex/config.toml", "model = \n"),
        ("codex", ".codex/config.toml", "mcp_servers = 1\n"),
        ("gemini", ".gemini/settings.json", '{"mcpServers": [}'),
        ("gemini", ".gemini/settings.json", '{"mcpServers": "x"}'),
        ("opencode", ".config/opencode/opencode.json", "[1]"),
    ],
)
def test_what_is_damaged_is_never_overwritten(environment: dict[str, str], name: str, file: str, content: str) -> None:
    path = Path(environment["HOME"]) / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    told = agent(environment, name)
    with pytest.raises(AgentError) as failed:
        told.add(ENTRY)
    assert failed.value.hint
    assert path.read_text() == content


def test_who_is_not_installed_is_not_told(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PATH": str(tmp_path)}
    agents = all_agents(environment)
    assert [found.is_installed() for found in agents] == [False] * 4
    for found in agents:
        with pytest.raises(AgentError, match="not installed"):
            found.add(ENTRY)
    with pytest.raises(LoopsyError, match="No agent is installed"):
        chosen_agents(agents, [])
    with pytest.raises(LoopsyError, match="No agent is called"):
        chosen_agents(agents, ["vim"])
    assert list(tmp_path.iterdir()) == []


def test_the_entry_starts_this_program_from_anywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "loopsy"
    program.touch()
    monkeypatch.setattr(sys, "argv", [str(program), "mcp", "add"])
    entry = own_entry({"LOOPSY_HOME": "/somewhere", "OTHER": "x"})
    assert (entry.command, entry.arguments) == (str(program), ("mcp", "serve"))
    assert entry.environment == {"LOOPSY_HOME": "/somewhere"}
    monkeypatch.setattr(sys, "argv", ["-c"])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert own_entry(os.environ).command == sys.executable
