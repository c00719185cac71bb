"""What one does with a relay that is deployed: rotate, roll back, look, invite, delete."""

import json
import signal
import subprocess
import sys
import time
from contextlib import suppress

import httpx
import msgspec
import pytest
from ptyprocess import PtyProcessUnicode

from loopsy_daemon import config
from loopsy_daemon.paths import Paths
from loopsy_daemon.relay.api import register_device
from loopsy_daemon.relay.phones import PhoneRecord, PhoneStore
from tests.support.cloudflare import Fault
from tests.support.deployer import Deployer

NAME = "loopsy-relay"
URL = f"https://{NAME}.ada.workers.dev"


@pytest.fixture
def edge(deployer: Deployer, monkeypatch: pytest.MonkeyPatch) -> Deployer:
    """A deployer whose relays this process reaches, too."""
    for name, value in deployer.cloud.edge_environment.items():
        monkeypatch.setenv(name, value)
    return deployer


def registers(secret: str) -> int:
    return httpx.post(f"{URL}/v1/devices", headers={"authorization": f"Bearer {secret}"}).status_code


@pytest.mark.slow
def test_a_rotation_keeps_devices_and_accepts_the_former_secret_for_half_an_hour(edge: Deployer) -> None:
    edge.deploy()
    former = edge.secrets()
    edge("rotate", "--yes")
    present = edge.secrets()
    assert present["DEVICE_ID_KEY"] == former["DEVICE_ID_KEY"]
    assert present["REGISTRATION_SECRET_PREVIOUS"] == former["REGISTRATION_SECRET"] != present["REGISTRATION_SECRET"]
    assert edge.cloud.script(NAME).secrets == present
    assert registers(present["REGISTRATION_SECRET"]) == registers(former["REGISTRATION_SECRET"]) == 201
    until = int(edge.cloud.script(NAME).bindings["PREVIOUS_SECRETS_UNTIL"]["text"])
    assert 1_700 < until - time.time() <= 1_800
    assert edge.deploy("--json").json["changed"] is False


@pytest.mark.slow
@pytest.mark.thorough
def test_a_rotation_that_stopped_is_completed_by_the_next_run(deployer: Deployer) -> None:
    deployer.deploy()
    former = dict(deployer.cloud.script(NAME).secrets)
    deployer.cloud.faults.append(Fault("POST", f"/scripts/{NAME}/versions", "forbidden", times=1_000))
    deployer("rotate", "--yes", status=1)
    assert deployer.cloud.script(NAME).secrets == former != deployer.secrets()
    deployer.cloud.faults.clear()
    deployer.deploy()
    assert deployer.cloud.script(NAME).secrets == deployer.secrets()
    assert deployer.deploy("--json").json["changed"] is False


@pytest.mark.slow
@pytest.mark.thorough
def test_a_rollback_serves_the_former_version_but_never_former_secrets(deployer: Deployer) -> None:
    deployer.deploy()
    nothing = deployer("rollback", "--yes", status=1)
    assert "has had no other version" in nothing.stderr
    first = deployer.cloud.script(NAME).deployed.id
    deployer.deploy("--open-registration")
    assert deployer("rollback", "--json").json["version_id"] == first
    assert deployer.cloud.script(NAME).deployed.id == first
    deployer("rotate", "--yes")
    refused = deployer("rollback", "--yes", status=1)
    assert "the secrets have changed since that version" in refused.stderr


def test_a_rotation_needs_a_relay(deployer: Deployer) -> None:
    assert "There is no relay loopsy-relay" in deployer("rotate", "--yes", status=1).stderr


def test_the_status_tells_what_is_deployed_and_whether_it_answers(deployer: Deployer) -> None:
    assert deployer("status", "--json").json["exists"] is False
    deployer.deploy()
    found = deployer("status", "--json").json
    assert (found["url"], found["up_to_date"], found["serves_deployed"]) == (URL, True, True)
    assert found["migration_tag"] == "v1"
    assert found["health"].startswith("ok, version ")
    assert found["secrets"] == ["DEVICE_ID_KEY", "PAIR_TOKEN_SECRET", "REGISTRATION_SECRET"]


async def test_an_invite_registers_until_it_expires(edge: Deployer) -> None:
    edge.deploy()
    assert (await register_device(URL, edge("invite").stdout.strip())).device_id


def test_destroying_takes_the_relay_its_secrets_and_the_memory_of_it(deployer: Deployer) -> None:
    deployer.deploy()
    unasked = deployer("destroy", status=2)
    assert unasked.stderr.endswith("hint: add --yes\n")
    assert deployer.cloud.scripts == [NAME]
    assert deployer("destroy", "--yes", "--json").json["existed"] is True
    assert deployer.cloud.scripts == []
    assert json.loads(deployer.secrets_file.read_text(encoding="utf-8")) == {}
    assert json.loads((deployer.home / "relay.json").read_text(encoding="utf-8"))["relays"] == []
    assert deployer("destroy", "--yes", "--json").json["existed"] is False


@pytest.mark.thorough
def test_logs_show_events_until_they_are_interrupted(deployer: Deployer) -> None:
    deployer.deploy()
    with subprocess.Popen(
        deployer.command("logs", "--json"), env=deployer.variables(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        deadline = time.monotonic() + 30
        while not deployer.cloud.tail_listeners(NAME):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 128 + signal.SIGTERM
    deadline = time.monotonic() + 10
    while deployer.cloud.tail_listeners(NAME):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_doctor_names_what_is_missing_and_what_to_do(deployer: Deployer) -> None:
    good = deployer("doctor", "--json", "--secrets-file", str(deployer.secrets_file)).json
    assert all(finding["good"] for finding in good["findings"])
    deployer.cloud.subdomain = None
    bad = deployer("doctor", status=1).stdout
    assert "problem  secrets: This machine has no keyring that Loopsy trusts.\n" in bad
    assert "problem  workers.dev: This Cloudflare account has no workers.dev subdomain yet.\n" in bad
    assert bad.count("hint: ") == 2


def test_the_doctor_finds_a_wrong_token_where_the_login_is_examined(deployer: Deployer) -> None:
    wrong = {"CLOUDFLARE_API_TOKEN": "w" * 40}
    arguments = ("doctor", "--account", deployer.cloud.account_id, "--json")
    found = deployer(*arguments, status=1, environment=wrong).json["findings"]
    (login,) = (finding for finding in found if finding["what"] == "login at Cloudflare")
    assert login["found"] == "Cloudflare does not accept the API token."
    assert login["hint"].startswith("make a new one: https://")
    assert "workers.dev" not in {finding["what"] for finding in found}


class Terminal:
    """The program at a terminal of its own."""

    def __init__(self, deployer: Deployer, *arguments: str) -> None:
        command = deployer.command("--secrets-file", str(deployer.secrets_file), *arguments)
        self.process = PtyProcessUnicode.spawn(command, env=deployer.variables(), dimensions=(40, 120))
        self.seen = ""

    def wait_for(self, text: str) -> None:
        while text not in self.seen:
            self.seen += self.process.read(4_096)

    def answer(self, question: str, line: str) -> None:
        self.wait_for(question)
        self.seen = self.seen.partition(question)[2]
        self.process.write(line)

    def end(self) -> int:
        with suppress(EOFError):
            while True:
                self.seen += self.process.read(4_096)
        self.process.wait()
        status = self.process.exitstatus
        assert isinstance(status, int)
        return status


def set_up(deployer: Deployer) -> None:
    """Make a Loopsy home, as a person who has used it already."""
    program = [sys.executable, "-c", "from loopsy_daemon.cli.main import main; main()", "init", "--secrets-file"]
    subprocess.run(program, env=deployer.variables(), check=True, capture_output=True)


@pytest.mark.slow
def test_at_a_terminal_it_asks_shows_the_plan_and_registers_this_machine(deployer: Deployer) -> None:
    set_up(deployer)
    terminal = Terminal(deployer)
    terminal.answer("Name of the relay [loopsy-relay]: ", "mine\n")
    terminal.answer("Domain of yours that leads to it", "\n")
    terminal.answer("because it does not exist yet", "")
    terminal.answer("Do this? [Y/n]", "\n")
    terminal.answer("Register this machine at https://mine.ada.workers.dev? [Y/n]", "y\n")
    terminal.wait_for("pair a phone: loopsy mobile pair")
    assert terminal.end() == 0
    relay = config.load(Paths.of(deployer.home).config).relay
    assert relay is not None
    assert relay.url == "https://mine.ada.workers.dev"
    assert list(deployer.temporary.iterdir()) == []


def test_the_end_of_the_input_is_no_yes(deployer: Deployer) -> None:
    terminal = Terminal(deployer, "--name", "mine", "--fresh")
    terminal.answer("Domain of yours that leads to it", "\n")
    terminal.answer("Do this? [Y/n]", "\x04")
    terminal.wait_for("Nobody answered.")
    assert terminal.end() == 2
    assert deployer.cloud.scripts == []


@pytest.mark.slow
def test_a_person_who_was_told_of_the_phones_may_move_to_the_new_relay(deployer: Deployer) -> None:
    set_up(deployer)
    paths = Paths.of(deployer.home)
    pair_phone_elsewhere(paths)
    deployer.deploy()
    terminal = Terminal(deployer, "--name", NAME)
    terminal.answer("its phones (Ada's phone) would have to be paired again", "")
    terminal.answer(f"Use {URL} instead? [y/N]", "y\n")
    terminal.wait_for("pair a phone: loopsy mobile pair")
    assert terminal.end() == 0
    relay = config.load(paths.config).relay
    assert relay is not None
    assert relay.url == URL


def pair_phone_elsewhere(paths: Paths) -> config.RelayConfig:
    relay = config.RelayConfig(url="https://old.example", device_id="a" * 39)
    config.update(paths.config, lambda former: msgspec.structs.replace(former, relay=relay))
    phone = PhoneRecord(phone_id="a" * 26, key="A" * 43, label="Ada's phone", paired_at=1.0)
    PhoneStore(paths.phones, relay.device_id).add(phone)
    return relay


@pytest.mark.slow
def test_a_machine_with_phones_at_another_relay_keeps_them_unless_it_is_told_otherwise(deployer: Deployer) -> None:

    paths = Paths.of(deployer.home)
    relay = pair_phone_elsewhere(paths)
    told = deployer.deploy("--json").json["daemon"]
    assert told.startswith("This machine uses https://old.example; its phones (Ada's phone) would have to be paired")
    kept = config.load(paths.config).relay
    assert kept == relay
    assert len(PhoneStore(paths.phones, relay.device_id)) == 1
