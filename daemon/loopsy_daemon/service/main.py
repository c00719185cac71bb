"""The daemon process: puts the parts together, runs until it is told to end."""

import asyncio
import gc
import logging
import os
import signal
import sys
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from loopsy_daemon import __version__, files, keys
from loopsy_daemon import config as configuration
from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.paths import Paths
from loopsy_daemon.relay.channels import Client, Transport
from loopsy_daemon.service.arguments import END_WITH_STDIN
from loopsy_daemon.service.dashboard_service import DashboardService
from loopsy_daemon.service.events import Events
from loopsy_daemon.service.exchange_service import ExchangeService
from loopsy_daemon.service.idle_reaper import IdleReaper
from loopsy_daemon.service.lan_service import LanService
from loopsy_daemon.service.local_requests import LocalRequests
from loopsy_daemon.service.local_socket import LocalSocket
from loopsy_daemon.service.recordings import Recordings
from loopsy_daemon.service.relay_service import RelayService
from loopsy_daemon.service.served_client import ServedClient
from loopsy_daemon.service.server import SessionServer
from loopsy_daemon.sessions.agents import home_directory
from loopsy_daemon.sessions.commands import Commands
from loopsy_daemon.sessions.hosts import KeptPrograms, OwnChildren
from loopsy_daemon.sessions.identity import Memory
from loopsy_daemon.sessions.places import RecentPlaces
from loopsy_daemon.sessions.registry import Registry, RegistryLimits
from loopsy_daemon.transfer.depot import Depot
from loopsy_daemon.wire.messages import PhoneInfo

GARBAGE_BEFORE_COLLECTION: Final = 50_000
_log = logging.getLogger(__name__)


def run(home: Path, *, end_with_stdin: bool = False) -> int:
    """Run the daemon of this home in the foreground; return the exit code.

    With `end_with_stdin` it also ends when stdin does: a pipe from whoever started it and may be killed.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("httpx", "httpcore", "websockets"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    os.umask(0o077)
    paths = Paths.of(home)
    try:
        files.private_directory(paths.home)
        lock = FileLock(paths.daemon_lock, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise LoopsyError(f"A daemon of {paths.home} runs already.", "loopsy status") from None
        with lock:
            paths.daemon_lock.write_text(f"{os.getpid()}\n")
            with asyncio.Runner(loop_factory=_new_loop) as runner:
                runner.run(serve(paths, end_with_stdin=end_with_stdin))
    except LoopsyError as error:
        print(f"{error.message}{f' → {error.hint}' if error.hint else ''}", file=sys.stderr)
        return error.exit_code
    except OSError as error:  # a full disk, a home that may not be written
        where = f"{error.filename}: " if error.filename else ""
        print(f"{where}{error.strerror or error}. → ls -ld {paths.home}", file=sys.stderr)
        return LoopsyError.exit_code
    return 0


async def serve(paths: Paths, *, end_with_stdin: bool = False) -> None:
    """Serve until SIGTERM, SIGINT, a request to end, or the end of stdin. Raises LoopsyError if it cannot start."""
    config = configuration.load(paths.config)
    device_key = keys.load_or_create_device_key(paths, keys.open_store(paths, config))
    end = _End()
    events = Events()
    memory = Memory(
        scrollback_lines=config.sessions.scrollback_lines, output_log_bytes=config.sessions.output_log_bytes
    )
    host = OwnChildren() if end_with_stdin else KeptPrograms(paths.keeper_socket, paths.keeper_log)
    commands = Commands(paths.commands)
    registry = Registry(
        os.environ,
        RegistryLimits(sessions=config.sessions.limit, memory=memory),
        on_change=lambda: server.sessions_changed(),
        on_forget=lambda session_id: depot.uploads.forget(session_id),
        host=host,
        commands=commands,
    )
    home = Path(home_directory(os.environ))
    depot = Depot.of(paths, config.transfer, home, lambda: {info.id for info in registry.infos()})
    server = SessionServer(
        registry=registry,
        events=events,
        name=config.name,
        commands=commands,
        places=RecentPlaces(paths.places, home_directory(os.environ)),
        depot=depot,
    )

    def new_phone_client(transport: Transport, phone: PhoneInfo) -> Client:
        leave = partial(relay.forget, phone.phone_id)
        return ServedClient(server, transport, phone=phone, leave=leave, usage=relay.usage)

    def device_changed(device_id: str | None) -> None:
        server.device_id = device_id

    relay = RelayService(
        paths=paths, device_key=device_key, events=events, new_client=new_phone_client, device_changed=device_changed
    )
    recordings = Recordings(paths.recordings, registry, events, config.recordings.max_bytes)
    exchange = ExchangeService(paths, config.name, events)
    lan = LanService(paths, events, registry, exchange.exchange)
    dashboard = DashboardService(paths, exchange.own, lambda transport: ServedClient(server, transport))
    reaper = IdleReaper(registry, events, config.sessions.end_idle_hours)
    requests = LocalRequests(
        paths=paths,
        registry=registry,
        relay=relay,
        events=events,
        recordings=recordings,
        lan=lan,
        exchange=exchange.own,
        dashboard=dashboard,
        shutdown=end.with_programs,
    )
    socket = LocalSocket(paths.socket, server, requests)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.now)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(socket.close)
        stack.callback(lambda: registry.close_all() if end.ends_programs else registry.leave_all())
        stack.push_async_callback(recordings.close)
        stack.push_async_callback(depot.uploads.close)
        stack.callback(reaper.close)
        stack.callback(server.close)
        stack.push_async_callback(relay.stop)
        stack.push_async_callback(exchange.stop)
        stack.push_async_callback(lan.stop)
        stack.push_async_callback(dashboard.stop)
        if end_with_stdin:
            loop.add_reader(sys.stdin.fileno(), _end_at_eof, end)
            stack.callback(loop.remove_reader, sys.stdin.fileno())
        for directory in (paths.keeper_socket.parent, paths.logs):
            files.private_directory(directory)
        registry.adopt()
        recordings.resume()
        reaper.start()
        depot.uploads.start()
        server.know_exits()
        await relay.reload()  # before anybody can be told that the daemon runs: it may raise
        await lan.start()
        await exchange.start()
        await socket.start()
        _quieten_collector()
        _log.info("loopsy %s serves %s", __version__, paths.home)
        await end.wait()
    _log.info("the daemon has ended")


class _End:
    """The end of the daemon: whether it has come, and whether the programs' has as well."""

    def __init__(self) -> None:
        self.ends_programs = False
        self._event = asyncio.Event()
        self.wait = self._event.wait

    def now(self) -> None:
        """End, and let the programs go on for the next daemon."""
        self._event.set()

    def with_programs(self) -> None:
        """End, and end the programs, too."""
        self.ends_programs = True
        self._event.set()


def _end_at_eof(end: _End) -> None:
    if not os.read(sys.stdin.fileno(), 4_096):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        end.with_programs()


def _quieten_collector() -> None:
    """Keep the cyclic collector off the hot path: what exists now stays, and output makes garbage but hardly cycles.

    In one profile of a flood it took about 7 % of the daemon's samples.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_BEFORE_COLLECTION)


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # no wheel for this platform: slower, not different
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


if __name__ == "__main__":
    sys.exit(run(Paths.from_environment().home, end_with_stdin=END_WITH_STDIN in sys.argv[1:]))
