"""What a new session can be: agents, and the saved commands that every client sees and may change."""

from typing import Annotated

from msgspec import Meta, Struct

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.messages.values import U32, AgentInfo, Message, ShortText, Text


class SavedCommand(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command line under a label; `open` names it by its id."""

    id: str
    label: str
    arguments: list[str]
    directory: str | None = None


class AgentsList(Message, frozen=True, kw_only=True, tag="agents.list"):
    """Ask which agents there are now."""

    id: U32


class CommandsList(Message, frozen=True, kw_only=True, tag="commands.list"):
    """Ask for the saved commands."""

    id: U32


class CommandsSave(Message, frozen=True, kw_only=True, tag="commands.save"):
    """Add a command, or replace the one whose id is `command`."""

    id: U32
    label: ShortText
    arguments: Annotated[list[Text], Meta(max_length=limits.MAX_COMMAND_BYTES)]
    directory: Text | None = None
    command: ShortText | None = None


class CommandsRemove(Message, frozen=True, kw_only=True, tag="commands.remove"):
    """Delete a command."""

    id: U32
    command: ShortText


class CommandsMove(Message, frozen=True, kw_only=True, tag="commands.move"):
    """Give a command another place in the list, from 0."""

    id: U32
    command: ShortText
    position: U32


class AgentsAnswer(Message, frozen=True, kw_only=True, tag="agents"):
    """The agents."""

    id: int
    agents: list[AgentInfo]


class Commands(Message, frozen=True, kw_only=True, tag="commands"):
    """The saved commands in their order: an answer with `id`, or pushed without."""

    commands: list[SavedCommand]
    id: int | None = None
