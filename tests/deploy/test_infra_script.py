"""The script as a resource of Pulumi's, with the real wrangler, on the stand-in of Cloudflare's account."""

import os
from pathlib import Path
from typing import Any

import pytest

from loopsy_daemon.files import write_atomically
from loopsy_deploy import payload
from loopsy_deploy.engine_driver import ENTRY, WranglerDriver
from loopsy_deploy.node import find_node
from loopsy_deploy.payload import find_payload
from loopsy_deploy.wanted import SECRET_NAMES, variables
from loopsy_infra.relay_script import RelayScriptProvider, ScriptFailed
from loopsy_infra.settings import HandSettings
from tests.support.cloudflare import Fault
from tests.support.deployer import Deployer, other_version

NAME = "loopsy-relay"
PASSPHRASE = "this-is-not-for-wrangler"
SECRETS = {name: f"{name.lower()}-".ljust(40, "x") for name in SECRET_NAMES}


@pytest.fixture
def account(deployer: Deployer, monkeypatch: pytest.MonkeyPatch) -> Deployer:
    """The account of the stand-in, known by the environment of this process as by that of Pulumi's."""
    for name, value in {**deployer.variables(), "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}.items():
        monkeypatch.setenv(name, value)
    return deployer


def properties(account: Deployer, *, is_open: bool = False, secrets: dict[str, str] | None = None) -> dict[str, Any]:
    found = find_payload()
    made = variables(found.bundle_hash, found.version, open_registration=is_open, allowed_origins="")
    return {
        "name": NAME,
        "account_id": account.cloud.account_id,
        "bundle_hash": found.bundle_hash,
        "variables": made,
        "workers_dev": True,
        "secret_names": sorted(secrets or {}),
        "secrets": secrets,
    }


@pytest.fixture
def provider() -> RelayScriptProvider:
    return RelayScriptProvider(ENTRY)


def made(account: Deployer, provider: RelayScriptProvider) -> tuple[str, dict[str, Any]]:
    result = provider.create(properties(account, secrets=SECRETS))
    assert result.outs is not None
    return result.id, result.outs


@pytest.mark.slow
def test_a_life(
    account: Deployer, provider: RelayScriptProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity, outs = made(account, provider)
    assert identity == f"{account.cloud.account_id}/{NAME}"
    assert account.cloud.script(NAME).secrets == SECRETS
    assert not [value for value in SECRETS.values() if value in repr(outs)]
    assert provider.diff(identity, outs, properties(account)).changes is False

    monkeypatch.setattr(payload, "PLACES", (other_version(tmp_path / "other"),))
    newer = properties(account)
    assert newer["bundle_hash"] != outs["bundle_hash"]
    assert provider.diff(identity, outs, newer).changes is True
    updated = provider.update(identity, outs, newer).outs
    assert updated is not None
    assert updated["version_id"] != outs["version_id"]
    script = account.cloud.script(NAME)
    assert (script.bindings["LOOPSY_BUNDLE_HASH"]["text"], script.secrets) == (newer["bundle_hash"], SECRETS)

    read = provider.read(identity, updated)
    assert read.id == identity
    assert read.outs == updated
    provider.delete(identity, updated)
    assert account.cloud.scripts == []
    assert provider.read(identity, updated).id == ""
    provider.delete(identity, updated)  # it need not be there


def test_wrangler_gets_neither_a_secret_nor_pulumis_passphrase(
    account: Deployer, provider: RelayScriptProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = find_node()
    (programs := tmp_path / "programs").mkdir()
    (programs / "npm").symlink_to(node.directory / "npm")
    seen = tmp_path / "seen"
    # Every run of wrangler is written down, with all that another process of this user could read of it.
    record = f'case "$*" in *wrangler*) {{ printf "%s\\n" "$@"; env; }} >> "{seen}";; esac'
    script = f'#!/bin/sh\n{record}\nexec "{node.directory / "node"}" "$@"\n'
    write_atomically(programs / "node", script.encode(), mode=0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    made(account, provider)
    text = seen.read_text(encoding="utf-8")
    assert "--secrets-file" in text
    assert not [value for value in (*SECRETS.values(), PASSPHRASE) if value in text]


def test_secrets_that_must_be_uploaded_are_a_difference(account: Deployer, provider: RelayScriptProvider) -> None:
    olds = {**properties(account), "secret_names": []}
    assert provider.diff("id", olds, properties(account)).changes is False
    assert provider.diff("id", olds, properties(account, secrets=SECRETS)).changes is True


def test_what_was_changed_beside_pulumi_is_a_difference(account: Deployer, provider: RelayScriptProvider) -> None:
    wanted = properties(account)
    assert provider.diff("id", {**wanted, "workers_dev": False}, wanted).changes is True
    assert provider.diff("id", properties(account, is_open=True), wanted).changes is True


@pytest.mark.parametrize("key", ["name", "account_id"])
def test_another_name_or_account_is_another_stack(account: Deployer, provider: RelayScriptProvider, key: str) -> None:
    olds = properties(account)
    assert provider.check({}, olds).failures == []
    assert provider.check(olds, olds).failures == []
    (failure,) = provider.check(olds, {**olds, key: "another"}).failures
    assert failure.property == key


def test_a_worker_of_somebody_elses_is_left_alone(account: Deployer, provider: RelayScriptProvider) -> None:
    identity, outs = made(account, provider)
    script = account.cloud.script(NAME)
    theirs = [binding for binding in script.deployed.bindings if binding["name"] != "LOOPSY_BUNDLE_HASH"]
    object.__setattr__(script.deployed, "bindings", tuple(theirs))
    for attempt in (
        lambda: provider.update(identity, outs, properties(account)),
        lambda: provider.delete(identity, outs),
    ):
        with pytest.raises(ScriptFailed, match="is no Loopsy relay"):
            attempt()
    assert len(account.cloud.scripts) == 1


def test_another_bundle_than_planned_is_not_uploaded(account: Deployer, provider: RelayScriptProvider) -> None:
    with pytest.raises(ScriptFailed, match="another bundle than was planned"):
        provider.create({**properties(account), "bundle_hash": "0" * 64})
    assert account.cloud.scripts == []


def test_a_refusal_is_a_sentence_and_a_hint(account: Deployer, provider: RelayScriptProvider) -> None:
    account.cloud.faults.append(Fault("PUT", f"/scripts/{NAME}$", "forbidden", times=9))
    with pytest.raises(ScriptFailed) as caught:
        made(account, provider)
    sentence, hint = str(caught.value).splitlines()
    assert sentence == f"The API token may not deploy {NAME}."
    assert hint.startswith("hint: ")


def test_by_hand_a_preview_makes_no_secret(account: Deployer) -> None:
    wanted = HandSettings(NAME, open_registration=True, secrets_file=str(account.secrets_file))
    relay, script = WranglerDriver().describe(wanted, ENTRY, preview=True)
    assert (relay.name, relay.driver, script.variables["OPEN_REGISTRATION"]) == (NAME, ENTRY, "true")
    assert script.secrets.keys() == set(SECRET_NAMES)
    assert not account.secrets_file.exists()
    relay, script = WranglerDriver().describe(wanted, ENTRY, preview=False)
    assert script.secrets == account.secrets()


def test_by_hand_the_zone_of_the_domain_is_found(account: Deployer) -> None:
    zone_id = account.cloud.account.add_zone("example.org")
    wanted = HandSettings(NAME, domain="relay.example.org", rate_limit=100)
    relay, _ = WranglerDriver().describe(wanted, ENTRY, preview=True)
    assert (relay.domain, relay.zone_id, relay.rate_limit) == ("relay.example.org", zone_id, 100)
    with pytest.raises(ScriptFailed, match="No zone on this account"):
        WranglerDriver().describe(HandSettings(NAME, domain="relay.example.net"), ENTRY, preview=True)
