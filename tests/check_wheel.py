"""What an installed wheel must do, away from any checkout: run a relay, pair a phone, deploy and verify.

`python -m tests.check_wheel WHEEL` installs it with its dependencies into an environment of its own and checks it.
"""

import asyncio
import json
import re
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from loopsy_daemon import __version__
from tests.support.cloudflare import CloudStandIn, cloudflare_stand_in
from tests.support.deployer import Deployer
from tests.support.phone import Phone, pair
from tests.support.wheel import ROOT, InstalledWheel

STOP_SECONDS = 20.0
RELAY_NAME = "loopsy-relay"
PAYLOAD = "loopsy_deploy/_payload"
NEEDED = {
    f"{PAYLOAD}/relay/dist/local/relay.capnp",
    f"{PAYLOAD}/relay/dist/local/relay_proxied.capnp",
    f"{PAYLOAD}/relay/dist/local/relay_tls.capnp",
    f"{PAYLOAD}/relay/dist/worker.mjs",
    f"{PAYLOAD}/relay/wrangler.jsonc",
    f"{PAYLOAD}/webapp/dist/_headers",
    f"{PAYLOAD}/webapp/dist/app/index.html",
    "loopsy_daemon/dashboard/_app/index.html",
    "loopsy_daemon/py.typed",
    "loopsy_deploy/wrangler_package/.npmrc",
    "loopsy_deploy/wrangler_package/package-lock.json",
    "loopsy_deploy/wrangler_package/package.json",
    "loopsy_infra/__init__.py",
}
PERSONAL = re.compile(rb"/home/[a-z]|/Users/[A-Za-z]|/root/|\"resolved\":|://[a-z0-9.-]*(?:registry|npmjs|artifact)")


def check_contents(wheel: Path) -> None:
    """Check that the wheel has what it needs, nothing from elsewhere, and no trace of where it was made."""
    with zipfile.ZipFile(wheel) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    assert contents.keys() >= NEEDED, NEEDED - contents.keys()
    places = {name.split("/")[0] for name in contents}
    assert places == {"loopsy_daemon", "loopsy_deploy", "loopsy_infra", f"loopsy-{__version__}.dist-info"}
    assert [name for name in contents if "node_modules" in name or "__pycache__" in name] == []
    marked = [
        name for name, content in contents.items() if PERSONAL.search(content) or str(ROOT).encode() + b"/" in content
    ]
    assert marked == []


def check_local(installed: InstalledWheel) -> None:
    """Check that it runs a relay on this machine, serves the app, and that a phone pairs and types."""
    with _local_relay(installed) as url:
        assert httpx.get(f"{url}/health").json()["version"] == __version__
        assert "<script" in httpx.get(f"{url}/app/").text
        installed.run("loopsy", "init", "--secrets-file")
        invite = installed.run("loopsy-deploy-relay", "invite")
        installed.run("loopsy", "relay", "configure", url, "--invite-file", "-", standard_input=invite)
        installed.run("loopsy", "start")
        try:
            asyncio.run(_pair_and_type(installed))
        finally:
            installed.run("loopsy", "stop")


def check_deployment(installed: InstalledWheel, cloud: CloudStandIn) -> None:
    """Check that it deploys to an empty account, serves what it brings, and then finds nothing to do."""
    directory = installed.directory / "deployment"
    directory.mkdir()
    deployer = Deployer(cloud, directory, program=installed.command("loopsy-deploy-relay"))
    assert deployer.deploy("--json").json["changed"] is True
    assert deployer("verify", "--json").json["differences"] == []
    assert deployer("preview", "--json").json["changes"] is False


@contextmanager
def _local_relay(installed: InstalledWheel) -> Iterator[str]:
    command = installed.command("loopsy-deploy-relay", "--local")
    with subprocess.Popen(
        command, cwd=installed.directory, env=installed.variables(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
            process.send_signal(signal.SIGINT)
            assert process.wait(STOP_SECONDS) == 0
        finally:
            process.kill()


async def _pair_and_type(installed: InstalledWheel) -> None:
    pairing = await asyncio.create_subprocess_exec(
        *installed.command("loopsy", "mobile", "pair", "--json"),
        cwd=installed.directory,
        env=installed.variables(),
        stdout=asyncio.subprocess.PIPE,
    )
    assert pairing.stdout is not None
    opened = json.loads(await pairing.stdout.readline())
    machine = await pair(opened["url"], opened["code"])
    assert await asyncio.wait_for(pairing.wait(), STOP_SECONDS) == 0
    async with Phone.connected(machine) as phone:
        stream = await phone.attach(await phone.open())
        await phone.type(stream, b"echo $((6 * 7))-typed\r")
        await phone.wait_output(stream, b"42-typed")


def main() -> int:
    """Check the wheel that is named; return the exit code."""
    if len(sys.argv) != 2:
        print("usage: python -m tests.check_wheel WHEEL", file=sys.stderr)
        return 2
    wheel = Path(sys.argv[1]).resolve()
    check_contents(wheel)
    print("contents: good", flush=True)
    with tempfile.TemporaryDirectory(prefix="loopsy-") as directory:  # short: a socket's path has few characters
        installed = InstalledWheel.install(wheel, Path(directory), with_dependencies=True)
        print("installed with its dependencies", flush=True)
        check_local(installed)
        print("relay on this machine, paired phone: good", flush=True)
        cloud_directory = Path(directory, "cloud")
        cloud_directory.mkdir()
        with cloudflare_stand_in(cloud_directory) as cloud:
            check_deployment(installed, cloud)
        print("deployment and verify: good", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
