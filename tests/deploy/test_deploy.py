"""Deploying with the real wrangler to the stand-in, which runs what is uploaded."""

import json
import os
import signal
import stat
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from loopsy_daemon.files import write_atomically
from loopsy_deploy.node import find_node
from loopsy_deploy.wanted import SECRET_NAMES
from tests.support.cloudflare import Fault
from tests.support.daemon import running_daemon
from tests.support.deployer import Deployer, other_version
from tests.support.phone import Phone

NAME = "loopsy-relay"
URL = f"https://{NAME}.ada.workers.dev"


@pytest.mark.slow
async def test_a_phone_types_through_the_deployed_relay_across_an_update(
    deployer: Deployer, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = deployer.deploy("--json").json
    assert (first["url"], first["changed"]) == (URL, True)
    for name, value in deployer.cloud.edge_environment.items():
        monkeypatch.setenv(name, value)
    bearer = {"authorization": f"Bearer {deployer('invite').stdout.strip()}"}
    device = httpx.post(f"{URL}/v1/devices", headers=bearer).raise_for_status().json()
    async with running_daemon(home, URL, device["device_id"], device["device_secret"]) as daemon:
        machine = await daemon.pair_phone()
        async with Phone.connected(machine) as phone:
            stream = await phone.attach(await phone.open())
            await phone.type(stream, b"echo $((6 * 7))-typed\r")
            await phone.wait_output(stream, b"42-typed")
        secrets = dict(deployer.cloud.script(NAME).secrets)
        deployer.payload = other_version(tmp_path / "other")
        second = deployer.deploy("--json").json
        assert second["steps"][0]["reasons"][0].startswith("its bundle changes from ")
        assert deployer.cloud.script(NAME).secrets == secrets
        await daemon.wait_relay()
        async with Phone.connected(machine):
            pass
    assert deployer("verify").status == 0
    deployer.payload = None
    differing = deployer("verify", status=1).stdout
    assert "worker.mjs: " in differing
    assert len(differing.splitlines()) == 2


def test_a_second_run_changes_nothing(deployer: Deployer) -> None:
    deployer.deploy()
    asked = len(deployer.cloud.requests)
    again = deployer.deploy("--json").json
    assert again["changed"] is False
    assert {request.method for request in deployer.cloud.requests[asked:]} == {"GET"}
    assert deployer("preview", "--json").json["steps"] == []


def test_a_preview_changes_nothing(deployer: Deployer) -> None:
    for arguments in (("preview", "--json"), ("--dry-run", "--json")):
        steps = deployer(*arguments).json["steps"]
        assert [step["title"] for step in steps] == ["make and keep its secrets", f"create {NAME}"]
    assert {request.method for request in deployer.cloud.requests} == {"GET"}
    assert list(deployer.home.iterdir()) == []


def test_what_is_remembered_is_private_and_without_secrets(deployer: Deployer) -> None:
    deployer.deploy()
    secrets = deployer.secrets()
    assert secrets.keys() == set(SECRET_NAMES)
    assert deployer.cloud.script(NAME).secrets == secrets
    remembered = deployer.home / "relay.json"
    for path in (remembered, deployer.secrets_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (relay,) = json.loads(remembered.read_text(encoding="utf-8"))["relays"]
    assert (relay["name"], relay["url"], relay["account_id"]) == (NAME, URL, deployer.cloud.account_id)
    assert relay["bundle_hash"] == deployer.cloud.script(NAME).bindings["LOOPSY_BUNDLE_HASH"]["text"]


def test_no_secret_is_in_arguments_environment_output_or_a_file(deployer: Deployer, tmp_path: Path) -> None:
    node = find_node()
    programs = tmp_path / "programs"
    programs.mkdir()
    seen = tmp_path / "seen"
    (programs / "npm").symlink_to(node.directory / "npm")
    # Every start of Node.js is written down, with all that another process on this machine could read of it.
    script = f'#!/bin/sh\n{{ printf "%s\\n" "$@"; env; }} >> "{seen}"\nexec "{node.directory / "node"}" "$@"\n'
    write_atomically(programs / "node", script.encode(), mode=0o755)
    deployer.environment["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    outputs = [deployer.deploy("--verbose"), deployer("rotate", "--yes", "--verbose"), deployer("status", "--json")]
    secrets = deployer.secrets()
    assert len(secrets) == 5
    assert "--secrets-file" in seen.read_text(encoding="utf-8")
    texts = [text for ended in outputs for text in (ended.stdout, ended.stderr)]
    assert "env.REGISTRATION_SECRET" in texts[1]
    texts += [
        path.read_text(encoding="utf-8", errors="replace")
        for path in tmp_path.rglob("*")
        if path.is_file() and path != deployer.secrets_file
    ]
    assert not [name for name, value in secrets.items() if any(value in text for text in texts)]
    assert list(deployer.temporary.iterdir()) == []


@pytest.mark.thorough
def test_secrets_of_the_environment_are_used_and_not_passed_on(deployer: Deployer) -> None:
    given = {name: name.lower().ljust(40, "x") for name in SECRET_NAMES}
    deployer("--yes", environment={f"LOOPSY_{name}": value for name, value in given.items()})
    assert deployer.cloud.script(NAME).secrets == given
    again = deployer("--yes", "--open-registration", "--json")  # as a CI job that was never given them
    assert again.json["changed"] is True
    assert deployer.cloud.script(NAME).secrets == given


def test_without_a_place_for_secrets_nothing_is_deployed(deployer: Deployer) -> None:
    ended = deployer("--yes", status=1)
    assert ended.stderr.splitlines()[-1] == "hint: keep them in a private file instead: --secrets-file PATH"
    assert "Done: nothing. Not done: make and keep its secrets; create loopsy-relay." in ended.stderr
    assert deployer.cloud.scripts == []


@pytest.mark.thorough
def test_settings_stay_until_they_are_changed(deployer: Deployer) -> None:
    deployer.deploy("--open-registration", "--allowed-origins", "https://app.example.org")
    assert deployer.deploy("--json").json["changed"] is False
    deployer.deploy("--closed-registration")
    bindings = deployer.cloud.script(NAME).bindings
    assert bindings["OPEN_REGISTRATION"]["text"] == "false"
    assert bindings["ALLOWED_ORIGINS"]["text"] == "https://app.example.org"


@pytest.mark.thorough
def test_another_name_is_another_relay_with_its_own_secrets(deployer: Deployer) -> None:
    deployer.deploy()
    deployer.deploy("--name", "second")
    first, second = (deployer.cloud.script(name).secrets for name in (NAME, "second"))
    assert not set(first.values()) & set(second.values())
    assert deployer("status", "--json").json["name"] == "second", "the relay that was deployed last"


def test_a_signal_in_the_middle_leaves_nothing_behind(deployer: Deployer) -> None:
    fault = Fault("PUT", f"/scripts/{NAME}$", "slow", seconds=2)
    deployer.cloud.faults.append(fault)
    command = deployer.command("--yes", "--secrets-file", str(deployer.secrets_file))
    deadline = time.monotonic() + 60
    with subprocess.Popen(command, env=deployer.variables(), stderr=subprocess.PIPE) as process:
        while fault.times:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 128 + signal.SIGTERM
    assert list(deployer.temporary.iterdir()) == []
    while not any(asked.method == "PUT" and asked.path.endswith(NAME) for asked in deployer.cloud.requests):
        assert time.monotonic() < deadline  # what was sent arrives all the same
        time.sleep(0.02)
    deployer.deploy()
    assert deployer.cloud.script(NAME).secrets == deployer.secrets()


@pytest.mark.thorough
def test_relays_of_one_name_on_two_accounts_are_two(deployer: Deployer) -> None:
    deployer.deploy()
    elsewhere = "f" * 32
    deployer.cloud.accounts[elsewhere] = "Team"
    relays = json.loads((deployer.home / "relay.json").read_text(encoding="utf-8"))
    relays["relays"].append({**relays["relays"][0], "account_id": elsewhere, "url": "https://relay.team.example"})
    write_atomically(deployer.home / "relay.json", json.dumps(relays).encode())
    found = deployer("status", "--account", deployer.cloud.account_id, "--json").json
    assert (found["account_id"], found["url"]) == (deployer.cloud.account_id, URL)
