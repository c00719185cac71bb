"""How the relay of this machine is to run, kept beside its state: what is not given again stays as it was."""

from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from loopsy_daemon import files
from loopsy_daemon.errors import UsageError
from loopsy_deploy.errors import LocalRelayError

LOOPBACK: Final = "127.0.0.1"
Tls = Literal["off", "self-made", "own"]


class LocalSettings(Struct, frozen=True, kw_only=True):
    """The settings of one relay. Port 0 means the port of the last run if it is free, else any free one."""

    host: str = LOOPBACK
    port: int = 0
    allowed_origins: tuple[str, ...] = ()
    open_registration: bool = False
    behind_proxy: bool = False
    """Whether a proxy on the way tells the client's address and protocol; a client that comes directly could lie."""
    tls: Tls = "off"
    names: tuple[str, ...] = ()
    """Host names and addresses that a self-made certificate is for, besides those of this machine."""
    certificate: str | None = None
    key: str | None = None


class LocalChoices(Struct, frozen=True, kw_only=True):
    """What was chosen on the command line; UNSET is what was not mentioned."""

    host: str | UnsetType = UNSET
    port: int | UnsetType = UNSET
    allowed_origins: tuple[str, ...] | UnsetType = UNSET
    open_registration: bool | UnsetType = UNSET
    behind_proxy: bool | UnsetType = UNSET
    tls: Tls | UnsetType = UNSET
    names: tuple[str, ...] | UnsetType = UNSET
    certificate: str | UnsetType = UNSET
    key: str | UnsetType = UNSET


class LocalSettingsFile:
    """The settings in a relay's state directory."""

    def __init__(self, state_directory: Path) -> None:
        self._path = state_directory / "settings.json"

    def load(self) -> LocalSettings:
        """Return the settings; those of a new relay if there are none. Raises LocalRelayError if they are damaged."""
        data = files.read_private(self._path)
        if data is None:
            return LocalSettings()
        try:
            return msgspec.json.decode(data, type=LocalSettings)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise LocalRelayError(
                f"{self._path} is damaged.", f"give the settings anew after: rm {self._path}"
            ) from None

    def merged(self, choices: LocalChoices) -> LocalSettings:
        """Return the settings as they would be with what was chosen."""
        return msgspec.structs.replace(self.load(), **_chosen(choices))

    def change(self, choices: LocalChoices) -> LocalSettings:
        """Keep what was chosen and return the settings. Raises UsageError if they contradict each other."""
        settings = self.merged(choices)
        check(settings)
        if settings != self.load():
            files.private_directory(self._path.parent)
            files.write_atomically(self._path, msgspec.json.format(msgspec.json.encode(settings)) + b"\n")
        return settings


def check(settings: LocalSettings) -> None:
    """Raise UsageError if the settings contradict each other."""
    if settings.tls == "own" and not (settings.certificate and settings.key):
        raise UsageError("A certificate needs its private key.", "give both: --certificate FILE --key FILE")
    if settings.tls != "off" and settings.behind_proxy:
        raise UsageError("Behind a proxy it is the proxy that does TLS.", "leave out --behind-proxy, or add --no-tls")


def _chosen(choices: LocalChoices) -> dict[str, object]:
    return {name: value for name, value in msgspec.structs.asdict(choices).items() if value is not UNSET}
