"""A session server over a registry and a home, as the daemon puts it together."""

from pathlib import Path

from loopsy_daemon.config import TransferConfig
from loopsy_daemon.paths import Paths
from loopsy_daemon.service.events import Events
from loopsy_daemon.service.server import SessionServer
from loopsy_daemon.sessions.commands import Commands
from loopsy_daemon.sessions.places import RecentPlaces
from loopsy_daemon.sessions.registry import Registry
from loopsy_daemon.transfer.depot import Depot


def session_server(home: Path, registry: Registry, events: Events | None = None) -> SessionServer:
    """Return a server with its own list of commands, unless the registry has one, and no places."""
    paths = Paths.of(home)
    return SessionServer(
        registry=registry,
        events=events or Events(),
        name="studio",
        commands=registry.agents.commands or Commands(paths.commands),
        places=RecentPlaces(paths.places, str(home)),
        depot=Depot.of(paths, TransferConfig(allow=["/"]), home, lambda: {info.id for info in registry.infos()}),
    )
