import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.service.framing import read_message, with_length
from loopsy_daemon.wire.errors import MalformedMessage
from loopsy_daemon.wire.limits import MAX_PLAINTEXT_BYTES


def read_all(stream: bytes, cuts: list[int]) -> list[bytes]:
    async def read() -> list[bytes]:
        reader = asyncio.StreamReader()
        found = []
        for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            reader.feed_data(stream[start:end])
        reader.feed_eof()
        try:
            while True:
                found.append(await read_message(reader))
        except EOFError:
            return found

    return asyncio.run(read())


@given(messages=st.lists(st.binary(min_size=1, max_size=50), max_size=5), data=st.data())
def test_messages_come_back_however_the_stream_is_cut(messages: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(with_length(message) for message in messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    assert read_all(stream, cuts) == messages
    assert read_all(stream[:-1], []) == messages[:-1]


@pytest.mark.parametrize("length_bytes", [0, MAX_PLAINTEXT_BYTES + 1, 0xFFFF_FFFF])
def test_a_length_that_is_not_allowed_is_refused(length_bytes: int) -> None:
    with pytest.raises(MalformedMessage):
        read_all(length_bytes.to_bytes(4, "big") + b"x", [])
