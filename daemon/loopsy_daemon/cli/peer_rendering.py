"""Text for people of what commands about other machines report."""

from typing import Final, assert_never

from loopsy_daemon.cli import peer_results as results
from loopsy_daemon.cli.tables import Cell, print_table
from loopsy_daemon.cli.text import ago, printable

_ENDS: Final = {
    "refused": "The pairing was refused; nothing was stored.",
    "expired": "The pairing expired; open another: loopsy pair",
    "cancelled": "The pairing was cancelled.",
    "not_stored": "The other machine could not be stored, so it is not paired; see why: loopsy status",
}
_STATES: Final = {
    "online": Cell("online", style="green"),
    "refused": Cell("does not know this machine", style="red"),
    "impostor": Cell("another certificate", style="red"),
}


def show_peer_result(result: results.PeerResult) -> None:
    """Print the result to stdout."""
    if isinstance(result, results.PeerList):
        _show_peers(result)
    else:
        print("\n".join(_lines(result)))


def _lines(
    result: results.LanPairing
    | results.LanPaired
    | results.PeerRemoved
    | results.PeerPermitted
    | results.PeerAddress
    | results.LanShown
    | results.Execution,
) -> list[str]:
    match result:
        case results.LanPairing():
            where = result.addresses[0] if result.addresses else "ADDRESS"
            others = [f"  or at   {address}" for address in result.addresses[1:]]
            return [f"On the other machine: loopsy pair {where}", *others]
        case results.LanPaired(outcome="paired"):
            return [f"Paired with {printable(result.name or 'the other machine')}; see it: loopsy peers"]
        case results.LanPaired():
            return [_ENDS.get(result.outcome, f"The pairing has ended: {printable(result.outcome)}.")]
        case results.PeerRemoved():
            note = "" if result.told else " It could not be told, and lists this machine until it is removed there."
            return [f"{printable(result.name)} can no longer reach this machine.{note}"]
        case results.PeerPermitted():
            return [f"{printable(result.name)} may do here: {', '.join(result.permits) or 'nothing'}."]
        case results.PeerAddress():
            return [f"{printable(result.name)} is looked for at {result.address} first."]
        case results.LanShown(listen="off"):
            return ["Other machines cannot reach this one; let them: loopsy lan enable"]
        case results.LanShown():
            lines = [f"listens    {result.listen}{'' if result.active else ', but not now: loopsy start'}"]
            lines += [f"address    {address}" for address in result.addresses]
            return [*lines, f"discovery  {'on' if result.discovery and result.listen == 'lan' else 'off'}"]
        case results.Execution():
            return [f"{result.stdout}{result.stderr}"]
        case _:
            assert_never(result)


def _show_peers(found: results.PeerList) -> None:
    if found.peers:
        rows = [
            (
                Cell(peer.name, may_shrink=True),
                Cell(peer.node_id[:8]),
                _STATES.get(peer.state) or Cell(peer.state),
                Cell(peer.address or "-"),
                Cell(", ".join(peer.permits) or "nothing"),
                Cell(f"{ago(peer.seen_at)} ago" if peer.seen_at else "-"),
            )
            for peer in found.peers
        ]
        print_table(("PEER", "ID", "STATE", "ADDRESS", "MAY DO HERE", "SEEN"), rows)
    else:
        print("No machine is paired; pair one: loopsy pair")
    if found.machines:
        print("\nOn this network, not paired:")
        print_table(
            ("NAME", "ID", "ADDRESS", "PLATFORM"),
            [
                (
                    Cell(machine.name, may_shrink=True),
                    Cell(machine.node_id[:8]),
                    Cell(", ".join(machine.addresses) or "-"),
                    Cell(machine.platform),
                )
                for machine in found.machines
            ],
        )
