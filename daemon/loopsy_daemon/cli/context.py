"""`loopsy context set|get|list|delete|broadcast`: values that machines share, by key."""

from typing import Annotated

import typer

from loopsy_daemon.cli.exchange import JsonOption, PeerOption, ask, given_text, with_exchange

app = typer.Typer(name="context", help="Values that machines share, by key.", no_args_is_help=True)
KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Letters, digits and ._:/@+-, e.g. build/status.")]
ValueArgument = Annotated[
    str | None, typer.Argument(metavar="[VALUE]", help="The value; `-`, or none, reads it from stdin.")
]
TtlOption = Annotated[
    float | None, typer.Option("--ttl", min=0.001, max=31_622_400, metavar="SECONDS", help="Forget it after so long.")
]
VersionOption = Annotated[
    int | None,
    typer.Option("--if-version", min=0, metavar="VERSION", help="Only if it has this version; 0: if there is none."),
]


@app.command("set")
def set_value(
    key: KeyArgument,
    value: ValueArgument = None,
    peer: PeerOption = None,
    ttl: TtlOption = None,
    if_version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set a value."""
    from loopsy_daemon.cli import exchange_rendering as rendering
    from loopsy_daemon.exchange import context_requests as requests

    wanted = requests.SetEntry(key=key, value=given_text(value, "value"), ttl_seconds=ttl, if_version=if_version)
    entry = ask(peer, requests.SET, wanted)
    rendering.show(entry, rendering.print_entry, as_json=as_json)


@app.command()
def get(key: KeyArgument, peer: PeerOption = None, as_json: JsonOption = False) -> None:
    """Print a value."""
    from loopsy_daemon.cli import exchange_rendering as rendering
    from loopsy_daemon.exchange import context_requests as requests

    entry = ask(peer, requests.GET, requests.GetEntry(key=key))
    rendering.show(entry, rendering.print_value, as_json=as_json)


@app.command("list")
def list_entries(
    prefix: Annotated[str, typer.Argument(metavar="[PREFIX]", help="What keys begin with.")] = "",
    peer: PeerOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the keys, without their values."""
    from loopsy_daemon.cli import exchange_rendering as rendering
    from loopsy_daemon.exchange import context_requests as requests
    from loopsy_daemon.service.exchange_on import ExchangeOn

    async def read(exchange: ExchangeOn) -> requests.EntryPage:
        entries: list[requests.Entry] = []
        after: str | None = ""
        while after is not None:
            page = await exchange.ask(requests.LIST, requests.ListEntries(prefix=prefix, after=after))
            entries += page.entries
            after = page.next
        return requests.EntryPage(entries=entries)

    page = with_exchange(peer, read)
    rendering.show(page, rendering.print_entries, as_json=as_json)


@app.command()
def delete(
    key: KeyArgument, peer: PeerOption = None, if_version: VersionOption = None, as_json: JsonOption = False
) -> None:
    """Delete a value."""
    from loopsy_daemon.cli import exchange_rendering as rendering
    from loopsy_daemon.exchange import context_requests as requests

    entry = ask(peer, requests.DELETE, requests.DeleteEntry(key=key, if_version=if_version))
    rendering.show(entry, rendering.print_deleted, as_json=as_json)


@app.command()
def broadcast(key: KeyArgument, value: ValueArgument = None, ttl: TtlOption = None, as_json: JsonOption = False) -> int:
    """Set a value on this machine and on every peer; the exit status is 1 unless all of them have it."""
    from loopsy_daemon.cli import exchange_rendering as rendering
    from loopsy_daemon.exchange import context_requests as requests

    wanted = requests.Broadcast(key=key, value=given_text(value, "value"), ttl_seconds=ttl)
    result = ask(None, requests.BROADCAST, wanted)
    rendering.show(result, rendering.print_broadcast, as_json=as_json)
    return 0 if all(machine.outcome == "ok" for machine in result.machines) else 1
