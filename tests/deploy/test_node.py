import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from loopsy_deploy.node import NodeError, find_node


def put_program(directory: Path, name: str, text: str) -> None:
    directory.mkdir(exist_ok=True)
    path = directory / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def put_node(directory: Path, version: str, *, with_npm: bool = True) -> str:
    put_program(directory, "node", f"echo {version}")
    if with_npm:
        put_program(directory, "npm", "echo npm of $0")
    return str(directory)


@pytest.mark.parametrize(("version", "parsed"), [("v22.12.0", (22, 12, 0)), ("v25.1.3-nightly", (25, 1, 3))])
def test_a_node_on_path_that_is_new_enough_is_used(tmp_path: Path, version: str, parsed: tuple[int, int, int]) -> None:
    directory = put_node(tmp_path / "bin", version)
    node = find_node({"PATH": directory})
    assert (node.directory, node.version) == (Path(directory), parsed)


@pytest.mark.parametrize("version", ["v22.11.9", "v20.19.0", "nonsense"])
def test_an_old_node_gives_way_to_the_one_in_the_environment(tmp_path: Path, version: str) -> None:
    directory = put_node(tmp_path / "bin", version)
    node = find_node({"PATH": directory, "XDG_CACHE_HOME": str(tmp_path / "cache")})
    assert node.version >= (24, 0, 0)
    assert node.directory.is_relative_to(tmp_path / "cache" / "loopsy")
    assert stat.S_IMODE(node.directory.stat().st_mode) == 0o700


def test_a_node_without_npm_is_not_used(tmp_path: Path) -> None:
    directory = put_node(tmp_path / "bin", "v24.0.0", with_npm=False)
    node = find_node({"PATH": directory, "XDG_CACHE_HOME": str(tmp_path / "cache")})
    assert node.directory != Path(directory)


def test_the_node_of_the_environment_has_a_working_npm_for_scripts_too(tmp_path: Path) -> None:
    node = find_node({"PATH": "", "XDG_CACHE_HOME": str(tmp_path / "cache")})
    (tmp_path / "package.json").write_text('{"scripts": {"outer": "npm run inner", "inner": "node --version"}}')
    done = node.run(["npm", "--silent", "run", "outer"], tmp_path)
    assert done.returncode == 0, done.stdout
    assert f"v{'.'.join(map(str, node.version))}" in done.stdout
    assert find_node({"PATH": "", "XDG_CACHE_HOME": str(tmp_path / "cache")}) == node


@pytest.mark.parametrize("version", ["v18.0.0", None])
def test_without_any_node_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    search_path = put_node(tmp_path / "bin", version) if version else str(tmp_path)
    with pytest.raises(NodeError) as failed:
        find_node({"PATH": search_path})
    assert ("18.0.0 is too old" if version else "not found") in failed.value.message
    assert failed.value.hint is not None
    assert "22.12" in failed.value.hint
    assert "loopsy[deploy]" in failed.value.hint


def test_as_a_program_it_runs_others_with_their_status(tmp_path: Path) -> None:
    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "loopsy_deploy.node", *command],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
        )

    assert run("node", "-p", "6 * 7").stdout == "42\n"
    assert run("node", "-e", "process.exit(5)").returncode == 5
    missing = run("no-such-program")
    assert (missing.returncode, missing.stderr.splitlines()[0]) == (
        1,
        "There is no program `no-such-program` beside Node.js.",
    )
    assert run().returncode == 2
