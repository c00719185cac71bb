import stat
from pathlib import Path

import keyring
import pytest
from keyring.backends import null

from loopsy_daemon.errors import ConfigError, SecretsUnavailable, UsageError
from loopsy_daemon.keys import FileStore
from loopsy_daemon.paths import Paths
from loopsy_deploy.known_relays import KnownRelay, KnownRelays
from loopsy_deploy.relay_secrets import (
    ENVIRONMENT_VARIABLES,
    EnvironmentSecrets,
    KeptSecrets,
    complete,
    open_secret_store,
    rotated,
)
from loopsy_deploy.wanted import SECRET_NAMES


def test_secrets_are_made_once_each_with_256_bits() -> None:
    made = complete({})
    assert set(made) == set(SECRET_NAMES)
    assert {len(value) for value in made.values()} == {43}
    assert complete(made) == made
    assert len(set(made.values()) | set(complete({}).values())) == 6


def test_a_rotation_keeps_the_device_id_key_and_only_the_last_former_secrets() -> None:
    first = complete({})
    second = rotated(first)
    third = rotated(second)
    assert first["DEVICE_ID_KEY"] == third["DEVICE_ID_KEY"]
    assert third["PAIR_TOKEN_SECRET_PREVIOUS"] == second["PAIR_TOKEN_SECRET"]
    assert set(third) == {*SECRET_NAMES, "PAIR_TOKEN_SECRET_PREVIOUS", "REGISTRATION_SECRET_PREVIOUS"}


def test_relays_share_a_file_and_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first, second = (KeptSecrets(FileStore(path), "0" * 32, name) for name in ("one", "two"))
    assert first.load() == {}
    first.save({"A": "1"})
    second.save({"A": "2"})
    assert (first.load(), second.load()) == ({"A": "1"}, {"A": "2"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first.forget()
    assert (first.load(), second.load()) == ({}, {"A": "2"})


def test_a_damaged_entry_is_never_taken_for_none(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "secrets.json")
    store.put("relay a/one", "nonsense")
    with pytest.raises(SecretsUnavailable, match="damaged"):
        KeptSecrets(store, "a", "one").load()


def test_a_pipeline_keeps_no_secrets_on_its_machine(tmp_path: Path) -> None:
    pipeline = {"CI": "true"}
    with pytest.raises(SecretsUnavailable, match="no place to keep the secrets of one") as refused:
        open_secret_store(Paths.of(tmp_path), "a", "one", None, pipeline)
    assert refused.value.hint is not None
    assert refused.value.hint.startswith("make the relay first: loopsy-deploy-relay --name one; or give the job ")
    assert isinstance(open_secret_store(Paths.of(tmp_path), "a", "one", tmp_path / "file.json", pipeline), KeptSecrets)


def test_the_environment_wins_if_it_has_all_three_and_cannot_be_changed(tmp_path: Path) -> None:
    given = dict.fromkeys(ENVIRONMENT_VARIABLES, "x" * 32)
    paths = Paths.of(tmp_path)
    store = open_secret_store(paths, "a", "one", tmp_path / "file.json", given)
    assert isinstance(store, EnvironmentSecrets)
    store.save(store.load())
    with pytest.raises(SecretsUnavailable):
        store.save(rotated(store.load()))
    given.popitem()
    assert isinstance(open_secret_store(paths, "a", "one", tmp_path / "file.json", given), KeptSecrets)


def test_a_short_secret_of_the_environment_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 32 characters"):
        EnvironmentSecrets(dict.fromkeys(ENVIRONMENT_VARIABLES, "short"))


def test_without_a_trusted_keyring_the_hint_is_the_option(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    former = keyring.get_keyring()
    request.addfinalizer(lambda: keyring.set_keyring(former))
    keyring.set_keyring(null.Keyring())  # type: ignore[no-untyped-call]
    with pytest.raises(SecretsUnavailable) as raised:
        open_secret_store(Paths.of(tmp_path), "a", "one", None, {})
    assert raised.value.hint == "keep them in a private file instead: --secrets-file PATH"


def relay(name: str, account_id: str = "a") -> KnownRelay:
    return KnownRelay(name=name, url=f"https://{name}.example", account_id=account_id)


def test_the_relay_that_was_deployed_last_is_the_one_that_is_meant(tmp_path: Path) -> None:
    relays = KnownRelays(tmp_path / "home")
    assert relays.find(None) is None
    for known in (relay("one"), relay("two"), relay("one")):
        relays.remember(known)
    assert [known.name for known in relays.all()] == ["two", "one"]
    assert relays.find(None) == relay("one")
    assert relays.find("two") == relay("two")
    relays.forget("b", "one")
    relays.forget("a", "one")
    assert relays.find(None) == relay("two")
    assert stat.S_IMODE((tmp_path / "home" / "relay.json").stat().st_mode) == 0o600


def test_a_damaged_memory_is_said_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "relay.json"
    path.write_text("{", encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="is damaged"):
        KnownRelays(tmp_path).all()
    assert path.read_text(encoding="utf-8") == "{"
