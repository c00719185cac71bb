"""What is asked about messages, and the answers: here by people and agents, and between two machines."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from loopsy_daemon.exchange import limits
from loopsy_daemon.exchange.operations import Cursor, Done, Limit, Name, Operation, Text

MessageId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Type = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Subject = Annotated[str, Meta(max_length=limits.MAX_SUBJECT_CHARACTERS)]
Ttl = Annotated[float, Meta(gt=0, le=limits.MAX_MESSAGE_TTL_SECONDS)]
SentState = Literal["queued", "delivered", "acknowledged", "expired", "refused"]
ReceivedState = Literal["unread", "read", "acknowledged"]
_SENT_NAMES: Final = {"recipient": "to", "recipient_id": "to_id"}
_RECEIVED_NAMES: Final = {"sender": "from", "sender_id": "from_id"}


class Envelope(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message as machines hand it over: from and to are the two ends of the connection."""

    id: MessageId
    type: Type
    body: Text
    created_at: float
    ttl_seconds: Ttl
    remaining_seconds: Ttl
    subject: Subject | None = None
    in_reply_to: MessageId | None = None


class Deliver(Struct, frozen=True, kw_only=True):
    """Hand messages over, the oldest first; a repeat is known by its id."""

    messages: Annotated[list[Envelope], Meta(max_length=limits.MAX_BATCH_MESSAGES)]


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of one message: it is in the inbox (`code` is None), or why not."""

    id: str
    code: str | None = None
    message: str | None = None


class Delivered(Struct, frozen=True, kw_only=True):
    """What came of each message."""

    outcomes: list[Outcome]


class AskStates(Struct, frozen=True, kw_only=True):
    """Ask how messages are that the asking machine has delivered."""

    ids: Annotated[list[MessageId], Meta(max_length=limits.MAX_STATES)]


class States(Struct, frozen=True, kw_only=True):
    """How they are; one that is missing is not known here."""

    states: dict[str, ReceivedState]


class TellAcknowledged(Struct, frozen=True, kw_only=True):
    """Tell the sender that its messages were acknowledged."""

    ids: Annotated[list[MessageId], Meta(max_length=limits.MAX_STATES)]


class Send(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Send a message; who gives the `id` may ask again, and it is sent once."""

    to: Name
    body: Text
    type: Type = "chat"
    subject: Subject | None = None
    in_reply_to: MessageId | None = None
    ttl_seconds: Ttl = limits.DEFAULT_MESSAGE_TTL_SECONDS
    id: MessageId | None = None


class Sent(Struct, frozen=True, kw_only=True, omit_defaults=True, rename=_SENT_NAMES):
    """A message in the outbox; `problem` is why the last attempt failed, or why it was refused."""

    id: str
    recipient: str
    recipient_id: str
    type: str
    body: str
    created_at: float
    ttl_seconds: float
    expires_at: float
    state: SentState
    changed_at: float
    subject: str | None = None
    in_reply_to: str | None = None
    problem: str | None = None


class ListSent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ask for the outbox, the newest first, `before` a place in it."""

    before: Cursor | None = None
    limit: Limit = limits.PAGE_ENTRIES
    state: SentState | None = None


class SentPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of the outbox; `next` is what to ask `before` for the rest."""

    messages: list[Sent]
    next: int | None = None


class GetSent(Struct, frozen=True, kw_only=True):
    """Ask how one message of the outbox is."""

    id: Name


class Received(
    Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"sender": "from", "sender_id": "from_id"}
):
    """A message in the inbox."""

    id: str
    sender: str
    sender_id: str
    type: str
    body: str
    created_at: float
    ttl_seconds: float
    received_at: float
    expires_at: float
    state: ReceivedState
    subject: str | None = None
    in_reply_to: str | None = None


class ListReceived(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ask for the inbox, the oldest first, `after` a place in it; what was acknowledged is not in it.

    A `sender` is a machine's id, or the name that it had.
    """

    after: Cursor = 0
    limit: Limit = limits.PAGE_ENTRIES
    sender: Name | None = None
    is_unread: bool = False


class ReceivedPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of the inbox; `next` is what to ask `after` for the rest."""

    messages: list[Received]
    next: int | None = None


class Read(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ask for one message, and mark it read; `sender` where two have sent the same id."""

    id: Name
    sender: Name | None = None


class Acknowledge(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Say that messages are done with: they leave the inbox, and their senders learn it. All or none."""

    ids: Annotated[list[Name], Meta(min_length=1, max_length=limits.MAX_STATES)]
    sender: Name | None = None


class Wait(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Wait for an unread message, the oldest first, and mark it read: each goes to one who waits."""

    timeout_seconds: Annotated[float, Meta(ge=0, le=limits.MAX_WAIT_SECONDS)]
    sender: Name | None = None
    type: Type | None = None
    in_reply_to: MessageId | None = None


class Waited(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The message, or None after the timeout."""

    message: Received | None = None


SEND: Final = Operation("message.send", Send, Sent, "message", "here")
OUTBOX: Final = Operation("message.outbox", ListSent, SentPage, "message", "here")
SENT: Final = Operation("message.sent", GetSent, Sent, "message", "here")
INBOX: Final = Operation("message.inbox", ListReceived, ReceivedPage, "message", "here")
READ: Final = Operation("message.read", Read, Received, "message", "here")
ACKNOWLEDGE: Final = Operation("message.acknowledge", Acknowledge, Done, "message", "here")
WAIT: Final = Operation("message.wait", Wait, Waited, "message", "here")
DELIVER: Final = Operation("message.deliver", Deliver, Delivered, "message", "peers")
STATES: Final = Operation("message.states", AskStates, States, "message", "peers")
ACKNOWLEDGED: Final = Operation("message.acknowledged", TellAcknowledged, Done, "message", "peers")
