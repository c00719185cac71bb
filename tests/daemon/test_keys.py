import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import null
from keyring.errors import KeyringLocked, PasswordDeleteError

from loopsy_daemon import files, keys
from loopsy_daemon.config import Config
from loopsy_daemon.errors import ConfigError, SecretsUnavailable, UnsafeFile
from loopsy_daemon.paths import Paths

SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I"


class Vault(KeyringBackend):
    """A backend in memory; what its module is called decides whether it is trusted."""

    priority = -1.0  # keyring knows every subclass: it must never choose this one by itself

    def __init__(self, *, forgets: bool = False, locked: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.forgets = forgets
        self.locked = locked

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("the person said no")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if not self.forgets:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")


class TrustedVault(Vault):
    """Passes for the Secret Service."""


TrustedVault.__module__ = "keyring.backends.SecretService"


@pytest.fixture
def use_backend() -> Iterator[Callable[[KeyringBackend], None]]:
    former = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(former)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path.resolve())


def test_a_file_store_keeps_several_secrets_in_one_private_file(paths: Paths) -> None:
    store = keys.FileStore(paths.secrets)
    assert store.get(keys.DEVICE_SECRET) is None
    store.put(keys.DEVICE_SECRET, SECRET)
    store.put(keys.DEVICE_KEY, "other")
    assert stat.S_IMODE(paths.secrets.stat().st_mode) == 0o600
    again = keys.FileStore(paths.secrets)
    assert (again.get(keys.DEVICE_SECRET), again.get(keys.DEVICE_KEY)) == (SECRET, "other")
    again.remove(keys.DEVICE_SECRET)
    again.remove(keys.DEVICE_SECRET)
    assert (store.get(keys.DEVICE_SECRET), store.get(keys.DEVICE_KEY)) == (None, "other")


def test_a_file_store_refuses_a_file_that_others_can_read(paths: Paths) -> None:
    paths.secrets.write_text("{}")
    paths.secrets.chmod(0o644)
    with pytest.raises(UnsafeFile):
        keys.FileStore(paths.secrets).put(keys.DEVICE_SECRET, SECRET)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"device-key": 1}', b"\xff"])
def test_a_damaged_file_store_is_named_without_its_content(paths: Paths, content: bytes) -> None:
    files.write_atomically(paths.secrets, content)
    with pytest.raises(SecretsUnavailable, match="is damaged") as failed:
        keys.FileStore(paths.secrets).get(keys.DEVICE_KEY)
    assert failed.value.__cause__ is None
    assert paths.secrets.read_bytes() == content


def test_the_device_key_is_made_once(paths: Paths) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: keys.load_or_create_device_key(paths, keys.FileStore(paths.secrets)), range(8)))
    assert len({key.private_bytes_raw() for key in made}) == 1
    other = keys.load_or_create_device_key(paths, keys.FileStore(paths.home / "other.json"))
    assert other.private_bytes_raw() != made[0].private_bytes_raw()


@pytest.mark.parametrize("text", ["", "AAAA", "A" * 44, "not base64 at all!" * 3, "A" * 42 + "!"])
def test_a_damaged_device_key_is_never_replaced(paths: Paths, text: str) -> None:
    store = keys.FileStore(paths.secrets)
    store.put(keys.DEVICE_KEY, text)
    with pytest.raises(SecretsUnavailable, match="device key is damaged"):
        keys.load_or_create_device_key(paths, store)
    assert store.get(keys.DEVICE_KEY) == text


def test_a_trusted_keyring_keeps_secrets_for_each_home_apart(
    paths: Paths, use_backend: Callable[[KeyringBackend], None]
) -> None:
    use_backend(TrustedVault())
    here, elsewhere = keys.KeyringStore(paths.home), keys.KeyringStore(paths.home / "other")
    here.put(keys.DEVICE_SECRET, SECRET)
    assert here.get(keys.DEVICE_SECRET) == SECRET
    assert elsewhere.get(keys.DEVICE_SECRET) is None
    here.remove(keys.DEVICE_SECRET)
    here.remove(keys.DEVICE_SECRET)
    assert here.get(keys.DEVICE_SECRET) is None
    assert list(paths.home.iterdir()) == []


@pytest.mark.parametrize("kind", [null.Keyring, Vault])
def test_a_keyring_that_is_not_trusted_is_refused_with_the_way_out(
    paths: Paths, use_backend: Callable[[KeyringBackend], None], kind: type[KeyringBackend]
) -> None:
    use_backend(kind())
    with pytest.raises(SecretsUnavailable) as refused:
        keys.open_store(paths, Config(name="studio"), {})
    assert refused.value.hint is not None
    assert "loopsy init --secrets-file" in refused.value.hint


def test_a_keyring_that_drops_writes_is_found_out(paths: Paths, use_backend: Callable[[KeyringBackend], None]) -> None:
    use_backend(TrustedVault(forgets=True))
    with pytest.raises(SecretsUnavailable, match="does not keep") as failed:
        keys.KeyringStore(paths.home).put(keys.DEVICE_SECRET, SECRET)
    assert SECRET not in str(failed.value)


def test_a_locked_keyring_is_an_error_and_not_an_absent_key(
    paths: Paths, use_backend: Callable[[KeyringBackend], None]
) -> None:
    use_backend(TrustedVault(locked=True))
    with pytest.raises(SecretsUnavailable, match="cannot be read"):
        keys.load_or_create_device_key(paths, keys.KeyringStore(paths.home))


def test_configuration_chooses_the_store_and_the_environment_overrides_it(
    paths: Paths, use_backend: Callable[[KeyringBackend], None]
) -> None:
    use_backend(TrustedVault())
    keyring_config, file_config = Config(name="a", secrets="keyring"), Config(name="a", secrets="file")
    assert isinstance(keys.open_store(paths, keyring_config, {}), keys.KeyringStore)
    assert isinstance(keys.open_store(paths, file_config, {}), keys.FileStore)
    assert isinstance(keys.open_store(paths, keyring_config, {"LOOPSY_SECRETS": "file"}), keys.FileStore)
    assert isinstance(keys.open_store(paths, file_config, {"LOOPSY_SECRETS": "keyring"}), keys.KeyringStore)
    with pytest.raises(ConfigError, match="LOOPSY_SECRETS"):
        keys.open_store(paths, file_config, {"LOOPSY_SECRETS": "plain"})


def test_secrets_move_from_keyring_to_file(paths: Paths, use_backend: Callable[[KeyringBackend], None]) -> None:
    vault = TrustedVault()
    use_backend(vault)
    source, target = keys.KeyringStore(paths.home), keys.FileStore(paths.secrets)
    key = keys.load_or_create_device_key(paths, source)
    source.put(keys.DEVICE_SECRET, SECRET)
    keys.move_secrets(source, target)
    assert vault.kept == {}
    assert target.get(keys.DEVICE_SECRET) == SECRET
    assert keys.load_or_create_device_key(paths, target).private_bytes_raw() == key.private_bytes_raw()
