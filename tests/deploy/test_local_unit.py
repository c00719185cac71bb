"""Autostart of the relay at login: what is written for systemd and launchd, and that it can be done twice."""

import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from loopsy_deploy.errors import LocalRelayError
from loopsy_deploy.local_unit import Autostart, autostart

AWKWARD = 'a "b" 50%$HOME\\c'


def unit_in(home: Path, system: str = "Linux") -> Autostart:
    environment = {"HOME": str(home), "LOOPSY_HOME": f"/home/{AWKWARD}", "LOOPSY_WORKERD": "", "SECRET": "x"}
    command = [sys.executable, "-m", "loopsy_deploy.cli", "local", "run", "--state", f"/home/{AWKWARD}"]
    return autostart(command, home / "100% relay.log", environment, system)


def fields(unit: Autostart) -> dict[str, str]:
    lines = [line for line in unit.file.read_text(encoding="utf-8").splitlines() if "=" in line]
    assert len({line.partition("=")[0] for line in lines}) == len(lines)
    return dict(line.split("=", 1) for line in lines)


def test_enabling_and_disabling_can_be_repeated(tmp_path: Path) -> None:
    unit = unit_in(tmp_path)
    assert unit.link is not None
    assert (unit.is_enabled, unit.enable(), unit.enable(), unit.is_enabled) == (False, True, False, True)
    assert unit.link.resolve() == unit.file
    assert unit.link.parent.name == "default.target.wants"
    unit.file.write_text("of a former version", encoding="utf-8")
    assert (unit.enable(), unit.enable()) == (True, False)
    assert (unit.disable(), unit.disable()) == (True, False)
    assert not unit.is_enabled
    assert not unit.link.is_symlink()
    assert list(unit.file.parent.glob("*.*")) == [unit.link.parent]


def test_the_unit_runs_the_relay_and_ends_it_in_order(tmp_path: Path) -> None:
    unit = unit_in(tmp_path)
    unit.enable()
    escaped = '/home/a \\"b\\" 50%%{}HOME\\\\c'
    found = fields(unit)
    assert (
        found["ExecStart"]
        == f'"{sys.executable}" "-m" "loopsy_deploy.cli" "local" "run" "--state" "{escaped.format("$$")}"'
    )
    assert found["Environment"] == f'"LOOPSY_HOME={escaped.format("$")}"'
    assert found["StandardOutput"] == found["StandardError"] == f"append:{tmp_path}/100%% relay.log"
    assert (found["Restart"], found["KillMode"], found["WantedBy"]) == ("on-failure", "mixed", "default.target")
    assert "SECRET" not in unit.file.read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = unit_in(tmp_path)
    unit.enable()
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    command = ["systemd-analyze", "--user", "verify", "--recursive-errors=no", str(unit.file)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_agent_of_macos_says_the_same(tmp_path: Path) -> None:
    unit = unit_in(tmp_path, "Darwin")
    assert (unit.enable(), unit.enable(), unit.is_enabled) == (True, False, True)
    assert unit.file == tmp_path / "Library" / "LaunchAgents" / "dev.loopsy.relay.plist"
    found = plistlib.loads(unit.file.read_bytes())
    assert found["ProgramArguments"][-2:] == ["--state", f"/home/{AWKWARD}"]
    assert found["EnvironmentVariables"] == {"LOOPSY_HOME": f"/home/{AWKWARD}"}
    assert found["KeepAlive"] == {"SuccessfulExit": False}
    assert found["RunAtLoad"] is True
    assert (unit.disable(), unit.is_enabled) == (True, False)


def test_other_systems_are_told_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(LocalRelayError, match="no autostart for Plan9") as none:
        unit_in(tmp_path, "Plan9")
    assert none.value.hint == "start it yourself: loopsy-deploy-relay local run"
