"""Binary framing of all three layers: link frames, channel tags, message kinds."""

import struct
from dataclasses import dataclass
from typing import Final

from loopsy_daemon.wire import limits
from loopsy_daemon.wire.errors import MalformedMessage

TAG_TRANSPORT: Final = 0x00
SUITE_PAIRED: Final = 0x01
SUITE_PAIRING: Final = 0x02

KIND_CONTROL: Final = 0
KIND_OUTPUT: Final = 1
KIND_INPUT: Final = 2
KIND_BLOB: Final = 3
KIND_SNAPSHOT: Final = 4

_CONN: Final = struct.Struct(">I")
_STREAM_HEADER: Final = struct.Struct(">BIQ")
STREAM_HEADER_BYTES: Final = _STREAM_HEADER.size
MAX_OFFSET: Final = (1 << 53) - 1


@dataclass(frozen=True, slots=True)
class Output:
    """Bytes of a program: `data` begins at `offset` of the session's output."""

    stream: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Input:
    """Bytes of a user: `data` begins at `offset` of this client's input."""

    stream: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class SnapshotChunk:
    """Part of a snapshot: `data` begins at `offset` bytes into it."""

    stream: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes of a file: `data` begins at `offset` of it."""

    transfer: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Control:
    """The MessagePack body of a control message, not decoded yet."""

    body: bytes


StreamMessage = Output | Input | SnapshotChunk | Blob
_STREAM_KINDS: Final[dict[int, type[Output] | type[Input] | type[SnapshotChunk] | type[Blob]]] = {
    KIND_OUTPUT: Output,
    KIND_INPUT: Input,
    KIND_BLOB: Blob,
    KIND_SNAPSHOT: SnapshotChunk,
}


def encode_device_frame(conn: int, payload: bytes) -> bytes:
    """Return a frame for the device's socket: `conn u32 ‖ payload`."""
    return _CONN.pack(conn) + payload


def decode_device_frame(frame: bytes) -> tuple[int, bytes]:
    """Return (conn, payload) of a frame from the device's socket. Raises MalformedMessage if it has no conn."""
    if len(frame) < _CONN.size:
        raise MalformedMessage("a device frame has at least 4 bytes")
    return _CONN.unpack_from(frame)[0], frame[_CONN.size :]


def encode_control(body: bytes) -> bytes:
    """Return the message of a control body."""
    return b"\x00" + body


def encode_output(stream: int, offset: int, data: bytes) -> bytes:
    """Return an output message."""
    return _STREAM_HEADER.pack(KIND_OUTPUT, stream, offset) + data


def encode_input(stream: int, offset: int, data: bytes) -> bytes:
    """Return an input message."""
    return _STREAM_HEADER.pack(KIND_INPUT, stream, offset) + data


def encode_blob(transfer: int, offset: int, data: bytes) -> bytes:
    """Return a message with bytes of a file."""
    return _STREAM_HEADER.pack(KIND_BLOB, transfer, offset) + data


def encode_snapshot_chunks(stream: int, data: bytes) -> list[bytes]:
    """Return the kind-4 messages of a snapshot, in order; none for an empty one."""
    return [
        _STREAM_HEADER.pack(KIND_SNAPSHOT, stream, position) + data[position : position + limits.MAX_OUTPUT_BYTES]
        for position in range(0, len(data), limits.MAX_OUTPUT_BYTES)
    ]


def decode_message(message: bytes) -> Control | StreamMessage:
    """Return a layer 3 message. Raises MalformedMessage for an unknown kind, a short or empty or oversized one."""
    if not message or len(message) > limits.MAX_PLAINTEXT_BYTES:
        raise MalformedMessage(f"a message has 1 to {limits.MAX_PLAINTEXT_BYTES} bytes, not {len(message)}")
    kind = message[0]
    if kind == KIND_CONTROL:
        return Control(message[1:])
    message_type = _STREAM_KINDS.get(kind)
    if message_type is None:
        raise MalformedMessage(f"unknown message kind {kind}")
    if len(message) <= STREAM_HEADER_BYTES:
        raise MalformedMessage("a stream message carries at least one byte")
    _, stream, offset = _STREAM_HEADER.unpack_from(message)
    if offset + len(message) - STREAM_HEADER_BYTES > MAX_OFFSET:
        raise MalformedMessage("an offset stays below 2^53")
    return message_type(stream, offset, message[STREAM_HEADER_BYTES:])
