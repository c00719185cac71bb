import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from loopsy_daemon import config
from loopsy_daemon.config import Config, RelayConfig, SessionsConfig
from loopsy_daemon.errors import ConfigError

RELAY = RelayConfig(url="https://relay.example", device_id="a" * 39)


def with_relay(former: Config) -> Config:
    return msgspec.structs.replace(former, relay=RELAY)


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    found = config.load(tmp_path / "config.yaml")
    assert found == Config(name=config.default_name())
    assert found.sessions == SessionsConfig(scrollback_lines=10_000, output_log_bytes=2_097_152)
    assert (found.version, found.relay, found.secrets) == (1, None, "keyring")


def test_an_update_writes_a_private_file_that_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    written = config.update(path, with_relay)
    assert config.load(path) == written
    assert written.relay == RELAY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith("# Loopsy")


def test_an_update_keeps_comments_order_quotes_and_unknown_keys(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    before = (
        "# mine\n"
        'name: "studio"  # the loud one\n'
        "version: 1\n"
        "colour: {of: mood}  # from another version\n"
        "sessions:\n"
        "  # long builds\n"
        "  scrollback_lines: 50000\n"
    )
    path.write_text(before)
    config.update(path, with_relay)
    assert path.read_text() == before + f"relay:\n  url: https://relay.example\n  device_id: {'a' * 39}\n"
    config.update(path, lambda former: msgspec.structs.replace(former, relay=None))
    assert path.read_text() == before
    config.update(path, lambda former: msgspec.structs.replace(former, name="attic"))
    renamed = path.read_text().splitlines()
    assert re.fullmatch(r'name: "?attic"? +# the loud one', renamed[1])
    assert [*renamed[:1], *renamed[2:]] == [line for line in before.splitlines() if "studio" not in line]


def test_unknown_keys_are_named_and_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("colour: red\nsessions:\n  scrollback_lines: 5\n  speed: 9\n")
    loaded = config.load_with_warnings(path)
    assert loaded.unknown_keys == ("colour", "sessions.speed")
    assert loaded.config.sessions.scrollback_lines == 5


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("version: 1\nsessions:\n  scrollback_lines: many\n", 3, "`sessions.scrollback_lines`: expected `int`"),
        ("version: 1\nname: [\n", 3, "not valid YAML"),
        ("name: a\nname: b\n", 2, "duplicate key"),
        ("- name\n", 1, "must be a map"),
        ("name: studio\nversion: 2\n", 2, "`version`"),
        ("name: 7\n", 1, "`name`: expected `str`, got `int`"),
        ("name: ''\n", 1, "`name`"),
        ('\nname: "a\\u0007b"\n', 2, "`name`"),
        ("sessions: none\n", 1, "`sessions`: expected `object`"),
        ("sessions:\n  output_log_bytes: 1\n", 2, "`sessions.output_log_bytes`"),
        ("secrets: plain\n", 1, "`secrets`"),
        ("name: a\nrelay:\n  url: https://relay.example\n", 2, "missing required field `device_id`"),
        (f"relay:\n  url: https://ada:pw@relay.example\n  device_id: {'a' * 39}\n", 2, "`relay.url`"),
        ("relay:\n  url: https://relay.example\n  device_id: ../../etc\n", 3, "`relay.device_id`"),
    ],
)
def test_what_is_not_valid_names_file_and_line_and_is_left_alone(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as failed:
        config.load(path)
    assert failed.value.message.startswith(f"{path}:{line}: ")
    assert reason in failed.value.message
    assert "\n" not in failed.value.message
    with pytest.raises(ConfigError):
        config.update(path, with_relay)
    assert path.read_text() == text


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        config.load(path)


def test_an_empty_file_means_defaults(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("# nothing yet\n")
    assert config.load(path) == Config(name=config.default_name())


def test_words_that_old_yaml_takes_for_booleans_are_words(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("name: no\n")
    assert config.load(path).name == "no"


def test_an_update_through_a_link_changes_the_file_and_keeps_the_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real = tmp_path / "dotfiles" / "config.yaml"
    real.write_text("name: studio\n")
    link = tmp_path / "config.yaml"
    link.symlink_to(real)
    config.update(link, with_relay)
    assert link.is_symlink()
    assert config.load(real).relay == RELAY


def test_updates_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    config.update(path, lambda former: msgspec.structs.replace(former, sessions=SessionsConfig(scrollback_lines=0)))

    def one_more(former: Config) -> Config:
        more = SessionsConfig(scrollback_lines=former.sessions.scrollback_lines + 1)
        return msgspec.structs.replace(former, sessions=more)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: config.update(path, one_more), range(16)))
    assert config.load(path).sessions.scrollback_lines == 16


def test_the_default_name_is_a_name() -> None:
    assert Config(name=config.default_name()).name
    assert msgspec.convert({"name": config.default_name()}, Config).name == config.default_name()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("attach:\n  prefix: C-m\n", "config.yaml:2: `attach.prefix`: "),
        ("attach:\n  prefix: 5\n", "config.yaml:2: `attach.prefix`: expected `str`, got `int`."),
        ("sessions:\n  scrollback_lines: -1\n", "config.yaml:2: `sessions.scrollback_lines`: expected `int` >= 0."),
        ("sessions:\n  scrollback_lines: many\n", "`sessions.scrollback_lines`: expected `int`, got `str`."),
        ("sessions:\n  limit: 0\n", "`sessions.limit`: expected `int` >= 1."),
        ("sessions:\n  end_idle_hours: soon\n", "`sessions.end_idle_hours`: expected `float`, got `str`."),
        ("recordings:\n  max_bytes: 5\n", "`recordings.max_bytes`: expected `int` >= 65536."),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        config.load(path)
    assert complaint in error.value.message
    assert error.value.hint == "correct that line"
