"""The daemon's part about the dashboard: served on demand, until nobody has used it for a while."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from loopsy_daemon import config as configuration
from loopsy_daemon.paths import Paths
from loopsy_daemon.relay.channels import Client, Transport
from loopsy_daemon.service.own_exchange import OwnExchange
from loopsy_daemon.wire import messages

if TYPE_CHECKING:
    from loopsy_daemon.dashboard.application import Dashboard
    from loopsy_daemon.dashboard.logins import Logins
    from loopsy_daemon.dashboard.server import LoopbackServer

IDLE_SECONDS: Final = 900.0
_log = logging.getLogger(__name__)


class DashboardService:
    """Answers the local requests about it. `new_client` makes a client of the session server for a page."""

    def __init__(self, paths: Paths, exchange: OwnExchange, new_client: Callable[[Transport], Client]) -> None:
        self._paths = paths
        self._exchange = exchange
        self._new_client = new_client
        self._logins: Logins | None = None
        self._dashboard: Dashboard | None = None
        self._server: LoopbackServer | None = None
        self._idle_timer: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None
        self._used_at = 0.0
        self._changing = asyncio.Lock()

    async def answer(self, message: messages.DashboardRequest) -> messages.Message:
        """Answer a local request. Raises LoopsyError."""
        match message:
            case messages.DashboardOpen(id=request_id):
                return await self._open(request_id)
            case messages.DashboardStop(id=request_id):
                await self.stop()
                return messages.Ok(id=request_id)

    async def stop(self) -> None:
        """Serve it no more, and log every page out."""
        async with self._changing:
            await self._close()

    async def _open(self, request_id: int) -> messages.DashboardOpened:
        async with self._changing:
            if self._server is None or self._logins is None:
                self._server, self._logins = await self._serve()
            self._used()
            from loopsy_daemon.dashboard.logins import TOKEN_SECONDS

            # behind `#`, so that it is sent to nobody: the page takes it from there
            url = f"http://127.0.0.1:{self._server.port}/#{self._logins.invite()}"
            return messages.DashboardOpened(id=request_id, url=url, expires_at=time.time() + TOKEN_SECONDS)

    async def _serve(self) -> "tuple[LoopbackServer, Logins]":
        from loopsy_daemon.dashboard.app_files import find_app  # a web server: not for who never uses it
        from loopsy_daemon.dashboard.application import Dashboard
        from loopsy_daemon.dashboard.logins import Logins
        from loopsy_daemon.dashboard.server import LoopbackServer
        from loopsy_daemon.service.dashboard_sources import DaemonSources

        config = configuration.load(self._paths.config)
        app = find_app()
        logins = Logins(time.monotonic)
        self._dashboard = Dashboard(
            name=config.name,
            app=app,
            logins=logins,
            sources=DaemonSources(self._paths, self._exchange),
            audit_log=self._paths.audit_log,
            new_client=self._new_client,
        )
        server = LoopbackServer(config.dashboard.port)
        await server.start(self._dashboard.behind_admission(server.hosts, self._used))
        self._look_later(IDLE_SECONDS)
        _log.info("the dashboard is served at port %d", server.port)
        return server, logins

    def _used(self) -> None:
        self._used_at = time.monotonic()

    def _look_later(self, seconds: float) -> None:
        self._idle_timer = asyncio.get_running_loop().call_later(seconds, self._end_if_idle)

    def _end_if_idle(self) -> None:
        if self._dashboard and self._dashboard.links:
            self._used()
        left_seconds = self._used_at + IDLE_SECONDS - time.monotonic()
        if left_seconds > 0:
            self._look_later(left_seconds)
        else:
            self._ending = asyncio.create_task(self.stop())

    async def _close(self) -> None:
        if self._idle_timer:
            self._idle_timer.cancel()
        server, self._server, self._logins, self._dashboard = self._server, None, None, None
        if server:
            await server.close()
            _log.info("the dashboard is not served any more")
