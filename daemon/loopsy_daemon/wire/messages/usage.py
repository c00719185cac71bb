"""What was used of the relay today."""

from loopsy_daemon.wire.messages.values import U32, Message


class UsageAsk(Message, frozen=True, kw_only=True, tag="usage"):
    """Ask what this laptop and its phones have used of the relay today."""

    id: U32


class UsageAnswer(Message, frozen=True, kw_only=True, tag="usage"):
    """Messages sent to the relay, and connections with it, since a time: midnight in UTC or the daemon's start."""

    id: int
    since: float
    messages: int
    connections: int
