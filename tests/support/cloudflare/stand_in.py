"""The stand-in as a test holds it: a thread with the API, the live logs and the uploaded scripts running on workerd."""

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.support.cloudflare.account import Account
from tests.support.cloudflare.api import PREFIX, Api, Asked
from tests.support.cloudflare.assets import AssetStore
from tests.support.cloudflare.certificates import Authority
from tests.support.cloudflare.edge_proxy import EdgeProxy
from tests.support.cloudflare.faults import Fault
from tests.support.cloudflare.http_server import HttpServer, Request, Response
from tests.support.cloudflare.running import RunningScript, exported_names
from tests.support.cloudflare.scripts import Script
from tests.support.cloudflare.tails import Tails

ACCOUNT_ID = "ada0" * 8
T = TypeVar("T")


class CloudStandIn:
    """One Cloudflare account on loopback; `with` or `async with` starts and ends it.

    It has a thread and an event loop of its own, so that a test may block on a program that calls it.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._accounts_made = 0
        self.account = self._new_account()
        self._tails = Tails()
        self.faults: list[Fault] = []  # what is to go wrong
        self.requests: list[Asked] = []  # what has been asked, oldest first
        self._api = Api(self.account, self._tails, faults=self.faults, requests=self.requests)
        self._server = HttpServer(self._handle)
        self._events = HttpServer(self._tails.receive)
        self._proxy = EdgeProxy(self._published_port)
        self._authority = Authority()
        self._running: dict[str, RunningScript] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cloudflare-stand-in", daemon=True)
        self._port = 0
        self._proxy_port = 0
        self._events_port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._port = self._wait(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._wait(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)

    @property
    def api_url(self) -> str:
        """The value of CLOUDFLARE_API_BASE_URL."""
        return f"http://127.0.0.1:{self._port}{PREFIX}"

    @property
    def token(self) -> str:
        """The API token that is accepted."""
        return self._api.token

    @property
    def account_id(self) -> str:
        """The account to which the token belongs."""
        return self.account.id

    @property
    def accounts(self) -> dict[str, str]:
        """Further accounts that the token sees, names by id; nothing can be deployed there."""
        return self.account.others

    @property
    def permissions(self) -> set[str]:
        """What the token may do; take something out to see what happens."""
        return self.account.permissions

    @property
    def subdomain(self) -> str | None:
        """The account's part of workers.dev; None for an account that has none yet."""
        return self.account.subdomain

    @subdomain.setter
    def subdomain(self, subdomain: str | None) -> None:
        self.account.subdomain = subdomain

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which wrangler finds this account."""
        return {
            "CLOUDFLARE_API_BASE_URL": self.api_url,
            "CLOUDFLARE_API_TOKEN": self.token,
            "CLOUDFLARE_ACCOUNT_ID": self.account_id,
        }

    @property
    def edge_environment(self) -> dict[str, str]:
        """The variables with which a program reaches what is published, https://NAME.SUBDOMAIN.workers.dev and all."""
        return {
            "HTTPS_PROXY": f"http://127.0.0.1:{self._proxy_port}",
            "NO_PROXY": "127.0.0.1,localhost",
            "SSL_CERT_FILE": str(self.directory / "authority.crt"),
        }

    @property
    def scripts(self) -> list[str]:
        """The names of the Workers that exist."""
        return list(self.account.scripts)

    def script(self, name: str) -> Script:
        """Return what is deployed; raises KeyError."""
        return self.account.scripts[name]

    def add_zone(self, name: str) -> None:
        """Add a domain to the account."""
        self.account.add_zone(name)

    def add_dns_record(self, hostname: str) -> None:
        """Let a hostname have DNS records of its own, which a custom domain may not replace unasked."""
        self.account.taken_hostnames.add(hostname)

    def running(self, name: str) -> str:
        """Return the address at which the deployed version runs; it stays the same from version to version."""
        return self._wait(self._serve(self.script(name)))

    def log(self, name: str) -> str:
        """Return what workerd said while it ran the script."""
        return self._running[name].log

    def tail_listeners(self, name: str) -> int:
        """Return how many live logs of a script are open."""
        return self._tails.listeners(name)

    def reset(self) -> None:
        """Become the account that it was at the start, with the same token: for the next test."""
        self._wait(self._forget_all())
        self.faults.clear()
        self.requests.clear()
        self._api.account = self.account = self._new_account()

    def _new_account(self) -> Account:
        self._accounts_made += 1
        store = AssetStore(self.directory / f"assets-{self._accounts_made}")
        return Account(ACCOUNT_ID, store, exported_names, stored_objects=self._stored_objects)

    def _stored_objects(self, script: Script) -> list[str]:
        found = (self.directory / "running" / script.tag / "objects").rglob("*.sqlite")
        return sorted(path.stem for path in found if path.name != "metadata.sqlite")  # that one holds the alarms

    async def _start(self) -> int:
        self._authority.write(self.directory / "authority.crt")
        await self._tails.start()
        self._events_port = await self._events.start()
        self._proxy_port = await self._proxy.start()
        return await self._server.start()

    async def _stop(self) -> None:
        await self._server.close()
        await self._proxy.close()
        await self._tails.close()
        await asyncio.gather(*(running.stop() for running in self._running.values()))
        await self._events.close()

    async def _handle(self, request: Request) -> Response:
        response = await self._api.handle(request)
        if request.method != "GET":
            await self._follow()
        return response

    async def _serve(self, script: Script) -> str:
        if script.name not in self._running:
            directory = self.directory / "running" / script.tag
            directory.mkdir(parents=True)
            self._running[script.name] = RunningScript(
                directory, self.account.store.directory, self._authority, f"127.0.0.1:{self._events_port}"
            )
        return await self._running[script.name].serve(script, self.account.certificate_names())

    async def _published_port(self, hostname: str) -> int | None:
        script = self.account.published_at(hostname)
        if script is None:
            return None
        await self._serve(script)
        return self._running[script.name].https_port

    async def _follow(self) -> None:
        """Let what runs be what is deployed, as a deployment does at once everywhere."""
        for name, running in list(self._running.items()):
            script = self.account.scripts.get(name)
            if script is None:
                self._running.pop(name, None)
                await running.forget()
            else:
                await running.serve(script, self.account.certificate_names())

    async def _forget_all(self) -> None:
        for running in self._running.values():
            await running.forget()
        self._running.clear()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def cloudflare_stand_in(directory: Path) -> CloudStandIn:
    """Return an account whose files are in `directory`: `with` or `async with` starts it."""
    return CloudStandIn(directory)
