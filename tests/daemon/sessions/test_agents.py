"""Which programs can be opened."""

from pathlib import Path

import pytest

from loopsy_daemon.sessions.agents import Agents, Launch, home_directory, login_shell
from loopsy_daemon.sessions.commands import Commands
from loopsy_daemon.sessions.errors import AgentUnavailable, UnknownAgent


def install(directory: Path, command: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    program = directory / command
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def test_an_agent_is_available_when_its_command_is_on_the_path(tmp_path: Path) -> None:
    program = install(tmp_path / "tools", "claude")
    agents = Agents({"PATH": str(tmp_path / "tools"), "HOME": str(tmp_path)})
    assert {info.id: info.available for info in agents.infos()} == {
        "shell": True,
        "claude": True,
        "codex": False,
        "gemini": False,
        "opencode": False,
    }
    assert agents.argv("claude") == [str(program)]


def test_an_agent_in_a_usual_place_is_found_although_the_path_is_short(tmp_path: Path) -> None:
    program = install(tmp_path / ".local" / "bin", "codex")
    assert Agents({"PATH": "/usr/bin", "HOME": str(tmp_path)}).argv("codex") == [str(program)]


def test_starting_looks_anew_while_lists_are_kept_for_a_while(tmp_path: Path) -> None:
    agents = Agents({"PATH": str(tmp_path), "HOME": str(tmp_path)})
    assert not any(info.available for info in agents.infos() if info.id == "gemini")
    install(tmp_path, "gemini")
    assert agents.argv("gemini")
    assert not any(info.available for info in agents.infos() if info.id == "gemini")


def test_what_is_unknown_or_missing_is_said_with_a_hint(tmp_path: Path) -> None:
    agents = Agents({"PATH": "", "HOME": str(tmp_path)})
    with pytest.raises(UnknownAgent, match="no agent called 'emacs'"):
        agents.argv("emacs")
    with pytest.raises(AgentUnavailable, match="not installed") as error:
        agents.argv("opencode")
    assert "npm install" in str(error.value.hint)


def test_the_shell_is_the_persons_own_if_it_can_be_run() -> None:
    assert login_shell({"SHELL": "/bin/bash"}) == "/bin/bash"
    assert login_shell({"SHELL": "/no/such/shell"}) != "/no/such/shell"
    assert Path(login_shell({})).is_absolute()
    assert Agents({"SHELL": "/bin/bash"}).argv("shell") == ["/bin/bash", "-l"]


def test_home_comes_from_the_environment_or_the_account() -> None:
    assert home_directory({"HOME": "/somewhere"}) == "/somewhere"
    assert Path(home_directory({})).is_absolute()


def test_a_saved_command_stands_for_its_arguments_its_label_and_its_directory(tmp_path: Path) -> None:
    program = install(tmp_path / ".local" / "bin", "deploy")
    commands = Commands(tmp_path / "commands.json")
    agents = Agents({"PATH": "/usr/bin", "HOME": str(tmp_path)}, commands)
    found = commands.save("Deploy", ["deploy", "--to", "a b"], "~/api")
    assert agents.launch(found.id) == Launch([str(program), "--to", "a b"], "Deploy", "~/api")
    at_home = commands.save("Own", ["~/bin/own", "~"])
    assert agents.launch(at_home.id).argv == [f"{tmp_path}/bin/own", "~"]
    here = commands.save("Here", ["./run"])
    assert agents.launch(here.id).argv == ["./run"]
    with pytest.raises(AgentUnavailable, match="no program 'nothing-of-the-kind'"):
        agents.launch(commands.save("Gone", ["nothing-of-the-kind"]).id)
