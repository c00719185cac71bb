"""`loopsy-deploy-relay` as a person runs it, with a real workerd."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from loopsy_daemon.relay.api import register_device
from loopsy_deploy.invite import INVITE_SECONDS, make_invite
from tests.support.relay import running_relay

COMMAND = [sys.executable, "-m", "loopsy_deploy.cli"]


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env={**os.environ, "LOOPSY_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; sys.argv = ['loopsy-deploy-relay', '--help']; from loopsy_deploy.cli import main; "
        "assert main() == 0; print('\\n'.join(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    loaded = {name.split(".")[0] for name in done.stderr.split()}
    assert "typer" in loaded
    assert not loaded & {"asyncio", "cryptography", "httpx", "keyring", "msgspec", "ruamel", "pulumi", "loopsy_infra"}
    for command in ("preview", "status", "invite", "verify", "rotate", "rollback", "logs", "destroy", "doctor", "ci"):
        assert f"  {command} " in done.stdout


def test_wrong_use_is_one_sentence_and_a_hint(home: Path) -> None:
    done = run(home, "--locale")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 2
    assert "Traceback" not in done.stderr


def test_an_invite_needs_a_relay(home: Path) -> None:
    done = run(home, "invite")
    assert done.returncode == 1
    assert "There is no relay" in done.stderr


def test_local_runs_until_interrupted_and_invites_work(home: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "--local"],
        env={**os.environ, "LOOPSY_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            invite = run(home, "invite").stdout.strip()
            answer = httpx.post(f"{url}/v1/devices", headers={"authorization": f"Bearer {invite}"}, json={})
            assert answer.status_code == 201
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(15) == 0


async def test_an_invite_expires(tmp_path: Path) -> None:
    import time

    async with running_relay(tmp_path) as relay:
        secret = relay.local.registration_secret
        assert (await register_device(relay.url, make_invite(secret))).device_id
        stale = make_invite(secret, now=time.time() - INVITE_SECONDS - 5)
        answer = await relay.request("POST", "/v1/devices", bearer=stale)
        assert answer.status_code == 401
