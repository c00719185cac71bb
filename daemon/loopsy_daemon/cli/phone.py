"""`loopsy phone list|revoke`: the phones that may reach this machine."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from loopsy_daemon.service.client import DaemonClient

app = typer.Typer(name="phone", help="The phones that may reach this machine.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.command(name="list")
def list_phones(as_json: JsonOption = False) -> None:
    """List the paired phones."""
    from loopsy_daemon.cli.daemon import ask, with_daemon
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import PhoneList, PhoneRow
    from loopsy_daemon.wire import messages

    async def talk(client: "DaemonClient") -> messages.Phones:
        return await ask(client, messages.PhonesList(id=client.next_id()), messages.Phones)

    rows = tuple(
        PhoneRow(phone.phone_id, phone.label, phone.paired_at, phone.last_seen_at, phone.online)
        for phone in with_daemon(talk).phones
    )
    show(PhoneList(phones=rows), as_json=as_json)


@app.command()
def revoke(
    phone: Annotated[str, typer.Argument(metavar="PHONE", help="Its id, or its label if no other phone has it.")],
    as_json: JsonOption = False,
) -> None:
    """Revoke a phone: it is out at once and must be paired again; the others stay."""
    from loopsy_daemon.cli.daemon import ask, with_daemon
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import PhoneRevoked
    from loopsy_daemon.wire import messages

    async def talk(client: "DaemonClient") -> None:
        await ask(client, messages.PhonesRevoke(id=client.next_id(), phone=phone), messages.Ok)

    with_daemon(talk)
    show(PhoneRevoked(phone=phone), as_json=as_json)
