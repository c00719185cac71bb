"""A relay on this machine: the same Worker as on Cloudflare, on plain workerd."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from loopsy_deploy.errors import BundleMissing, PortInUse, RelayCrashed
from loopsy_deploy.local_addresses import in_url, is_free, own_url
from loopsy_deploy.local_certificate import Certificate
from loopsy_deploy.local_health import ask_health
from loopsy_deploy.local_log import cap_log
from loopsy_deploy.local_state import LocalState, RelaySecrets
from loopsy_deploy.payload import locate
from loopsy_deploy.workerd import Workerd, find_workerd

RELAY_DIRECTORY: Final = locate(Path("relay"))
CONFIGURATIONS: Final = Path("local")
HEALTH_DEADLINE_SECONDS: Final = 10.0
CAP_LOG_SECONDS: Final = 10.0


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
    With a certificate it does TLS. `behind_proxy` trusts the headers in which a proxy names client and protocol.
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
        certificate: Certificate | None = None,
        behind_proxy: bool = False,
        deployment_id: str = "local",
        rate_limits: RateLimits | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._state = LocalState(state_directory.absolute())
        self._assets_directory = assets_directory.absolute()
        self._bundle = bundle.absolute()
        self._host = host
        self._wanted_port = port
        self._certificate = certificate
        self._behind_proxy = behind_proxy
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
        """The address by which this machine reaches the relay while it runs, without a slash at the end."""
        return own_url(self._host, self.port, tls=self._certificate is not None)

    @property
    def port(self) -> int:
        """The port while it runs."""
        return self._running.port

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
        configuration = self._bundle / CONFIGURATIONS / self._configuration_name()
        if not configuration.is_file():
            raise BundleMissing(f"The relay is not built: {configuration} is missing.", "make build")
        binary = find_workerd(RELAY_DIRECTORY)
        self._state.lock()
        try:
            await asyncio.to_thread(self._state.end_orphan)
            self._secrets = self._state.secrets()
            cap_log(self._state.log)
            self._workerd = await Workerd.start(
                binary,
                configuration,
                address=f"{in_url(self._host)}:{self._free_port()}",
                import_path=self._certificate.directory if self._certificate else None,
                directories={"state": self._state.objects, "public": self._public_directory()},
                environment=self._worker_environment(self._secrets),
                log=self._state.log,
            )
            self._state.remember_run(self.port, self.pid)
            await self._check_health()
            directory = self._certificate.directory if self._certificate else None
            self._state.remember_serving(self.url, self._host, directory)
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
        ending = asyncio.create_task(watched.wait())
        try:
            while not (await asyncio.wait({ending}, timeout=CAP_LOG_SECONDS))[0]:
                cap_log(self._state.log)
        finally:
            ending.cancel()
        if self._workerd is watched:
            raise RelayCrashed(
                f"The relay ended by itself (status {ending.result()}).", f"see why: tail {self._state.log}"
            )

    @property
    def _running(self) -> Workerd:
        if self._workerd is None:
            raise RuntimeError("the relay does not run")
        return self._workerd

    def _configuration_name(self) -> str:
        if self._certificate is not None:
            return "relay_tls.capnp"
        return "relay_proxied.capnp" if self._behind_proxy else "relay.capnp"

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
            if not is_free(self._host, self._wanted_port):
                raise PortInUse(f"Port {self._wanted_port} is in use.", "choose another port, or 0 for any free one")
            return self._wanted_port
        last = self._state.last_run().port
        return last if last is not None and is_free(self._host, last) else 0

    async def _check_health(self) -> None:
        """Ask once: workerd listens, so an answer is late only while the Worker is compiled."""
        file = self._certificate.file if self._certificate else None
        if await ask_health(self.url, file, deadline_seconds=HEALTH_DEADLINE_SECONDS) is None:
            raise RelayCrashed("The relay started but does not answer.", f"see why: tail {self._state.log}")
