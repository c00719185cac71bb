import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.wire import messages
from loopsy_daemon.wire.errors import MalformedMessage

U32 = st.integers(0, 0xFFFF_FFFF)
COLS, ROWS = st.integers(2, 1_000), st.integers(1, 1_000)
SHORT = st.text(max_size=256)
OFFSET = st.integers(0, (1 << 53) - 1)
CLIENT_MESSAGES = st.one_of(
    st.builds(
        messages.Hello, versions=st.lists(st.integers(0, 9), max_size=16), client=st.binary(min_size=16, max_size=16),
        kind=SHORT, app=SHORT,
    ),
    st.builds(messages.Open, id=U32, agent=SHORT, cols=COLS, rows=ROWS, name=st.none() | SHORT, cwd=st.none() | SHORT),
    st.builds(
        messages.Attach, id=U32, session=SHORT, cols=COLS, rows=ROWS, have=st.none() | OFFSET, lossless=st.booleans()
    ),
    st.builds(messages.Ack, stream=U32, offset=OFFSET),
    st.builds(messages.Resize, stream=U32, cols=COLS, rows=ROWS),
    st.builds(messages.Signal, id=U32, session=SHORT, signal=SHORT),
    st.builds(messages.PairStart, id=U32, ttl=st.integers(30, 1_800), digits=st.integers(4, 8)),
    st.builds(messages.Ping, id=U32),
)  # fmt: skip


@given(message=CLIENT_MESSAGES)
def test_what_a_client_says_comes_back(message: messages.ClientMessage) -> None:
    assert messages.decode_client_message(messages.encode(message)) == message


@given(
    message=st.one_of(
        st.builds(messages.Ok, id=U32),
        st.builds(messages.Error, code=SHORT, message=SHORT, id=st.none() | U32, hint=st.none() | SHORT),
        st.builds(messages.InputAck, stream=U32, offset=OFFSET),
        st.builds(
            messages.Exit, stream=U32, session=SHORT, offset=OFFSET, code=st.none() | st.integers(0, 255),
            signal=st.none() | SHORT,
        ),
    )
)  # fmt: skip
def test_what_the_daemon_says_comes_back(message: messages.DaemonMessage) -> None:
    assert messages.decode_daemon_message(messages.encode(message)) == message


@given(body=st.binary(max_size=80) | st.binary(max_size=60).map(lambda rest: b"\x82\xa4type\xa4ping" + rest))
def test_any_bytes_are_a_message_or_unknown_or_malformed(body: bytes) -> None:
    for decode in (messages.decode_client_message, messages.decode_daemon_message):
        try:
            decode(body)
        except MalformedMessage:
            continue


@pytest.mark.parametrize("start", [b"", b"\x82\xa4type\xa4ping\xa5extra", b"\x82\xa4type\xa7unknown\xa5extra"])
def test_a_value_nested_beyond_any_stack_is_malformed(start: bytes) -> None:
    for decode in (messages.decode_client_message, messages.decode_daemon_message):
        with pytest.raises(MalformedMessage):
            decode(start + b"\x91" * 60_000)


@pytest.mark.parametrize(
    "value",
    [
        {"type": "ping", "id": -1},
        {"type": "ping", "id": 1 << 32},
        {"type": "ping"},
        {"type": "hello", "versions": [1], "client": bytes(15), "kind": "web"},
        {"type": "hello", "versions": [1] * 17, "client": bytes(16), "kind": "web"},
        {"type": "attach", "id": 1, "session": "x", "cols": 1, "rows": 1},
        {"type": "attach", "id": 1, "session": "x", "cols": 80, "rows": 1_001},
        {"type": "attach", "id": 1, "session": "x", "cols": 80, "rows": 24, "have": 1 << 53},
        {"type": "open", "id": 1, "agent": "a" * 257, "cols": 80, "rows": 24},
        {"type": "open", "id": 1, "agent": "shell", "cols": 80, "rows": 24, "command": []},
        {"type": "pair.start", "id": 1, "ttl": 29},
        {"type": "pair.start", "id": 1, "digits": 9},
    ],
    ids=str,
)
def test_values_out_of_range_are_malformed(value: dict[str, object]) -> None:
    with pytest.raises(MalformedMessage):
        messages.decode_client_message(msgspec.msgpack.encode(value))


def test_an_unknown_type_is_none_and_unknown_fields_are_ignored() -> None:
    assert messages.decode_client_message(msgspec.msgpack.encode({"type": "telepathy", "id": "?"})) is None
    known = msgspec.msgpack.encode({"type": "ping", "id": 3, "later": {"a": [1]}})
    assert messages.decode_client_message(known) == messages.Ping(id=3)


def test_a_pairing_is_not_in_what_is_printed() -> None:
    shown = repr(messages.PairStarted(id=1, url="https://relay/app/#secret", code="0417", expires_at=1.0))
    assert "secret" not in shown
    assert "0417" not in shown
