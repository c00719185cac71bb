"""`loopsy peers` and its `add|remove|permit`: the machines that are paired with this one."""

from typing import TYPE_CHECKING, Annotated

import typer

from loopsy_daemon.cli.completion import PeerArgument
from loopsy_daemon.errors import LoopsyError, UsageError
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.lan.peer_keys import PeerKeys
    from loopsy_daemon.lan.peers import Peer, PeerStore

app = typer.Typer(name="peers", help="The machines that are paired with this one.", invoke_without_command=True)
PERMITS = "execute, transfer, context, message, session; or all, or none; every-session"
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.callback()
def list_peers(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the machines that are paired with this one, and those on the network that are not."""
    if context.invoked_subcommand is not None:
        if as_json:
            raise UsageError("`--json` belongs behind the command.", "loopsy peers --help")
        return
    import asyncio

    from loopsy_daemon.cli.peer_results import MachineRow, PeerList, PeerRow
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.service.machines import Machines
    from loopsy_daemon.service.peer_states import peer_states

    states, others = asyncio.run(peer_states(Machines(Paths.from_environment())))
    rows = tuple(
        PeerRow(
            node_id=found.peer.node_id,
            name=found.peer.name,
            state=found.state,
            address=found.address,
            version=found.version,
            permits=found.peer.permissions,
            permitted=found.permitted,
            paired_at=found.peer.paired_at,
            seen_at=found.seen_at,
        )
        for found in states
    )
    machines = tuple(
        MachineRow(other.node_id, other.name, tuple(other.addresses), other.platform, other.version) for other in others
    )
    show(PeerList(peers=rows, machines=machines), as_json=as_json)


@app.command()
def add(
    peer: PeerArgument,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="HOST, HOST:PORT or [V6]:PORT.")],
    as_json: JsonOption = False,
) -> None:
    """Say where a paired machine can be found, too, e.g. behind a VPN; its certificate must be the same there."""
    from loopsy_daemon.cli.peer_results import PeerAddress
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.lan.addresses import format_address, parse_address

    store, _ = open_peers(Paths.from_environment())
    found = store.find(peer)
    where = format_address(*parse_address(address))
    store.found_at(found.node_id, where)
    show(PeerAddress(name=found.name, address=where), as_json=as_json)


@app.command()
def remove(peer: PeerArgument, as_json: JsonOption = False) -> None:
    """End a pairing: the machine is out at once, and is told if it can be reached."""
    import asyncio

    from loopsy_daemon.cli.peer_results import PeerRemoved
    from loopsy_daemon.cli.render import show

    store, keys = open_peers(Paths.from_environment())
    found = store.find(peer)
    store.remove(found.node_id)
    told = asyncio.run(_tell(found, keys))
    keys.remove(found.node_id)
    show(PeerRemoved(name=found.name, told=told), as_json=as_json)


@app.command()
def permit(
    peer: PeerArgument,
    permissions: Annotated[list[str], typer.Argument(metavar="PERMISSION…", help=f"What it may do here: {PERMITS}.")],
    as_json: JsonOption = False,
) -> None:
    """Set what a paired machine may do here; it holds at once."""
    from loopsy_daemon.cli.peer_results import PeerPermitted
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.lan.peers import checked_permissions

    wanted = checked_permissions(permissions)
    store, _ = open_peers(Paths.from_environment())
    found = store.find(peer)
    store.permit(found.node_id, wanted)
    show(PeerPermitted(name=found.name, permits=wanted), as_json=as_json)


def open_peers(paths: Paths) -> "tuple[PeerStore, PeerKeys]":
    """Return the peers of this home, and the keys for them."""
    from loopsy_daemon import config
    from loopsy_daemon.lan.peer_keys import PeerKeys
    from loopsy_daemon.lan.peers import PeerStore

    return PeerStore(paths.peers), PeerKeys.of(paths, config.load(paths.config))


async def _tell(peer: "Peer", keys: "PeerKeys") -> bool:
    from loopsy_daemon.lan.remote import Remote

    try:
        async with Remote(peer.name, peer.certificate, peer.addresses, keys.get(peer.node_id)) as remote:
            await remote.forget()
    except LoopsyError:
        return False
    return True
