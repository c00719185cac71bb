"""Which engine brings a relay about, how Pulumi is found and installed, and what its failures mean."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import NoReturn

import pytest
from pulumi import automation

from loopsy_daemon.errors import LoopsyError
from loopsy_deploy import engine
from loopsy_deploy.cli import engines
from loopsy_deploy.cli.options import Choices
from loopsy_deploy.engine import choose_engine, find_pulumi, pulumi_version
from loopsy_deploy.engine_pulumi import install_pulumi, open_pulumi
from loopsy_deploy.errors import EngineProblem
from loopsy_deploy.known_relays import KnownRelay
from loopsy_infra import automation as runs
from tests.support.deployer import Deployer
from tests.support.pulumi.installation import install_stand_in

NOWHERE = {"PATH": "/nonexistent", "HOME": "/nonexistent"}


def known(name: str) -> KnownRelay:
    return KnownRelay(name="mine", url="https://relay.example.org", account_id="c" * 32, engine=name)


def test_a_choice_is_obeyed_and_a_relay_keeps_its_engine() -> None:
    assert choose_engine("pulumi", known("wrangler"), NOWHERE) == "pulumi"
    assert choose_engine("wrangler", known("pulumi"), NOWHERE) == "wrangler"
    assert choose_engine("auto", known("pulumi"), NOWHERE) == "pulumi"


def test_a_new_relay_gets_pulumi_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_engine("auto", None, NOWHERE) == "wrangler"
    there = {"PATH": str(install_stand_in(tmp_path))}
    assert choose_engine("auto", None, there) == "pulumi"
    assert choose_engine("auto", known("wrangler"), there) == "wrangler"
    monkeypatch.setattr(engine, "has_packages", lambda: False)
    assert choose_engine("auto", None, there) == "wrangler"


def test_pulumi_is_found_on_path_or_where_its_installers_put_it(tmp_path: Path) -> None:
    assert find_pulumi(NOWHERE) is None
    own = tmp_path / "home" / ".pulumi" / "versions" / pulumi_version()
    program = install_stand_in(own) / "pulumi"
    environment = {"PATH": "/nonexistent", "HOME": str(tmp_path / "home")}
    assert find_pulumi(environment) == program
    newer = install_stand_in(own.parents[1]) / "pulumi"
    assert find_pulumi(environment) == newer
    on_path = install_stand_in(tmp_path / "path")
    assert find_pulumi({**environment, "PATH": str(on_path)}) == on_path / "pulumi"
    assert str(open_pulumi(program).version) == pulumi_version()


def test_the_packages_are_not_imported_to_look_for_them() -> None:
    program = (
        "import sys; from loopsy_deploy.engine import choose_engine; "
        "choose_engine('auto', None, {'PATH': '', 'HOME': '/nonexistent'}); assert 'pulumi' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_an_installation_needs_consent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    asked: list[str] = []
    installed: list[str] = []

    def answer(question: str, *, default: bool) -> bool:
        asked.append(question)
        return default and len(asked) > 1

    monkeypatch.setattr(automation.PulumiCommand, "install", lambda root: installed.append(root))
    monkeypatch.setattr(engines, "confirm", answer)
    with pytest.raises(EngineProblem, match="not installed") as caught:
        engines.install(Choices())  # nobody is there, and --yes was not said
    assert caught.value.hint == "loopsy-deploy-relay --engine pulumi --yes downloads it from get.pulumi.com"
    monkeypatch.setattr(engines, "can_ask", lambda choices: True)
    with pytest.raises(EngineProblem):
        engines.install(Choices())  # the first answer is no
    assert installed == []
    root = tmp_path / ".pulumi" / "versions" / pulumi_version()
    assert (engines.install(Choices()), installed) == (root / "bin" / "pulumi", [str(root)])
    assert all("get.pulumi.com" in question for question in asked)


def test_an_installation_tells_how_it_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines: list[str] = []
    told = threading.Event()

    def say(line: str) -> None:
        lines.append(line)
        if len(lines) == 3:
            told.set()

    def install(root: str) -> NoReturn:
        assert told.wait(15)  # until it was said twice that it takes long
        raise OSError("no network")

    monkeypatch.setattr(runs, "_PROGRESS_SECONDS", 0.01)
    monkeypatch.setattr(automation.PulumiCommand, "install", install)
    with pytest.raises(EngineProblem, match="Pulumi cannot be installed \\(no network\\)"):
        install_pulumi(tmp_path, say)
    assert lines[0].startswith(f"install Pulumi into {tmp_path}")
    assert lines[1].startswith("still downloading")


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        (
            "rpc error: Traceback\nloopsy_infra.relay_script.ScriptFailed: It broke.\nhint: mend it\n",
            "It broke.",
            "mend it",
        ),
        ("loopsy_infra.relay_script.ScriptFailed: It broke.", "It broke.", None),
        ("stderr: error: incorrect passphrase", "Pulumi's state is encrypted with another passphrase", "run this"),
        ("x\n  error: no plugin found.\nstderr: y", "Pulumi failed: no plugin found.", "run this again"),
        ("", "Pulumi failed: it said nothing.", "run this again"),
    ],
)
def test_what_pulumi_says_becomes_one_sentence(said: str, message: str, hint: str | None) -> None:
    problem = runs.explain(said)
    assert problem.message.startswith(message)
    assert (problem.hint or "").startswith(hint or "")
    assert "\n" not in problem.message


@pytest.mark.parametrize(
    "option", [("--state-url", "s3://bucket"), ("--rate-limit", "5"), ("--access-emails", "a@b.c")]
)
def test_what_is_for_pulumi_is_refused_without_it(deployer: Deployer, option: tuple[str, str]) -> None:
    message, hint = deployer("preview", *option, status=2).stderr.splitlines()[-2:]
    assert message == "--state-url, --rate-limit and --access-emails are for Pulumi."
    assert hint == "hint: add --engine pulumi"


def test_a_program_that_does_not_fit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LoopsyError, match="cannot be run"):
        open_pulumi(tmp_path / "bin" / "pulumi")
    old = tmp_path / "pulumi"  # unpacked by hand: no directory `bin`
    old.write_text("#!/bin/sh\necho v3.100.0\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LoopsyError, match=r"3\.100\.0 is too old"):
        open_pulumi(old)
