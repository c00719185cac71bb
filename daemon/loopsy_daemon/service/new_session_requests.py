"""Answers what is asked before a session is opened: agents, saved commands, former places, directories."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from loopsy_daemon.service.server import SessionServer
from loopsy_daemon.sessions.directories import list_directories
from loopsy_daemon.sessions.errors import BadDirectory
from loopsy_daemon.sessions.places import looked_up
from loopsy_daemon.wire import messages

LOOK_DEADLINE_SECONDS: Final = 10.0
CommandRequest = (
    messages.AgentsList
    | messages.CommandsList
    | messages.CommandsSave
    | messages.CommandsRemove
    | messages.CommandsMove
)
LookRequest = messages.PlacesList | messages.DirectoriesList
T = TypeVar("T")


class NewSessionRequests:
    """Those of one client, `who` in the log."""

    def __init__(self, server: SessionServer, who: str) -> None:
        self._server = server
        self._who = who

    def answer(self, request: CommandRequest) -> messages.Message:
        """Do what is asked and return the answer. Raises SessionError."""
        commands = self._server.commands
        match request:
            case messages.AgentsList():
                return messages.AgentsAnswer(id=request.id, agents=self._server.registry.agents.infos())
            case messages.CommandsList():
                return messages.Commands(id=request.id, commands=commands.all())
            case messages.CommandsSave(command=command, label=label):
                saved = commands.save(label, request.arguments, request.directory, command)
                self._changed("command.saved", saved)
            case messages.CommandsRemove(command=command):
                self._changed("command.removed", commands.remove(command))
            case messages.CommandsMove(command=command, position=position):
                self._changed("command.moved", commands.move(command, position))
        return messages.Commands(id=request.id, commands=commands.all())

    async def look(self, request: LookRequest) -> messages.Message:
        """Look at the disk, which may be slow or gone, and return the answer. Raises BadDirectory."""
        places = self._server.places
        match request:
            case messages.PlacesList():
                found = await _beside_the_loop(lambda: looked_up(places.all()))
                return messages.Places(id=request.id, home=places.home, places=found)
            case messages.DirectoriesList(path=path, hidden=hidden):
                listing = await _beside_the_loop(lambda: list_directories(path, places.home, hidden=hidden))
                return messages.Directories(
                    id=request.id,
                    path=listing.path,
                    parent=listing.parent,
                    entries=listing.entries,
                    hidden=listing.hidden,
                    left_out=listing.left_out,
                )

    def _changed(self, event: str, command: messages.SavedCommand) -> None:
        self._server.events.happened(event, {"command": command.id, "label": command.label, "by": self._who})
        self._server.commands_changed()


async def _beside_the_loop(look: Callable[[], T]) -> T:
    try:
        return await asyncio.wait_for(asyncio.to_thread(look), LOOK_DEADLINE_SECONDS)
    except TimeoutError:
        raise BadDirectory("The disk does not answer.", "Choose another directory, or try again later.") from None
