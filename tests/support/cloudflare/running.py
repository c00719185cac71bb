"""Uploaded scripts on workerd: asked what they export before they are accepted, and run when they are deployed."""

import asyncio
import shutil
import socket
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import httpx

from loopsy_deploy.errors import RelayCrashed
from loopsy_deploy.local import RELAY_DIRECTORY
from loopsy_deploy.workerd import Workerd, find_workerd
from tests.support.cloudflare import errors
from tests.support.cloudflare.certificates import Authority
from tests.support.cloudflare.scripts import Script, Version
from tests.support.cloudflare.worker_configuration import WorkerConfiguration, configure, configure_probe

_OWN: Final = Path(__file__).parent
_ANSWER_SECONDS: Final = 10.0


async def exported_names(version: Version) -> list[str]:
    """Return what the script exports; one that does not start is refused with what the runtime says."""
    with tempfile.TemporaryDirectory(prefix="stand-in-probe-") as name:
        directory = Path(name)
        probe = (_OWN / "probe.mjs").read_text(encoding="utf-8").replace("SCRIPT", version.main_module)
        (directory / "probe.mjs").write_text(probe, encoding="utf-8")
        try:
            workerd = await _start(directory, configure_probe(version), {}, port=0)
            try:
                async with httpx.AsyncClient(trust_env=False, timeout=_ANSWER_SECONDS) as http:
                    answer = await http.get(f"http://127.0.0.1:{workerd.port}/")
            finally:
                await workerd.stop()
        except RelayCrashed:
            said = (directory / "workerd.log").read_text(encoding="utf-8", errors="replace")
            raise errors.invalid(_first_complaint(said)) from None
    return list(answer.json())


def _first_complaint(log: str) -> str:
    """Return the sentence of the runtime, without where workerd says it."""
    for line in log.splitlines():
        at = line.find("Uncaught ")
        if at >= 0:
            return line[at:]
        for words in ("No such module", "No such compatibility flag"):
            if words in line:
                return line[line.find(words) :]
    return "Script startup failed."


class RunningScript:
    """One deployed script on workerd; it keeps its port and the state of its objects from version to version."""

    def __init__(self, directory: Path, files: Path, authority: Authority, live_logs_address: str) -> None:
        self._directory = directory
        self._files = files
        self._authority = authority
        self._live_logs_address = live_logs_address
        self._workerd: Workerd | None = None
        self._lock = asyncio.Lock()
        self._serving: tuple[str, tuple[str, ...]] | None = None  # version, names of the certificate
        self.port = 0  # of plain http; the same from version to version
        self.https_port = 0

    @property
    def log(self) -> str:
        """What workerd has had to say, in all its runs."""
        path = self._directory / "workerd.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    async def serve(self, script: Script, names: Sequence[str]) -> str:
        """Run the version that is deployed now, ending another one; return the address.

        `names` are those that its certificate is for.
        """
        wanted = (script.deployed.id, tuple(names))
        async with self._lock:
            if self._workerd is None or not self._workerd.is_running or self._serving != wanted:
                await self._stop()
                await self._run(script, names)
                self._serving = wanted
        return f"http://127.0.0.1:{self.port}"

    async def _run(self, script: Script, names: Sequence[str]) -> None:
        objects = self._directory / "objects"
        objects.mkdir(parents=True, exist_ok=True)
        for module in ("edge.mjs", "asset_server.mjs", "rate_limit.mjs", "tail.mjs"):
            shutil.copyfile(_OWN / module, self._directory / module)
        self.https_port = _free_port()
        configuration = configure(
            script,
            https_port=self.https_port,
            key_pair=self._authority.issue(names),
            live_logs_address=self._live_logs_address,
        )
        disks = {"files": self._files, "objects": objects}
        self._workerd = await _start(self._directory, configuration, disks, port=self.port)
        self.port = self._workerd.port

    async def stop(self) -> None:
        """End it, keeping its state."""
        async with self._lock:
            await self._stop()

    async def _stop(self) -> None:
        if self._workerd is not None:
            await self._workerd.stop()
        self._workerd = None

    async def forget(self) -> None:
        """End it and remove its objects, as when a Worker is deleted."""
        await self.stop()
        shutil.rmtree(self._directory, ignore_errors=True)


async def _start(
    directory: Path, configuration: WorkerConfiguration, directories: Mapping[str, Path], *, port: int
) -> Workerd:
    for name, content in configuration.files.items():
        (directory / name).write_bytes(content)
    (directory / "worker.capnp").write_text(configuration.text, encoding="utf-8")
    return await Workerd.start(
        find_workerd(RELAY_DIRECTORY),
        directory / "worker.capnp",
        address=f"127.0.0.1:{port}",
        directories=directories,
        environment=configuration.environment,
        log=directory / "workerd.log",
    )


def _free_port() -> int:
    """Return a port that is free now: workerd reports the one of a single socket, so the other is chosen before."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
