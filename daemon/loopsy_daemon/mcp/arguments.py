"""Arguments that several tools take, and what they mean."""

from typing import Annotated

from pydantic import Field

Peer = Annotated[str, Field(description="A paired machine, by the name that loopsy_list_peers shows, or by its id.")]
Machine = Annotated[
    str, Field(description="A paired machine, by name or id; `local` is the machine that this server runs on.")
]
OwnerPeer = Annotated[str | None, Field(description="The paired machine that has it; if none is named, this machine.")]
SessionName = Annotated[str, Field(description="The session, by its name or id.")]
Command = Annotated[
    list[str] | str,
    Field(description="Program and arguments, which no shell touches; or one line, which `sh -c` runs."),
]
Directory = Annotated[str, Field(description="Where to run it; the home directory if empty.")]


def argv(command: list[str] | str) -> list[str]:
    """Return a command as program and arguments."""
    return ["sh", "-c", command] if isinstance(command, str) else command
