"""Tools about messages: to the agents and people of a peer, and what they have sent here."""

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from msgspec import Struct
from pydantic import Field

from loopsy_daemon.exchange import limits
from loopsy_daemon.exchange import message_requests as requests
from loopsy_daemon.mcp.arguments import Peer
from loopsy_daemon.mcp.questions import meant_peer
from loopsy_daemon.mcp.registration import tool
from loopsy_daemon.service.exchange_on import exchange_on
from loopsy_daemon.service.machines import Machines

MessageId = Annotated[str, Field(description="The message's id.")]
From = Annotated[str | None, Field(description="Only from this peer, by its name.")]


class Inbox(Struct, frozen=True, kw_only=True):
    """Messages, the oldest first; `next` is what to give as `after` for the rest."""

    messages: list[requests.Received]
    next: int | None


class Acknowledged(Struct, frozen=True, kw_only=True):
    """These messages have left the inbox, and their senders learn it."""

    ids: list[str]


def message_tools(machines: Machines) -> list[Tool]:
    """Return the tools."""

    async def loopsy_send_message(
        context: Context[Any, Any],
        peer: Peer,
        body: Annotated[str, Field(description="The text.")],
        type: Annotated[str, Field(description="chat, request, response, or a word of your own.")] = "chat",  # noqa: A002
        subject: str | None = None,
        in_reply_to: Annotated[str | None, Field(description="The id of the message that this answers.")] = None,
        ttl_seconds: Annotated[float, Field(gt=0)] = limits.DEFAULT_MESSAGE_TTL_SECONDS,
    ) -> requests.Sent:
        """Send a message to a peer. If it sleeps, it is delivered when it wakes; loopsy_check_ack tells how it is."""
        found = await meant_peer(context, machines, peer)
        wanted = requests.Send(
            to=found.node_id, body=body, type=type, subject=subject, in_reply_to=in_reply_to, ttl_seconds=ttl_seconds
        )
        async with exchange_on(machines, None) as exchange:
            return await exchange.ask(requests.SEND, wanted)

    async def loopsy_check_inbox(
        wait_seconds: Annotated[
            float, Field(ge=0, le=limits.MAX_WAIT_SECONDS, description="If nothing is there, wait so long for one.")
        ] = 0,
        sender: From = None,
        after: Annotated[int, Field(ge=0, description="`next` of the call before, for the rest.")] = 0,
    ) -> Inbox:
        """Read the messages that others have sent to this machine and nobody has acknowledged.

        They stay until loopsy_ack_message, which also tells the sender that they were dealt with.
        """
        listing = requests.ListReceived(after=after, sender=sender)
        async with exchange_on(machines, None) as exchange:
            page = await exchange.ask(requests.INBOX, listing)
            if not page.messages and wait_seconds:
                waiting = requests.Wait(timeout_seconds=wait_seconds, sender=sender)
                waited = await exchange.ask(requests.WAIT, waiting, wait_seconds)
                return Inbox(messages=[waited.message] if waited.message else [], next=None)
        return Inbox(messages=page.messages, next=page.next)

    async def loopsy_ack_message(
        ids: Annotated[list[str], Field(min_length=1, description="The messages' ids.")], sender: From = None
    ) -> Acknowledged:
        """Say that messages are dealt with: they leave the inbox, and their senders learn it."""
        async with exchange_on(machines, None) as exchange:
            await exchange.ask(requests.ACKNOWLEDGE, requests.Acknowledge(ids=ids, sender=sender))
        return Acknowledged(ids=ids)

    async def loopsy_check_ack(message: MessageId) -> requests.Sent:
        """Tell how a message is that was sent from here: queued, delivered, acknowledged, expired or refused."""
        async with exchange_on(machines, None) as exchange:
            return await exchange.ask(requests.SENT, requests.GetSent(id=message))

    return [
        tool("Send a message", loopsy_send_message),
        tool("Check the inbox", loopsy_check_inbox, repeatable=True),
        tool("Acknowledge messages", loopsy_ack_message, destroys=True, repeatable=True),
        tool("Check a sent message", loopsy_check_ack, reads=True),
    ]
