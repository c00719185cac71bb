"""`loopsy-deploy-relay --engine pulumi` as a person runs it, with a stand-in of Pulumi's command line program.

The program, the SDK, the process of the dynamic resource and wrangler are real; the engine and the account are not.
"""

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

from loopsy_deploy.wanted import SECRET_NAMES
from tests.support.cloudflare import Fault
from tests.support.deployer import Deployer
from tests.support.pulumi import LOG_VARIABLE
from tests.support.pulumi.installation import install_stand_in

NAME = "loopsy-relay"
URL = f"https://{NAME}.ada.workers.dev"
SURROUNDED = (
    *("--engine", "pulumi", "--url", URL, "--domain", "relay.example.org"),
    *("--rate-limit", "200", "--access-emails", "ada@example.org"),
)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass(frozen=True, slots=True)
class WithPulumi:
    """The program where Pulumi is installed."""

    run: Deployer
    log: Path

    def state_file(self) -> Path:
        (found,) = self.run.home.glob(f"pulumi/state/.pulumi/stacks/loopsy-relay/{NAME}.*.json")
        return found

    def resources(self) -> set[str]:
        """Return the names of the stack's resources that are no components."""
        latest = json.loads(self.state_file().read_text(encoding="utf-8"))["checkpoint"]["latest"]
        return {resource["urn"].rpartition("::")[2] for resource in latest["resources"] if resource["custom"]}

    def commands(self) -> list[list[str]]:
        """Return the arguments of every run of Pulumi."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def pulumi(deployer: Deployer, tmp_path: Path) -> WithPulumi:
    programs = install_stand_in(tmp_path / "pulumi-program")
    log = tmp_path / "pulumi.log"
    deployer.environment |= {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "LOOPSY_ENGINE": "auto",
        LOG_VARIABLE: str(log),
    }
    return WithPulumi(deployer, log)


@pytest.mark.thorough
def test_a_relay_lives_with_pulumi_and_no_secret_is_seen(pulumi: WithPulumi, tmp_path: Path) -> None:
    run = pulumi.run
    assert run("preview", "--json").json["changes"] is True
    assert list(run.home.iterdir()) == [], "a preview leaves nothing"
    first = run.deploy("--json", "--verbose")
    found = first.json
    assert (found["engine"], found["url"], found["changed"]) == ("pulumi", URL, True)
    assert found["steps"][1]["reasons"] == ["RelayScript script is to be created", "it does not exist yet"]
    secrets = {name: value for name, value in run.secrets().items() if name in SECRET_NAMES}
    assert run.cloud.script(NAME).secrets == secrets
    assert pulumi.resources() == {"script"}
    assert run("preview", "--json").json["changes"] is False
    assert run("status", "--json").json["engine"] == "pulumi"

    rotation = run("rotate", "--yes", "--verbose")
    deployed = run.cloud.script(NAME).secrets
    assert deployed["REGISTRATION_SECRET_PREVIOUS"] == secrets["REGISTRATION_SECRET"]
    assert deployed["DEVICE_ID_KEY"] == secrets["DEVICE_ID_KEY"]
    assert "ciphertext" in pulumi.state_file().read_text(encoding="utf-8")
    assert "PULUMI_CONFIG_PASSPHRASE" in run.secrets()
    hidden = {**secrets, **run.secrets(), "the API token": run.cloud.environment["CLOUDFLARE_API_TOKEN"]}
    texts = {"first": first.stdout + first.stderr, "rotation": rotation.stdout + rotation.stderr}
    texts |= {
        str(path): path.read_text(encoding="utf-8", errors="replace")
        for path in tmp_path.rglob("*")
        if path.is_file() and path != run.secrets_file
    }
    assert {str(pulumi.log), str(pulumi.state_file())} <= texts.keys()
    assert not [(name, where) for name, value in hidden.items() for where, text in texts.items() if value in text]
    assert list(run.temporary.iterdir()) == []
    assert stat.S_IMODE((run.home / "pulumi" / "state").stat().st_mode) == 0o700

    run("destroy", "--yes")
    assert run.cloud.scripts == []
    assert list(run.home.glob("pulumi/state/.pulumi/stacks/*/*.json")) == []
    assert json.loads(run.secrets_file.read_text(encoding="utf-8")) == {}


@pytest.mark.thorough
def test_what_surrounds_the_relay_stays_until_it_is_changed(pulumi: WithPulumi) -> None:
    run = pulumi.run
    run.cloud.account.add_zone("example.org")
    reasons = run.deploy(*SURROUNDED, "--json").json["steps"][1]["reasons"]
    assert {reason for reason in reasons if reason.endswith("is to be created")} == {
        "RelayScript script is to be created",
        "WorkersCustomDomain domain is to be created",
        "Ruleset rate-limit is to be created",
        "ZeroTrustAccessPolicy app-people is to be created",
        "ZeroTrustAccessApplication app is to be created",
    }
    everything = {"script", "domain", "rate-limit", "app-people", "app"}
    assert pulumi.resources() == everything
    (run.home / "relay.json").unlink()  # as on another machine: only the state knows
    fewer = run.deploy("--engine", "pulumi", "--url", URL, "--rate-limit", "0", "--json").json
    assert fewer["steps"][0]["reasons"] == ["Ruleset rate-limit is to be deleted"]
    assert pulumi.resources() == everything - {"rate-limit"}


@pytest.mark.thorough
def test_a_failed_step_is_a_sentence_and_the_next_run_completes(pulumi: WithPulumi) -> None:
    run = pulumi.run
    run.cloud.faults.append(Fault("PUT", f"/scripts/{NAME}$", "forbidden", times=9))
    ended = run.deploy(status=1)
    sentence, hint = ended.stderr.splitlines()[-2:]
    assert sentence.startswith(f"The API token may not deploy {NAME}. Done: make and keep its secrets. Not done: ")
    assert hint.startswith("hint: give it Workers Scripts: Edit")
    run.cloud.faults.clear()
    run.deploy()
    assert run.cloud.script(NAME).secrets.keys() == set(SECRET_NAMES)


@pytest.mark.thorough
def test_what_was_done_beside_pulumi_is_seen(pulumi: WithPulumi) -> None:
    run = pulumi.run
    run("--yes", "--secrets-file", str(run.secrets_file), "--engine", "wrangler")
    assert run("preview", "--json").json["engine"] == "wrangler", "a relay keeps its engine"
    adopted = run.deploy("--engine", "pulumi", "--json").json
    assert adopted["steps"][-1]["reasons"] == ["RelayScript script is to be created"]
    script = run.cloud.script(NAME)
    assert script.secrets == {name: run.secrets()[name] for name in SECRET_NAMES}, "they stayed as they were"
    updated = run.deploy("--engine", "wrangler", "--open-registration", "--json").json
    assert (updated["changed"], updated["engine"]) == (True, "pulumi"), "its stack goes on owning it"
    assert run("preview", "--closed-registration", "--json").json["steps"][0]["reasons"] == [
        "RelayScript script is to be updated",
        "OPEN_REGISTRATION changes from `true` to `false`",
    ]


@pytest.mark.thorough
def test_a_state_elsewhere_needs_its_passphrase(pulumi: WithPulumi, tmp_path: Path) -> None:
    run = pulumi.run
    (state := tmp_path / "bucket").mkdir()
    there = ("--engine", "pulumi", "--state-url", state.as_uri())
    run.deploy(*there)
    assert json.loads((run.home / "relay.json").read_text())["relays"][0]["state_url"] == state.as_uri()
    assert run("preview", "--json").json["steps"] == []
    passphrase = run.secrets()["PULUMI_CONFIG_PASSPHRASE"]
    run.environment["LOOPSY_HOME"] = str(tmp_path / "another-home")  # as a job of CI
    ended = run("preview", *there, status=1)
    assert ended.stderr.splitlines()[-2:] == [
        "Pulumi's state is encrypted with another passphrase than the one here.",
        "hint: run this where the relay was deployed from, or set PULUMI_CONFIG_PASSPHRASE",
    ]
    known = run("preview", *there, "--json", environment={"PULUMI_CONFIG_PASSPHRASE": passphrase})
    assert known.json["changes"] is False
    assert not [command for command in pulumi.commands() if passphrase in command]
