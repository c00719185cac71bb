"""What the `local` commands do: choices become settings, the relay is started, asked and ended."""

import asyncio
import sys
from pathlib import Path

from msgspec import UNSET, UnsetType

from loopsy_daemon.cli.relay import normalise_url
from loopsy_daemon.errors import UsageError
from loopsy_daemon.files import private_directory
from loopsy_daemon.paths import Paths
from loopsy_deploy.errors import LocalRelayError
from loopsy_deploy.local import RELAY_DIRECTORY
from loopsy_deploy.local_log import added_text, last_lines
from loopsy_deploy.local_render import show
from loopsy_deploy.local_results import LocalAutostart, LocalStopped
from loopsy_deploy.local_service import command, start_in_background
from loopsy_deploy.local_service import stop as stop_relay
from loopsy_deploy.local_settings import LocalChoices, LocalSettings, LocalSettingsFile, Tls
from loopsy_deploy.local_state import LocalState
from loopsy_deploy.local_status import read_local_status
from loopsy_deploy.local_unit import Autostart, autostart
from loopsy_deploy.run_local import certificate_for, run_local
from loopsy_deploy.workerd import find_workerd


def choices(
    host: str | None = None,
    port: int | None = None,
    tls: bool | None = None,
    names: list[str] | None = None,
    certificate: Path | None = None,
    key: Path | None = None,
    behind_proxy: bool | None = None,
    allowed_origins: str | None = None,
    open_registration: bool | None = None,
) -> LocalChoices:
    """Return what was mentioned on the command line. Raises UsageError for what contradicts itself."""
    if (certificate is None) != (key is None):
        raise UsageError("A certificate and its key belong together.", "give both: --certificate FILE --key FILE")
    if certificate is not None and tls is not None:
        raise UsageError("--tls makes a certificate and --certificate brings one.", "give one of the two")
    way: Tls | UnsetType = UNSET
    if certificate is not None:
        way = "own"
    elif tls is not None:
        way = "self-made" if tls else "off"
    return LocalChoices(
        host=UNSET if host is None else host,
        port=UNSET if port is None else port,
        tls=way,
        names=tuple(name.lower() for name in names) if names else UNSET,
        certificate=UNSET if certificate is None else str(certificate.absolute()),
        key=UNSET if key is None else str(key.absolute()),
        behind_proxy=UNSET if behind_proxy is None else behind_proxy,
        allowed_origins=UNSET if allowed_origins is None else _origins(allowed_origins),
        open_registration=UNSET if open_registration is None else open_registration,
    )


def state_directory(state: Path | None) -> Path:
    """Return the directory that was named, or the home's."""
    return state.absolute() if state else Paths.from_environment().home / "local-relay"


def run(state: Path | None, chosen: LocalChoices) -> None:
    """Run in the foreground."""
    directory = state_directory(state)
    find_workerd(RELAY_DIRECTORY)  # here, where somebody may be asked whether to install it, and may press Ctrl-C
    asyncio.run(run_local(directory, LocalSettingsFile(directory).change(chosen)))


def start(state: Path | None, chosen: LocalChoices, *, as_json: bool) -> None:
    """Start in the background, unless it runs already as it is wanted."""
    directory = state_directory(state)
    file = LocalSettingsFile(directory)
    former = file.load()
    if LocalState(directory).is_in_use and file.merged(chosen) != former:
        raise LocalRelayError(
            "The relay runs with other settings.", "loopsy-deploy-relay local stop, then start it with these"
        )
    settings = file.change(chosen)
    _check_certificate(directory, settings)
    if not start_in_background(directory):
        print("It runs already.", file=sys.stderr)
    show(read_local_status(directory, _unit(directory)), as_json=as_json)


def stop(state: Path | None, *, as_json: bool) -> None:
    """End the relay."""
    show(LocalStopped(stop_relay(state_directory(state))), as_json=as_json)


def status(state: Path | None, *, as_json: bool) -> int:
    """Show how it is; return 1 if it does not run and answer."""
    directory = state_directory(state)
    found = read_local_status(directory, _unit(directory))
    show(found, as_json=as_json)
    return int(found.health is None)


def logs(state: Path | None, count: int, *, follow: bool) -> None:
    """Print the last lines, then what is added."""
    log = LocalState(state_directory(state)).log
    added = added_text(log)
    for line in last_lines(log, count):
        print(line)
    if follow:
        for text in added:
            print(text, end="", flush=True)


def enable(state: Path | None, *, as_json: bool) -> None:
    """Start at login."""
    directory = private_directory(state_directory(state))
    unit = _unit(directory)
    show(LocalAutostart(changed=unit.enable(), enabled=True, file=str(unit.file)), as_json=as_json)


def disable(state: Path | None, *, as_json: bool) -> None:
    """Start at login no more."""
    unit = _unit(state_directory(state))
    show(LocalAutostart(changed=unit.disable(), enabled=False, file=str(unit.file)), as_json=as_json)


def _unit(directory: Path) -> Autostart:
    return autostart(command(directory), LocalState(directory).log)


def _check_certificate(directory: Path, settings: LocalSettings) -> None:
    """Raise CertificateProblem here, where a person reads it, and not in the background."""
    certificate_for(private_directory(directory), settings)


def _origins(text: str) -> tuple[str, ...]:
    return tuple(normalise_url(part.strip()) for part in text.split(",") if part.strip())
