"""How the relay of this machine is: whether it runs and answers, where, with which certificate, and from when on."""

import time
from pathlib import Path

from loopsy_deploy.local_certificate import Certificate, read_certificate
from loopsy_deploy.local_results import CertificateShown, LocalShown
from loopsy_deploy.local_service import health
from loopsy_deploy.local_settings import LocalSettingsFile
from loopsy_deploy.local_state import LocalState
from loopsy_deploy.local_unit import Autostart
from loopsy_deploy.run_local import addresses, how_to_register


def read_local_status(state_directory: Path, unit: Autostart) -> LocalShown:
    """Look and return what was found; nothing is changed."""
    state = LocalState(state_directory)
    run = state.serving()
    if run is None or run.port is None or run.host is None:
        return LocalShown(running=state.is_in_use, state=str(state_directory), autostart=unit.is_enabled)
    certificate = read_certificate(Path(run.certificate)) if run.certificate else None
    answer = health(run)
    names = LocalSettingsFile(state_directory).load().names
    urls = addresses(run.host, run.port, names, certificate)
    return LocalShown(
        running=True,
        state=str(state_directory),
        autostart=unit.is_enabled,
        url=urls[0],
        other_urls=tuple(urls[1:]),
        pid=run.owner,
        uptime_seconds=None if run.started_at is None else max(0, round(time.time() - run.started_at)),
        health=answer.status if answer else None,
        version=answer.version if answer else None,
        certificate=None if certificate is None else _shown(certificate),
        register=how_to_register(state_directory, urls[0], certificate),
    )


def _shown(certificate: Certificate) -> CertificateShown:
    return CertificateShown(
        fingerprint=certificate.fingerprint,
        expires_at=certificate.expires_at.isoformat(),
        names=certificate.names,
        file=str(certificate.file),
    )
