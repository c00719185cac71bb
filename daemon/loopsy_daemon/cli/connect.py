"""`loopsy connect`: leads a person from a fresh machine to one that is paired with another."""

import sys
import time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from loopsy_daemon.cli.peers import PERMITS
from loopsy_daemon.errors import LoopsyError, SecretsUnavailable, UsageError
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopsy_daemon.lan.peers import Peer, Permission
    from loopsy_daemon.wire import messages

_LOOK_SECONDS: Final = 6.0
_POLL_SECONDS: Final = 0.5
# The other side of a pairing may need a moment until it has stored it.
_SETTLE_SECONDS: Final = 5.0
_QUESTION: Final = "Number, name or address to choose, or Enter to wait here:"


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(connect)


def connect(
    permit: Annotated[
        str, typer.Option(metavar="PERMISSIONS", help=f"What the other machine may do here: {PERMITS}.")
    ] = "all",
) -> None:
    """Pair with another machine, step by step, from whatever is there: it asks before it changes anything.

    Run it on both: one waits, the other one chooses it.
    """
    from loopsy_daemon.lan.peers import checked_permissions

    permissions = checked_permissions(part.strip() for part in permit.split(","))
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "`loopsy connect` asks questions, and there is nobody at a terminal to answer them.",
            "loopsy lan enable, then `loopsy pair` here and `loopsy pair ADDRESS` on the other machine",
        )
    paths = Paths.from_environment()
    _make_ready(paths)
    _listen(paths)
    peer = _pair(paths, permissions)
    _try_out(paths, peer)
    _say_what_is_next(peer)


def _make_ready(paths: Paths) -> None:
    """Have a configuration, a key and a daemon that runs."""
    import asyncio

    from loopsy_daemon.cli import lifecycle, setup
    from loopsy_daemon.cli.answers import says_yes
    from loopsy_daemon.cli.background import running_pid

    if not paths.config.exists():
        try:
            setup.init()
        except SecretsUnavailable as error:
            _say(error.message)
            if not asyncio.run(says_yes("Keep the secrets in a private file instead?")):
                raise
            setup.init(secrets_file=True)
    if running_pid(paths) is None:
        lifecycle.start()


def _listen(paths: Paths) -> None:
    """Let paired machines reach this one, if the person agrees."""
    import asyncio

    from loopsy_daemon import config
    from loopsy_daemon.cli import lan
    from loopsy_daemon.cli.answers import says_yes

    if config.load(paths.config).lan.listen != "off":
        if lan.lan_state(paths) is None:
            lan.reload(paths)  # tells what is in the way
        return
    _say("Nothing reaches this machine over the network now. Only machines that you pair will, after you agree.")
    if not asyncio.run(says_yes("Let paired machines reach this one, and announce it on its networks?")):
        raise LoopsyError(
            "Other machines cannot reach this one, as before.", "pair as the one that chooses: loopsy pair ADDRESS"
        )
    lan.enable()


def _pair(paths: Paths, permissions: "tuple[Permission, ...]") -> "Peer":
    """Pair with the machine that the person chooses, however many tries that takes."""
    import asyncio

    from loopsy_daemon.cli.answers import answer_to
    from loopsy_daemon.cli.lan_pairing import join, wait
    from loopsy_daemon.cli.peer_results import LanPaired
    from loopsy_daemon.cli.peers import open_peers
    from loopsy_daemon.cli.render import show

    store, _ = open_peers(paths)
    while True:
        paired = {peer.node_id for peer in store.all()}
        others = _others(paths, paired)
        _say_who_is_there(others)
        said = asyncio.run(answer_to(_QUESTION))
        if said is None:
            raise typer.Abort
        try:
            ended = LanPaired("paired", join(_chosen(said, others), permissions)) if said else wait(permissions)
        except LoopsyError as error:
            _say(error.message, *([f"hint: {error.hint}"] if error.hint else []))
            continue
        show(ended, as_json=False)
        if ended.outcome == "paired":
            return max(store.all(), key=lambda peer: peer.paired_at)


def _others(paths: Paths, paired: set[str]) -> "list[messages.LanMachine]":
    """Return the machines on the network that are not paired; wait a moment for the first one."""
    from loopsy_daemon.cli.lan import lan_state

    _say("Looking for machines on this network…")
    deadline = time.monotonic() + _LOOK_SECONDS
    while True:
        state = lan_state(paths)
        machines = state.machines if state else []
        others = [other for other in machines if other.addresses and other.node_id not in paired]
        if others or time.monotonic() > deadline or state is None or state.listen != "lan":
            return sorted(others, key=lambda other: (other.name.casefold(), other.node_id))
        time.sleep(_POLL_SECONDS)


def _say_who_is_there(others: "Sequence[messages.LanMachine]") -> None:
    width = max((len(other.name) for other in others), default=0)
    lines = [
        f"{number:4}  {other.name:{width}}  {other.addresses[0]}  {other.platform}"
        for number, other in enumerate(others, start=1)
    ]
    _say(*lines or ["No other machine announces itself here; one can be named by its address."])
    _say("", "One of the two machines waits, the other one chooses it; let the first one wait now.")


def _chosen(said: str, others: "Sequence[messages.LanMachine]") -> str:
    """Return what a number stands for, or what was said."""
    is_number = said.isdecimal() and 1 <= int(said) <= len(others)
    return others[int(said) - 1].addresses[0] if is_number else said


def _try_out(paths: Paths, peer: "Peer") -> None:
    """Run a harmless command there, and say how that went; the machines are paired in any case."""
    import asyncio

    from loopsy_daemon.lan.errors import PeerError

    try:
        answer = asyncio.run(_name_of_system(paths, peer))
    except PeerError as error:
        _say(f"A command could not be run on {peer.name}: {error.message}")
        if error.hint:
            _say(f"hint: {error.hint}")
    else:
        _say(f"A command ran on {peer.name}, which says that it is {answer}.")


async def _name_of_system(paths: Paths, peer: "Peer") -> str:
    import asyncio

    from loopsy_daemon.lan import api
    from loopsy_daemon.lan.errors import PeerRefused
    from loopsy_daemon.service.machines import Machines

    deadline = time.monotonic() + _SETTLE_SECONDS
    while True:
        output = bytearray()
        try:
            async with Machines(paths).remote(peer.node_id) as remote:
                async for event in remote.execute(api.Execute(command=["uname", "-sm"])):
                    if isinstance(event, api.Output):
                        output += event.data
            return output.decode(errors="replace").strip()
        except PeerRefused as refusal:
            if refusal.code != "unauthorised" or time.monotonic() > deadline:
                raise
            await asyncio.sleep(_POLL_SECONDS)


def _say_what_is_next(peer: "Peer") -> None:
    import shlex

    name = shlex.quote(peer.name)
    steps = (
        (f"loopsy exec {name} -- COMMAND", "run a command there"),
        (f"loopsy send {name} FILE", "send it a file"),
        (f"loopsy session start {name} NAME", "a shell there"),
        (f"loopsy peers permit {name} …", "what it may do here"),
        ("loopsy logs", "what it has asked of this machine"),
        ("loopsy mcp add", "let agents do all of this"),
    )
    width = max(len(command) for command, _ in steps)
    _say("", "What is next:", *(f"  {command:{width}}  {purpose}" for command, purpose in steps))


def _say(*lines: str) -> None:
    """Print lines to stderr, with names from elsewhere made harmless."""
    from loopsy_daemon.cli.text import printable

    for line in lines:
        print(printable(line), file=sys.stderr, flush=True)
