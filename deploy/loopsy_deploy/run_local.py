"""The relay of this machine in the foreground: started as it is set, announced, started anew for a new certificate."""

import asyncio
import shlex
import signal
import sys
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from loopsy_daemon.errors import LoopsyError
from loopsy_deploy.local import LocalRelay
from loopsy_deploy.local_addresses import certificate_names, other_hosts, own_url, url_of
from loopsy_deploy.local_certificate import Certificate, ensure_self_made, take_own
from loopsy_deploy.local_settings import LocalSettings
from loopsy_deploy.payload import ASSETS, locate

WEBAPP_DIST: Final = locate(ASSETS)
CERTIFICATE_CHECK_SECONDS: Final = 60.0


async def run_local(
    state_directory: Path, settings: LocalSettings, *, certificate_check_seconds: float = CERTIFICATE_CHECK_SECONDS
) -> None:
    """Run until SIGINT or SIGTERM. Raises LocalRelayError."""
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    state_directory.parent.mkdir(parents=True, exist_ok=True)
    while not interrupted.is_set():  # once more after each change of the certificate
        certificate = certificate_for(state_directory, settings)
        relay = LocalRelay(
            state_directory,
            assets_directory=WEBAPP_DIST,
            host=settings.host,
            port=settings.port,
            allowed_origins=settings.allowed_origins,
            open_registration=settings.open_registration,
            certificate=certificate,
            behind_proxy=settings.behind_proxy,
        )
        async with relay:
            _announce(relay.port, state_directory, settings, certificate)
            await _first(
                interrupted.wait(),
                relay.watch(),
                _certificate_changed(state_directory, settings, certificate, certificate_check_seconds),
            )


def certificate_for(state_directory: Path, settings: LocalSettings) -> Certificate | None:
    """Return the certificate that the settings ask for, ready to be used. Raises CertificateProblem."""
    now = datetime.now(UTC)
    if settings.tls == "own":
        own = (Path(settings.certificate or ""), Path(settings.key or ""))  # there, or it could not have been chosen
        return take_own(state_directory / "own-certificate", *own, now)
    if settings.tls == "self-made":
        names = [*settings.names, *certificate_names(settings.host)]
        certificate, is_new = ensure_self_made(state_directory / "certificate", names, now)
        if is_new:
            _say("A certificate was made: compare its fingerprint once on each phone.")
        return certificate
    return None


async def _certificate_changed(
    state_directory: Path, settings: LocalSettings, served: Certificate | None, check_seconds: float
) -> None:
    """Wait until there is another certificate than the served one: renewed by its owner, or by us in time."""
    while True:
        await asyncio.sleep(check_seconds)
        # In the middle of a renewal the two files may not fit yet; what is served goes on.
        with suppress(LoopsyError, OSError):
            if certificate_for(state_directory, settings) != served:
                _say("The certificate has changed: the relay starts anew with it.")
                return


async def _first(*ways: Coroutine[Any, Any, object]) -> None:
    """Wait until one of the ways ends, then end the others; raises what it raises."""
    tasks = [asyncio.create_task(way) for way in ways]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for task in done:
        task.result()


def addresses(host: str, port: int, names: Sequence[str], certificate: Certificate | None) -> list[str]:
    """Return the URLs of a relay that listens on `host`, the one to register at first: phones are led to that one.

    Without TLS that is this machine's own, since a browser elsewhere would refuse the other ones.
    `names` are those of this machine that the owner gave; a certificate of the owner's names it, too.
    """
    tls = certificate is not None
    hosts = other_hosts(host)
    vouched = [] if certificate is None or certificate.is_self_signed else certificate.names
    named = [name for name in (*names, *vouched) if "*" not in name] if hosts else []
    others = [url_of(other, port, tls=tls) for other in dict.fromkeys([*named, *hosts])]
    own = own_url(host, port, tls=tls)
    return list(dict.fromkeys([*others, own] if tls else [own, *others]))


def how_to_register(state_directory: Path, url: str, certificate: Certificate | None) -> str:
    """Return the command that registers this machine at the relay."""
    trust = f" --certificate {shlex.quote(str(certificate.file))}" if certificate and certificate.is_self_signed else ""
    invite = f"loopsy-deploy-relay invite --state {shlex.quote(str(state_directory))}"
    return f"{invite} | loopsy relay configure {url} --invite-file -{trust}"


def _announce(port: int, state_directory: Path, settings: LocalSettings, certificate: Certificate | None) -> None:
    first, *others = addresses(settings.host, port, settings.names, certificate)
    print(first, flush=True)
    if others:
        _say(f"It also answers at {', '.join(others)}.")
    if certificate is not None:
        _say(f"Certificate SHA-256, to be compared on each phone (until {certificate.expires_at:%Y-%m-%d}):")
        _say(f"  {certificate.fingerprint}")
    elif other_hosts(settings.host) and not settings.behind_proxy:
        _say("Without TLS a browser on another machine refuses its cryptography: add --tls.")
    _say(f"Register this machine: {how_to_register(state_directory, first, certificate)}")
    if sys.stdin.isatty():
        _say("Ctrl-C stops the relay.")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
