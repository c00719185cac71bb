"""The configuration: `config.yaml` as typed values, read strictly and changed without losing comments."""

import io
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from loopsy_daemon import files
from loopsy_daemon.errors import ConfigError

MAX_NAME_CHARACTERS: Final = 64
_HEADER: Final = "# Loopsy's configuration. Comments and unknown keys are kept when a command changes it.\n"


def default_name() -> str:
    """Return the name of this machine, as phones show it."""
    return socket.gethostname().split(".")[0][:MAX_NAME_CHARACTERS] or "laptop"


Place = Annotated[str, Meta(pattern=r"^(/|~$|~/)[^\x00]*$")]
"""A path from the root, or from the home directory."""


class RelayConfig(Struct, frozen=True, kw_only=True):
    """The relay and what it calls this device. The secret is not here."""

    url: Annotated[str, Meta(pattern=r"^https?://[^\s/?#@]+$")]
    device_id: Annotated[str, Meta(pattern=r"^[a-z2-7]{39}$")]
    certificate: str | None = None
    """The file with the only certificate that the relay may show, if that is a self-made one."""


class SessionsConfig(Struct, frozen=True, kw_only=True):
    """How many sessions there may be, how much of each is kept in memory, and when an idle one is ended (0: never)."""

    scrollback_lines: Annotated[int, Meta(ge=0, le=1_000_000)] = 10_000
    output_log_bytes: Annotated[int, Meta(ge=65_536, le=1 << 30)] = 2_097_152
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 64
    end_idle_hours: Annotated[float, Meta(ge=0, le=100_000)] = 0


class AttachConfig(Struct, frozen=True, kw_only=True):
    """The local terminal: the key to leave with (`C-a`, or `none`), and how long a daemon that went away is awaited."""

    prefix: Annotated[str, Meta(pattern=r"^(C-[a-hk-ln-z\\\]^_]|none)$")] = "C-a"
    wait_seconds: Annotated[float, Meta(ge=0, le=3_600)] = 15


class RecordingsConfig(Struct, frozen=True, kw_only=True):
    """How large one recording may become."""

    max_bytes: Annotated[int, Meta(ge=65_536, le=1 << 40)] = 67_108_864


class TransferConfig(Struct, frozen=True, kw_only=True):
    """Files to and from phones and other machines: where, where not, and how large one may be."""

    allow: list[Place] = msgspec.field(default_factory=lambda: ["~", "/tmp"])  # noqa: S108 - named, not trusted
    deny: list[Place] = []
    max_bytes: Annotated[int, Meta(ge=1, le=1 << 50)] = 8 * 1_073_741_824


class LanConfig(Struct, frozen=True, kw_only=True):
    """Other machines: who can reach this one, at which port (0: any free one), and what they may not start here."""

    listen: Literal["off", "loopback", "lan"] = "off"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 19_532
    discovery: bool = True
    deny: list[str] = msgspec.field(
        default_factory=lambda: ["rm", "rmdir", "dd", "mkfs", "format", "shutdown", "reboot", "halt", "poweroff"]
    )
    jobs: Annotated[int, Meta(ge=1, le=256)] = 10
    sessions: Annotated[int, Meta(ge=0, le=1_000)] = 16


class DashboardConfig(Struct, frozen=True, kw_only=True):
    """The dashboard: at which port of loopback it is served, where that is free (0: at any)."""

    port: Annotated[int, Meta(ge=0, le=65_535)] = 19_534


class Config(Struct, frozen=True, kw_only=True):
    """All of `config.yaml`."""

    version: Literal[1] = 1
    name: Annotated[str, Meta(min_length=1, max_length=MAX_NAME_CHARACTERS, pattern=r"^[^\x00-\x1f\x7f]*$")] = (
        msgspec.field(default_factory=default_name)
    )
    relay: RelayConfig | None = None
    sessions: SessionsConfig = SessionsConfig()
    attach: AttachConfig = AttachConfig()
    recordings: RecordingsConfig = RecordingsConfig()
    lan: LanConfig = LanConfig()
    dashboard: DashboardConfig = DashboardConfig()
    transfer: TransferConfig = TransferConfig()
    secrets: Literal["keyring", "file"] = "keyring"


class LoadedConfig(Struct, frozen=True, kw_only=True):
    """A configuration and the keys in its file that this version does not know, as `a.b`."""

    config: Config
    unknown_keys: tuple[str, ...]


def load(path: Path) -> Config:
    """Return the configuration, or its defaults if there is no file. Raises ConfigError naming file and line."""
    return load_with_warnings(path).config


def load_with_warnings(path: Path) -> LoadedConfig:
    """Return the configuration with the keys that are not known. Raises ConfigError naming file and line."""
    document = _read(path)
    return LoadedConfig(config=_convert(document, path), unknown_keys=tuple(_unknown_keys(document)))


def update(path: Path, change: Callable[[Config], Config]) -> Config:
    """Change the file under its lock and return the new configuration; what did not change stays as it was written.

    The directory must exist. Raises ConfigError if the file is not valid: it is never replaced by defaults.
    """
    path = path.resolve()  # a link to the file stays a link
    with files.locked(path):
        document = _read(path)
        is_new = not path.exists()
        before = _convert(document, path)
        wanted: dict[str, object] = msgspec.to_builtins(change(before))
        after = _convert(wanted, path)
        _merge(document, {} if is_new else msgspec.to_builtins(before), wanted)
        text = io.StringIO()
        _yaml().dump(document, text)
        files.write_atomically(path, ((_HEADER if is_new else "") + text.getvalue()).encode())
    return after


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4_096  # never fold a long value
    return yaml


def _read(path: Path) -> CommentedMap:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return CommentedMap()
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text.", "save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", f"check it: ls -l {path}") from None
    try:
        document = _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ConfigError(f"{where}: not valid YAML: {error.problem or error.context}.", "correct that line") from None
    except YAMLError as error:
        raise ConfigError(f"{path}: not valid YAML: {str(error).splitlines()[0]}.", "correct the file") from None
    if document is None:
        return CommentedMap()
    if not isinstance(document, CommentedMap):
        raise ConfigError(f"{path}:1: the file must be a map of keys and values.", "start with a line: version: 1")
    return document


def _convert(document: Mapping[str, object], path: Path) -> Config:
    try:
        return msgspec.convert(_plain(document), Config)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$")
        keys = [key for key in place.rstrip("`").split(".") if key]
        line = _line(document, keys)
        where = f"{path}:{line}" if line else str(path)
        name = f"`{'.'.join(keys)}`: " if keys else ""
        raise ConfigError(f"{where}: {name}{reason[:1].lower()}{reason[1:]}.", "correct that line") from None


def _plain(value: object) -> object:
    """Return Python's own types: ruamel's subclasses carry comments and quotes, and no encoder takes them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    for plain in (str, float, int):
        if isinstance(value, plain) and not isinstance(value, bool):
            return plain(value)
    return value


def _line(document: Mapping[str, object], keys: list[str]) -> int | None:
    """Return the line, from 1, of the deepest of the keys that the document has."""
    line: int | None = None
    node: object = document
    for key in keys:
        if not isinstance(node, CommentedMap) or key not in node:
            break
        line = int(node.lc.key(key)[0]) + 1
        node = node[key]
    return line


def _unknown_keys(document: Mapping[str, object]) -> list[str]:
    known: dict[str, type[Struct]] = {
        "": Config,
        "relay.": RelayConfig,
        "sessions.": SessionsConfig,
        "attach.": AttachConfig,
        "recordings.": RecordingsConfig,
        "lan.": LanConfig,
        "dashboard.": DashboardConfig,
        "transfer.": TransferConfig,
    }
    unknown: list[str] = []
    for prefix, schema in known.items():
        node = document.get(prefix[:-1]) if prefix else document
        if isinstance(node, Mapping):
            names = schema.__struct_fields__
            unknown += [f"{prefix}{key}" for key in node if key not in names]
    return unknown


def _merge(document: CommentedMap, before: object, after: object) -> None:
    """Write into the document what differs between two configurations; None removes a key."""
    old = before if isinstance(before, dict) else {}
    new = after if isinstance(after, dict) else {}
    for key, value in new.items():
        if old.get(key) == value:
            continue
        if value is None:
            document.pop(key, None)
        elif isinstance(value, dict):
            if not isinstance(document.get(key), CommentedMap):
                document[key] = CommentedMap()
            _merge(document[key], old.get(key), value)
        else:
            document[key] = value
