"""`loopsy message send|inbox|outbox|read|ack|wait`: messages between machines."""

from typing import Annotated

import typer

from loopsy_daemon.cli.completion import PeerArgument
from loopsy_daemon.cli.exchange import TIMEOUT_STATUS, JsonOption, ask, given_text, with_exchange

app = typer.Typer(name="message", help="Messages to other machines, and from them.", no_args_is_help=True)
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As `loopsy message inbox` shows it.")]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="PEER", help="Only from this machine: its id, or the name it had.")
]
_TYPE = r"e.g. chat, request, response; lower-case letters, digits, - and _."


@app.command()
def send(
    peer: PeerArgument,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="The message; `-`, or none, reads it from stdin.")
    ] = None,
    message_type: Annotated[str, typer.Option("--type", metavar="TYPE", help=_TYPE)] = "chat",
    subject: Annotated[str | None, typer.Option(metavar="TEXT", help="What it is about.")] = None,
    reply_to: Annotated[str | None, typer.Option(metavar="ID", help="The message that it answers.")] = None,
    ttl: Annotated[
        float, typer.Option(min=0.001, max=2_592_000, metavar="SECONDS", help="Give up after so long; a week if not.")
    ] = 604_800.0,
    as_json: JsonOption = False,
) -> None:
    """Send a message; it is kept, and tried again, until the peer has it, even if that sleeps now."""
    import secrets

    from loopsy_daemon.cli import exchange_rendering as rendering
    from loopsy_daemon.exchange import message_requests as requests

    wanted = requests.Send(
        to=peer,
        body=given_text(text, "message"),
        type=message_type,
        subject=subject,
        in_reply_to=reply_to,
        ttl_seconds=ttl,
        id=secrets.token_hex(8),
    )
    sent = ask(None, requests.SEND, wanted)
    rendering.show(sent, rendering.print_id, as_json=as_json)


@app.command()
def inbox(
    unread: Annotated[bool, typer.Option("--unread", help="Only what nobody has read.")] = False,
    sender: FromOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the messages that came and are not acknowledged, the oldest first."""
    from loopsy_daemon.cli import exchange_rendering as rendering
    from loopsy_daemon.exchange import message_requests as requests
    from loopsy_daemon.service.exchange_on import ExchangeOn

    async def read(exchange: ExchangeOn) -> requests.ReceivedPage:
        messages: list[requests.Received] = []
        after: int | None = 0
        while after is not None:
            wanted = requests.ListReceived(after=after, sender=sender, is_unread=unread)
            page = await exchange.ask(requests.INBOX, wanted)
            messages += page.messages
            after = page.next
        return requests.ReceivedPage(messages=messages)

    page = with_exchange(None, read)
    rendering.show(page, rendering.print_inbox, as_json=as_json)


@app.command()
def outbox(
    message_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Only this message.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how the messages are that were sent: queued, delivered, acknowledged, expired or refused."""
    from loopsy_daemon.cli import exchange_rendering as rendering
    from loopsy_daemon.exchange import message_requests as requests
    from loopsy_daemon.service.exchange_on import ExchangeOn

    async def read(exchange: ExchangeOn) -> requests.SentPage:
        messages: list[requests.Sent] = []
        before: int | None = None
        while True:
            page = await exchange.ask(requests.OUTBOX, requests.ListSent(before=before))
            messages += page.messages
            before = page.next
            if before is None:
                return requests.SentPage(messages=messages)

    if message_id is not None:
        sent = ask(None, requests.SENT, requests.GetSent(id=message_id))
        rendering.show(sent, rendering.print_sent, as_json=as_json)
        return
    page = with_exchange(None, read)
    rendering.show(page, rendering.print_outbox, as_json=as_json)


@app.command()
def read(message_id: IdArgument, sender: FromOption = None, as_json: JsonOption = False) -> None:
    """Print a message, and mark it read; it stays in the inbox until it is acknowledged."""
    from loopsy_daemon.cli import exchange_rendering as rendering
    from loopsy_daemon.exchange import message_requests as requests

    message = ask(None, requests.READ, requests.Read(id=message_id, sender=sender))
    rendering.show(message, rendering.print_received, as_json=as_json)


@app.command("ack")
def acknowledge(
    message_ids: Annotated[list[str], typer.Argument(metavar="ID…", help="As `loopsy message inbox` shows them.")],
    sender: FromOption = None,
) -> None:
    """Acknowledge messages: they are done with, and leave the inbox; their senders learn it."""
    from loopsy_daemon.exchange import message_requests as requests

    ask(None, requests.ACKNOWLEDGE, requests.Acknowledge(ids=message_ids, sender=sender))


@app.command()
def wait(
    timeout: Annotated[
        float | None, typer.Option(min=0, max=3_600, metavar="SECONDS", help="Wait so long; for ever if not given.")
    ] = None,
    sender: FromOption = None,
    message_type: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Only of this type.")] = None,
    reply_to: Annotated[str | None, typer.Option(metavar="ID", help="Only an answer to this message.")] = None,
    as_json: JsonOption = False,
) -> int:
    """Wait for an unread message, print it, and mark it read; the exit status is 124 if none came in time.

    If several wait, each message goes to one of them.
    """
    from loopsy_daemon.cli import exchange_rendering as rendering
    from loopsy_daemon.exchange import limits
    from loopsy_daemon.exchange import message_requests as requests
    from loopsy_daemon.service.exchange_on import ExchangeOn

    wanted = requests.Wait(
        timeout_seconds=limits.MAX_WAIT_SECONDS if timeout is None else timeout,
        sender=sender,
        type=message_type,
        in_reply_to=reply_to,
    )

    async def talk(exchange: ExchangeOn) -> requests.Received | None:
        while True:
            message = (await exchange.ask(requests.WAIT, wanted)).message
            if message or timeout is not None:
                return message

    message = with_exchange(None, talk)
    if message is None:
        return TIMEOUT_STATUS
    rendering.show(message, rendering.print_received, as_json=as_json)
    return 0
