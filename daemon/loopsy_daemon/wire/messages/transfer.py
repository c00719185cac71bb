"""What client and daemon say about files (layer 3); the bytes themselves travel as blobs."""

from typing import Annotated

from msgspec import Meta

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.messages.values import U32, Message, Offset, ShortText, Text

TransferKey = Annotated[bytes, Meta(min_length=limits.TRANSFER_KEY_BYTES, max_length=limits.TRANSFER_KEY_BYTES)]
Checksum = Annotated[bytes, Meta(min_length=32, max_length=32)]
FileName = Annotated[str, Meta(min_length=1, max_length=256)]


class UploadStart(Message, frozen=True, kw_only=True, tag="upload.start"):
    """Begin to send a file, or go on with the one of this key."""

    id: U32
    session: ShortText
    key: TransferKey
    name: FileName
    size: Offset


class UploadFinish(Message, frozen=True, kw_only=True, tag="upload.finish"):
    """Every byte was sent; this is their checksum."""

    id: U32
    transfer: U32
    sha256: Checksum


class DownloadStart(Message, frozen=True, kw_only=True, tag="download.start"):
    """Ask for a file, from `offset` of the one of this `version` on."""

    id: U32
    session: ShortText
    path: Text
    offset: Offset = 0
    version: ShortText | None = None


class TransferCancel(Message, frozen=True, kw_only=True, tag="transfer.cancel"):
    """End a transfer; an upload is removed."""

    id: U32
    transfer: U32


class TransferAck(Message, frozen=True, kw_only=True, tag="transfer.ack"):
    """The receiver has the bytes before `offset`; said in both directions."""

    transfer: U32
    offset: Offset


class UploadStarted(Message, frozen=True, kw_only=True, tag="upload.started"):
    """The answer to `upload.start`: where to go on, and how much may be unacknowledged."""

    id: int
    transfer: int
    offset: int
    window: int


class Uploaded(Message, frozen=True, kw_only=True, tag="uploaded"):
    """The file is there; `typed` is its path, quoted for the session's program."""

    id: int
    path: str
    typed: str


class DownloadStarted(Message, frozen=True, kw_only=True, tag="download.started"):
    """The answer to `download.start`; blobs follow from `offset` on."""

    id: int
    transfer: int
    name: str
    size: int
    version: str
    offset: int


class DownloadFinished(Message, frozen=True, kw_only=True, tag="download.finished"):
    """Every byte was sent; this is the checksum of the whole file."""

    transfer: int
    sha256: bytes


class TransferFailed(Message, frozen=True, kw_only=True, tag="transfer.failed"):
    """A transfer ended before its time."""

    transfer: int
    code: str
    message: str
    hint: str | None = None
