"""Control messages to and from MessagePack: unknown types are ignored, malformed ones refused."""

from typing import Final, TypeVar

import msgspec

from loopsy_daemon.wire.errors import MalformedMessage
from loopsy_daemon.wire.messages.client import (
    Ack,
    Attach,
    Claim,
    Detach,
    Dismiss,
    Hello,
    History,
    Kill,
    List,
    Open,
    Ping,
    Rename,
    Resize,
    Signal,
    Visible,
    Wear,
)
from loopsy_daemon.wire.messages.daemon import (
    Attached,
    Error,
    Exit,
    InputAck,
    Ok,
    Opened,
    Pong,
    Resized,
    Scrollback,
    Sessions,
    Snapshot,
    Welcome,
)
from loopsy_daemon.wire.messages.lan import (
    LanPairAnswer,
    LanPairOpen,
    LanPairOpened,
    LanReload,
    LanShow,
    LanState,
)
from loopsy_daemon.wire.messages.local import (
    Event,
    OutputPart,
    OutputRead,
    PairCancel,
    PairStart,
    PairStarted,
    Phones,
    PhonesList,
    PhonesRevoke,
    Recording,
    RecordStart,
    RecordStop,
    RelayReload,
    Shutdown,
    Status,
    StatusReport,
    Watch,
)
from loopsy_daemon.wire.messages.values import Message

T = TypeVar("T")
# A value nested beyond Python's stack is refused like any other that does not follow the protocol.
_UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

LanRequest = LanReload | LanShow | LanPairOpen | LanPairAnswer
ClientMessage = (
    Hello
    | Open
    | Attach
    | Detach
    | Ack
    | Resize
    | Claim
    | Visible
    | Wear
    | History
    | List
    | Rename
    | Signal
    | Kill
    | Dismiss
    | Ping
    | Status
    | Shutdown
    | PairStart
    | PairCancel
    | PhonesList
    | PhonesRevoke
    | RelayReload
    | Watch
    | OutputRead
    | RecordStart
    | RecordStop
    | LanRequest
)
DaemonMessage = (
    Welcome
    | Sessions
    | Opened
    | Attached
    | Snapshot
    | InputAck
    | Resized
    | Scrollback
    | Exit
    | Error
    | Ok
    | Pong
    | StatusReport
    | PairStarted
    | Phones
    | Event
    | OutputPart
    | Recording
    | LanState
    | LanPairOpened
)
LOCAL_REQUESTS: Final = (
    *(Status, Shutdown, PairStart, PairCancel, PhonesList, PhonesRevoke, RelayReload, Watch),
    *(OutputRead, RecordStart, RecordStop),
    *(LanReload, LanShow, LanPairOpen, LanPairAnswer),
)


class _Type(msgspec.Struct):
    type: str


_encoder = msgspec.msgpack.Encoder()
_client_decoder = msgspec.msgpack.Decoder(ClientMessage)
_daemon_decoder = msgspec.msgpack.Decoder(DaemonMessage)
_type_decoder = msgspec.msgpack.Decoder(_Type)
_CLIENT_TYPES: Final = frozenset(c.__struct_config__.tag for c in ClientMessage.__args__)
_DAEMON_TYPES: Final = frozenset(c.__struct_config__.tag for c in DaemonMessage.__args__)


def encode(message: Message) -> bytes:
    """Return the MessagePack map of a control message, without the kind byte."""
    return _encoder.encode(message)


def decode_client_message(body: bytes | memoryview) -> ClientMessage | None:
    """Return the message that a client sent, or None if its `type` is unknown.

    Raises MalformedMessage if it is no map with a `type`, or a known type with wrong fields.
    """
    return _decode(_client_decoder, _CLIENT_TYPES, body)


def decode_daemon_message(body: bytes | memoryview) -> DaemonMessage | None:
    """Return the message that a daemon sent, or None if its `type` is unknown. Raises MalformedMessage."""
    return _decode(_daemon_decoder, _DAEMON_TYPES, body)


def _decode(decoder: msgspec.msgpack.Decoder[T], known: frozenset[str], body: bytes | memoryview) -> T | None:
    try:
        return decoder.decode(body)
    except _UNDECODABLE as error:
        reason = str(error)
    try:
        message_type = _type_decoder.decode(body).type
    except _UNDECODABLE:
        message_type = None
    if message_type is not None and message_type not in known:
        return None
    raise MalformedMessage(f"malformed control message: {reason}")
