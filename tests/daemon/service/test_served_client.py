import logging
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from loopsy_daemon.service.client_streams import MAX_STREAMS_PER_CLIENT
from loopsy_daemon.wire import frames, messages
from tests.support.served_client import Rig


@pytest.fixture
async def rig(home: Path) -> AsyncIterator[Rig]:
    rig = Rig(home)
    yield rig
    rig.close()


@pytest.mark.parametrize("cwd", ["/" + "x" * 4_000, "\x00", "/proc/self/mem/x", "../" * 1_000 + "nowhere"])
async def test_a_directory_that_cannot_be_is_refused_and_nothing_else_happens(rig: Rig, cwd: str) -> None:
    rig.hello()
    (answer,) = rig.say(messages.Open(id=4, agent="shell", cols=80, rows=24, cwd=cwd))
    assert isinstance(answer, messages.Error)
    assert (answer.id, answer.code) == (4, "bad_directory")
    assert rig.wire.closed == []


async def test_a_defect_ends_one_client_and_not_the_link(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.hello()
    rig.registry.rename = lambda session_id, name: 1 / 0  # type: ignore[assignment,method-assign]
    rig.say(messages.Rename(id=1, session="x", name="y"))
    assert rig.wire.closed == [1000]
    assert [entry.levelno for entry in caplog.records if entry.exc_info] == [logging.ERROR]


async def test_hello_comes_first_and_once(rig: Rig) -> None:
    (answer,) = rig.say(messages.List(id=1))
    assert isinstance(answer, messages.Error)
    rig.client.receive(frames.encode_input(1, 0, b"x"))
    rig.wire.answers()
    rig.hello()
    rig.say(messages.Hello(versions=[1], client=bytes(16), kind="web"))
    assert rig.wire.closed == [4010, 4010, 4010]


@pytest.mark.parametrize(
    "message",
    [
        frames.encode_output(1, 0, b"x"),
        frames.encode_control(b"\xc1"),
        frames.encode_input(1, 0, b"x"),
        frames.encode_control(messages.encode(messages.Ack(stream=1, offset=0))),
        frames.encode_control(messages.encode(messages.Detach(id=1, stream=0))),
        b"",
    ],
    ids=range(6),
)
async def test_what_is_not_allowed_closes(rig: Rig, message: bytes) -> None:
    rig.hello()
    rig.client.receive(message)
    assert rig.wire.closed == [4010]


async def test_a_type_that_is_not_known_is_ignored(rig: Rig) -> None:
    rig.hello()
    rig.client.receive(frames.encode_control(msgspec.msgpack.encode({"type": "telepathy"})))
    assert (rig.wire.sent, rig.wire.closed) == ([], [])


async def test_what_lies_above_a_screen_is_told_in_pieces_and_refused_where_it_is_unknown(rig: Rig) -> None:
    rig.hello()
    (opened,) = rig.say(messages.Open(id=1, agent="shell", cols=80, rows=24))
    assert isinstance(opened, messages.Opened)
    attach = messages.Attach(id=2, session=opened.session.id, cols=80, rows=24)
    attached = rig.say(attach)[0]
    assert isinstance(attached, messages.Attached)
    answer = rig.say(messages.History(id=3, stream=attached.stream))[-1]
    assert answer == messages.Scrollback(id=3, data=b"", oldest=True)
    rig.say(messages.Detach(id=4, stream=attached.stream))
    answer = rig.say(messages.History(id=5, stream=attached.stream))[-1]
    assert isinstance(answer, messages.Error)
    assert (answer.id, answer.code) == (5, "no_history")
    assert rig.wire.closed == []


async def test_a_client_that_says_nothing_is_given_up_after_a_megabyte(rig: Rig) -> None:
    rig.hello()
    listed = messages.Error(code="x", message="y" * 1_000)
    for _ in range(1_000):
        rig.client.send(listed)
    rig.say(messages.Ping(id=1))
    for _ in range(1_000):
        rig.client.send(listed)
    assert rig.wire.closed == []
    for _ in range(60):
        rig.client.send(listed)
    assert rig.wire.closed[0] == 4008


async def test_one_client_follows_only_so_many_sessions(rig: Rig) -> None:
    rig.hello()
    (opened,) = rig.say(messages.Open(id=1, agent="shell", cols=80, rows=24))
    assert isinstance(opened, messages.Opened)
    attach = messages.Attach(id=2, session=opened.session.id, cols=80, rows=24)
    for _ in range(MAX_STREAMS_PER_CLIENT):
        assert isinstance(rig.say(attach)[0], messages.Attached)
    assert isinstance(rig.say(attach)[0], messages.Error)
    assert isinstance(rig.say(messages.Detach(id=3, stream=1))[-1], messages.Ok)
    answer = rig.say(attach)[0]
    assert isinstance(answer, messages.Attached)
    assert answer.stream == MAX_STREAMS_PER_CLIENT + 1, "numbers are not used again"
    rig.client.receive(frames.encode_input(1, 0, b"late"))  # to a stream that was detached
    assert rig.wire.closed == []
    rig.client.disconnected()
    assert rig.registry.infos()[0].clients == 0


async def test_only_a_client_behind_the_relay_may_ask_what_is_used_of_it(rig: Rig) -> None:
    rig.hello()
    (refused,) = rig.say(messages.UsageAsk(id=7))
    assert isinstance(refused, messages.Error)
    assert (refused.id, refused.code) == (7, "not_permitted")
