import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.wire import frames, limits
from loopsy_daemon.wire.errors import MalformedMessage

U32 = st.integers(0, 0xFFFF_FFFF)
OFFSETS = st.integers(0, frames.MAX_OFFSET - 100)


@given(conn=U32, payload=st.binary(max_size=100))
def test_a_device_frame_comes_back(conn: int, payload: bytes) -> None:
    assert frames.decode_device_frame(frames.encode_device_frame(conn, payload)) == (conn, payload)


@pytest.mark.parametrize("short", [b"", b"\0", b"\0\0\0"])
def test_a_device_frame_without_a_connection_is_refused(short: bytes) -> None:
    with pytest.raises(MalformedMessage):
        frames.decode_device_frame(short)


@given(stream=U32, offset=OFFSETS, data=st.binary(min_size=1, max_size=100))
def test_stream_messages_come_back(stream: int, offset: int, data: bytes) -> None:
    assert frames.decode_message(frames.encode_output(stream, offset, data)) == frames.Output(stream, offset, data)
    assert frames.decode_message(frames.encode_input(stream, offset, data)) == frames.Input(stream, offset, data)
    assert frames.decode_message(frames.encode_blob(stream, offset, data)) == frames.Blob(stream, offset, data)


@given(body=st.binary(max_size=100))
def test_control_comes_back(body: bytes) -> None:
    assert frames.decode_message(frames.encode_control(body)) == frames.Control(body)


@pytest.mark.parametrize("size_bytes", [0, 1, 65_000, 65_001, 200_000])
def test_a_snapshot_is_cut_into_contiguous_messages(size_bytes: int) -> None:
    data = bytes(number % 251 for number in range(size_bytes))
    found = b""
    for message in frames.encode_snapshot_chunks(7, data):
        assert len(message) <= limits.MAX_PLAINTEXT_BYTES
        chunk = frames.decode_message(message)
        assert isinstance(chunk, frames.SnapshotChunk)
        assert (chunk.stream, chunk.offset) == (7, len(found))
        found += chunk.data
    assert found == data


@given(message=st.binary(max_size=40) | st.binary(max_size=30).map(lambda rest: bytes([len(rest) % 6]) + rest))
def test_any_bytes_are_a_message_or_malformed(message: bytes) -> None:
    try:
        decoded = frames.decode_message(message)
    except MalformedMessage:
        return
    if isinstance(decoded, frames.Control):
        assert frames.encode_control(decoded.body) == message
    else:
        assert decoded.data
        assert decoded.offset + len(decoded.data) <= frames.MAX_OFFSET
        assert message.endswith(decoded.data)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        frames.encode_output(1, 0, b""),
        frames.encode_input(1, 0, b""),
        frames.encode_input(1, frames.MAX_OFFSET, b"x"),
        frames.encode_input(1, (1 << 64) - 1, b"x"),
        b"\x05" + bytes(20),
        frames.encode_blob(1, 0, b""),
        b"\xff" + bytes(20),
        bytes(limits.MAX_PLAINTEXT_BYTES + 1),
    ],
)
def test_bad_messages(message: bytes) -> None:
    with pytest.raises(MalformedMessage):
        frames.decode_message(message)


def test_the_largest_message_and_offset_are_allowed() -> None:
    header_bytes = frames.STREAM_HEADER_BYTES
    largest = frames.encode_input(1, 0, bytes(limits.MAX_PLAINTEXT_BYTES - header_bytes))
    assert isinstance(frames.decode_message(largest), frames.Input)
    last = frames.decode_message(frames.encode_input(1, frames.MAX_OFFSET - 1, b"x"))
    assert last == frames.Input(1, frames.MAX_OFFSET - 1, b"x")
