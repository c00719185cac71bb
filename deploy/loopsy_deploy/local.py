"""A relay on this machine: the same Worker as on Cloudflare, on plain workerd."""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx

from loopsy_deploy.errors import BundleMissing, PortInUse, RelayCrashed
from loopsy_deploy.local_state import LocalState, RelaySecrets
from loopsy_deploy.workerd import Workerd, find_workerd

RELAY_DIRECTORY: Final = Path(__file__).resolve().parents[2] / "relay"
CONFIGURATION: Final = Path("local", "relay.capnp")
HEALTH_DEADLINE_SECONDS: Final = 10.0
MAX_LOG_BYTES: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Calls per client address in a minute; the defaults are those of the protocol."""

    register: int = 5
    pair: int = 10
    link: int = 60


class LocalRelay:
    """One relay with its state directory; use it as `async with`, or call `start` and `stop`.

    `bundle` is what the relay's build wrote (relay/dist), `assets_directory` what the app's build wrote (webapp/dist).
    Port 0 means the port of the last run if it is free, else any free one. `environment` adds variables of the Worker.
    """

    def __init__(
        self,
        state_directory: Path,
        *,
        assets_directory: Path,
        bundle: Path = RELAY_DIRECTORY / "dist",
        host: str = "127.0.0.1",
        port: int = 0,
        allowed_origins: Sequence[str] = (),
        open_registration: bool = False,
        deployment_id: str = "local",
        rate_limits: RateLimits | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._state = LocalState(state_directory.absolute())
        self._assets_directory = assets_directory.absolute()
        self._bundle = bundle.absolute()
        self._host = host
        self._wanted_port = port
        limits = rate_limits or RateLimits()
        self._environment = {
            "OPEN_REGISTRATION": str(open_registration).lower(),
            "ALLOWED_ORIGINS": ",".join(allowed_origins),
            "DEPLOYMENT_ID": deployment_id,
            "REGISTER_LIMIT_PER_MINUTE": str(limits.register),
            "PAIR_LIMIT_PER_MINUTE": str(limits.pair),
            "LINK_LIMIT_PER_MINUTE": str(limits.link),
            **(environment or {}),
        }
        self._secrets: RelaySecrets | None = None
        self._workerd: Workerd | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The relay's address while it runs, without a slash at the end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._running.port}"

    @property
    def pid(self) -> int:
        """The process id of workerd while it runs."""
        return self._running.pid

    @property
    def registration_secret(self) -> str:
        """The secret that registers a device, once the relay was started."""
        if self._secrets is None:
            raise RuntimeError("the relay was not started")
        return self._secrets.registration

    @property
    def objects_directory(self) -> Path:
        """Where the Durable Objects keep their databases."""
        return self._state.objects

    @property
    def log_path(self) -> Path:
        """Where workerd writes what it has to say."""
        return self._state.log

    @property
    def is_running(self) -> bool:
        """Whether workerd runs."""
        return self._workerd is not None and self._workerd.is_running

    async def start(self) -> None:
        """Start the relay and wait until it answers. Raises LocalRelayError."""
        if not (self._bundle / CONFIGURATION).is_file():
            raise BundleMissing(f"The relay is not built: {self._bundle / CONFIGURATION} is missing.", "make build")
        binary = find_workerd(RELAY_DIRECTORY)
        self._state.lock()
        try:
            await asyncio.to_thread(self._state.end_orphan)
            self._secrets = self._state.secrets()
            self._trim_log()
            self._workerd = await Workerd.start(
                binary,
                self._bundle / CONFIGURATION,
                address=f"{self._host}:{self._free_port()}",
                directories={"state": self._state.objects, "public": self._public_directory()},
                environment=self._worker_environment(self._secrets),
                log=self._state.log,
            )
            self._state.remember_run(self._workerd.port, self._workerd.pid)
            await self._check_health()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the relay; does nothing if it does not run."""
        workerd, self._workerd = self._workerd, None
        if workerd is not None:
            await workerd.stop()
        self._state.unlock()

    async def watch(self) -> None:
        """Wait until workerd ends: return if `stop` was the reason, else raise RelayCrashed."""
        watched = self._running
        status = await watched.wait()
        if self._workerd is watched:
            raise RelayCrashed(f"The relay ended by itself (status {status}).", f"see why: tail {self._state.log}")

    @property
    def _running(self) -> Workerd:
        if self._workerd is None:
            raise RuntimeError("the relay does not run")
        return self._workerd

    def _worker_environment(self, secrets: RelaySecrets) -> dict[str, str]:
        return {
            "PAIR_TOKEN_SECRET": secrets.pair_token,
            "REGISTRATION_SECRET": secrets.registration,
            "DEVICE_ID_KEY": secrets.device_id_key,
            **self._environment,
        }

    def _public_directory(self) -> Path:
        if self._assets_directory.is_dir():
            return self._assets_directory
        empty = self._state.directory / "no-app"
        empty.mkdir(exist_ok=True)
        return empty

    def _free_port(self) -> int:
        if self._wanted_port != 0:
            if not self._is_free(self._wanted_port):
                raise PortInUse(f"Port {self._wanted_port} is in use.", "choose another port, or 0 for any free one")
            return self._wanted_port
        last = self._state.last_port()
        return last if last is not None and self._is_free(last) else 0

    def _is_free(self, port: int) -> bool:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self._host, port))
            except OSError:
                return False
            return True

    async def _check_health(self) -> None:
        """Ask once: workerd listens, so an answer is late only while the Worker is compiled."""
        try:
            async with httpx.AsyncClient(timeout=HEALTH_DEADLINE_SECONDS, trust_env=False) as client:
                answer = await client.get(f"{self.url}/health")
        except httpx.HTTPError:
            answer = None
        if answer is None or answer.status_code != httpx.codes.OK:
            raise RelayCrashed("The relay started but does not answer.", f"see why: tail {self._state.log}")

    def _trim_log(self) -> None:
        if self._state.log.exists() and self._state.log.stat().st_size > MAX_LOG_BYTES:
            self._state.log.unlink()
