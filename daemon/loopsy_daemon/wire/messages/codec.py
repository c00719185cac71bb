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
    Forget,
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
from loopsy_daemon.wire.messages.commands import (
    AgentsAnswer,
    AgentsList,
    Commands,
    CommandsList,
    CommandsMove,
    CommandsRemove,
    CommandsSave,
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
from loopsy_daemon.wire.messages.dashboard import DashboardOpen, DashboardOpened, DashboardStop
from loopsy_daemon.wire.messages.directories import Directories, DirectoriesList, Places, PlacesList
from loopsy_daemon.wire.messages.exchange import ExchangeAsk, ExchangePart, ExchangeRead, ExchangeSay
from loopsy_daemon.wire.messages.lan import (
    LanPairAnswer,
    LanPairOpen,
    LanPairOpened,
    LanReload,
    LanShow,
    LanState,
    SessionsAnswer,
    SessionsAsk,
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
from loopsy_daemon.wire.messages.transfer import (
    DownloadFinished,
    DownloadStart,
    DownloadStarted,
    TransferAck,
    TransferCancel,
    TransferFailed,
    Uploaded,
    UploadFinish,
    UploadStart,
    UploadStarted,
)
from loopsy_daemon.wire.messages.usage import UsageAnswer, UsageAsk
from loopsy_daemon.wire.messages.values import Message

T = TypeVar("T")
# A value nested beyond Python's stack is refused like any other that does not follow the protocol.
_UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

TransferRequest = UploadStart | UploadFinish | DownloadStart | TransferCancel
LanRequest = LanReload | LanShow | LanPairOpen | LanPairAnswer
DashboardRequest = DashboardOpen | DashboardStop
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
    | AgentsList
    | CommandsList
    | CommandsSave
    | CommandsRemove
    | CommandsMove
    | PlacesList
    | DirectoriesList
    | Forget
    | UsageAsk
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
    | TransferRequest
    | TransferAck
    | LanRequest
    | DashboardRequest
    | SessionsAsk
    | ExchangeSay
    | ExchangeAsk
    | ExchangeRead
)
DaemonMessage = (
    Welcome
    | Sessions
    | AgentsAnswer
    | Commands
    | Places
    | Directories
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
    | UsageAnswer
    | StatusReport
    | PairStarted
    | Phones
    | Event
    | OutputPart
    | Recording
    | LanState
    | LanPairOpened
    | DashboardOpened
    | SessionsAnswer
    | ExchangePart
    | UploadStarted
    | Uploaded
    | DownloadStarted
    | DownloadFinished
    | TransferAck
    | TransferFailed
)
LOCAL_REQUESTS: Final = (
    *(Status, Shutdown, PairStart, PairCancel, PhonesList, PhonesRevoke, RelayReload, Watch),
    *(OutputRead, RecordStart, RecordStop),
    *(LanReload, LanShow, LanPairOpen, LanPairAnswer, SessionsAsk),
    *(ExchangeSay, ExchangeAsk, ExchangeRead),
    *(DashboardOpen, DashboardStop),
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
