"""Completion by the shell: `loopsy completion`, and what completes the names of peers."""

import os
import re
from enum import StrEnum
from typing import Annotated, Final

import typer

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.paths import Paths

REQUEST: Final = "_LOOPSY_COMPLETE"
"""The environment variable with which a shell asks what could follow."""
_PROGRAM: Final = "loopsy"
# What needs no quotes in any shell; who is called otherwise is offered by id.
_PLAIN: Final = re.compile(r"[\w.@%+-]+")
_SHORT_ID_CHARACTERS: Final = 8


class Shell(StrEnum):
    """A shell that can be told how to complete."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(completion)


def completion(shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]) -> None:
    """Print what makes a shell complete commands, options and peers.

    In ~/.bashrc: source <(loopsy completion bash); in ~/.zshrc: source <(loopsy completion zsh), after compinit;
    in ~/.config/fish/config.fish: loopsy completion fish | source.
    """
    from typer._completion_shared import get_completion_script

    print(get_completion_script(prog_name=_PROGRAM, complete_var=REQUEST, shell=shell.value))


def prepare() -> None:
    """Get ready to answer a shell, if one asks: typer does that only where it may edit the shell's files, too."""
    if REQUEST in os.environ:
        from typer._completion_classes import completion_init

        completion_init()


def peer_names(incomplete: str) -> list[str]:
    """Return the peers whose names begin so; a file that cannot be read completes nothing."""
    from loopsy_daemon.lan.peers import PeerStore

    try:
        peers = PeerStore(Paths.from_environment().peers).all()
    except (LoopsyError, OSError):
        return []
    names = [peer.name if _PLAIN.fullmatch(peer.name) else peer.node_id[:_SHORT_ID_CHARACTERS] for peer in peers]
    return [name for name in names if name.casefold().startswith(incomplete.casefold())]


PeerArgument = Annotated[
    str,
    typer.Argument(metavar="PEER", help="Its name, or its id or the beginning of it.", autocompletion=peer_names),
]
