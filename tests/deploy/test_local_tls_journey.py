"""A self-made certificate from beginning to end: service, registration, daemon, and a phone that types."""

import subprocess
import sys
from pathlib import Path

import pytest

from loopsy_daemon import config
from loopsy_daemon.errors import RelayError
from loopsy_daemon.paths import Paths
from loopsy_daemon.relay.api import register_device
from tests.support.daemon import Daemon
from tests.support.local_program import LocalProgram
from tests.support.phone import Phone

LOOPSY = [sys.executable, "-c", "import sys; from loopsy_daemon.cli.main import main; sys.exit(main())"]


@pytest.mark.slow
async def test_a_daemon_and_a_phone_that_trust_it_meet_and_nobody_else_is_trusted(
    service: LocalProgram, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = service.json("start", "--tls")
    url, certificate = started["url"], started["certificate"]["file"]
    assert f" --certificate {certificate}" in started["register"]
    with pytest.raises(RelayError, match="CERTIFICATE_VERIFY_FAILED"):
        await register_device(url, None)
    with pytest.raises(RelayError, match="/nothing is no certificate"):
        await register_device(url, None, Path("/nothing"))

    environment = {**service.environment(), "LOOPSY_HOME": str(home), "LOOPSY_SECRETS": "file"}
    invite = service.run("invite").stdout
    command = [*LOOPSY, "relay", "configure", url, "--invite-file", "-", "--certificate", certificate]
    done = subprocess.run(command, env=environment, input=invite, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    relay = config.load(Paths.of(home).config).relay
    assert relay is not None
    assert (relay.url, relay.certificate) == (url, certificate)

    daemon = Daemon(home)
    await daemon.start()
    try:
        monkeypatch.setenv("SSL_CERT_FILE", certificate)  # what the simulated phone trusts
        async with Phone.connected(await daemon.pair_phone("a phone")) as phone:
            stream = await phone.attach(await phone.open())
            await phone.type(stream, b"echo $((40 + 2))\n")
            await phone.wait_output(stream, b"42")
    finally:
        await daemon.end()
