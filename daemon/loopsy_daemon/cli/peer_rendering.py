"""Text for people of what commands about other machines report."""

import stat
from typing import Final, assert_never

from loopsy_daemon.cli import peer_results as results
from loopsy_daemon.cli.tables import Cell, print_table
from loopsy_daemon.cli.text import ago, count, printable, size

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
_TYPE_BITS: Final = {"file": stat.S_IFREG, "directory": stat.S_IFDIR, "link": stat.S_IFLNK}


def show_peer_result(result: results.PeerResult) -> None:
    """Print the result to stdout."""
    if isinstance(result, results.PeerList):
        _show_peers(result)
    elif isinstance(result, results.RemoteListing):
        _show_files(result)
    else:
        print("\n".join(_lines(result)))


def _lines(
    result: results.LanPairing
    | results.LanPaired
    | results.PeerRemoved
    | results.PeerPermitted
    | results.PeerAddress
    | results.LanShown
    | results.Execution
    | results.FilesMoved,
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
        case results.FilesMoved():
            lines = [f"{printable(file.path)}  {size(file.size_bytes)}" for file in result.files]
            return [*lines, *(line for directory in result.directories for line in _directory_lines(directory))]
        case _:
            assert_never(result)


def _directory_lines(moved: results.DirectoryMoved) -> list[str]:
    facts = [count(len(moved.files), "file"), size(sum(file.size_bytes for file in moved.files))]
    if moved.unchanged:
        facts.append(f"{moved.unchanged:,} there already")
    lines = [f"{printable(moved.path)}/  {', '.join(facts)}"]
    return [*lines, *(f"left out: {printable(one.path)}  {printable(one.reason)}" for one in moved.left_out)]


def _show_files(found: results.RemoteListing) -> None:
    rows = [
        (
            Cell(stat.filemode(_TYPE_BITS.get(entry.type, 0) | entry.mode)),
            Cell(size(entry.size_bytes) if entry.type == "file" else "-"),
            Cell(f"{ago(entry.modified_at)} ago"),
            Cell(entry.name, style="bold" if entry.type == "directory" else "", may_shrink=True),
        )
        for entry in found.entries
    ]
    if rows:
        print_table(("MODE", "SIZE", "CHANGED", "NAME"), rows)
    else:
        print(f"{printable(found.path)} is empty, or has hidden names only; see them: loopsy ls --all")
    if not found.is_whole:
        print("… and more; see them: loopsy ls --limit NUMBER")


def _show_peers(found: results.PeerList) -> None:
    if found.peers:
        rows = [
            (
                Cell(peer.name, may_shrink=True),
                Cell(peer.node_id[:8]),
                _STATES.get(peer.state) or Cell(peer.state),
                Cell(peer.address or "-"),
                Cell(", ".join(peer.permits) or "nothing", may_shrink=True),
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
