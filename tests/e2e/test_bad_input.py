"""Malformed, oversized, replayed, reordered and unknown input: the documented answer, and everybody else lives."""

import asyncio
import os
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from loopsy_daemon.wire import frames, limits, messages
from tests.support.daemon import Daemon
from tests.support.machine import LinkClosed, open_link
from tests.support.phone import Phone

PROTOCOL_ERROR = 4010
TOO_LARGE = 1009


async def ended_with(phone: Phone) -> int:
    with pytest.raises(LinkClosed) as closed:
        await phone.wait_for(lambda: False)
    return closed.value.code


async def alive(daemon: Daemon, witness: Phone) -> None:
    """The daemon and the relay go on, and another phone noticed nothing."""
    answer = await witness.request(lambda number: messages.Ping(id=number))
    assert isinstance(answer, messages.Pong)
    assert (await daemon.status()).relay is not None
    assert "Traceback" not in daemon.log()


def control(value: object) -> bytes:
    return b"\x00" + msgspec.msgpack.encode(value)


async def send_sealed(phone: Phone, message: bytes) -> None:
    await phone.send_raw(message)


async def send_frame(phone: Phone, frame: bytes) -> None:
    await phone.socket.send(frame)


async def send_text(phone: Phone, text: str) -> None:
    await phone.socket.send(text)


async def replay(phone: Phone) -> None:
    frame = phone.transport.seal(control({"type": "ping", "id": 1}))
    await phone.socket.send(frame)
    await phone.socket.send(frame)


async def reorder(phone: Phone) -> None:
    first, second = (phone.transport.seal(control({"type": "ping", "id": number})) for number in (1, 2))
    await phone.socket.send(second)
    await phone.socket.send(first)


async def drop_one(phone: Phone) -> None:
    phone.transport.seal(control({"type": "ping", "id": 1}))
    await phone.socket.send(phone.transport.seal(control({"type": "ping", "id": 2})))


async def flip_a_bit(phone: Phone) -> None:
    frame = bytearray(phone.transport.seal(control({"type": "ping", "id": 1})))
    frame[-1] ^= 1
    await phone.socket.send(bytes(frame))


HELLO = {"type": "hello", "versions": [1], "client": bytes(16), "kind": "bench"}
BAD: dict[str, tuple[Callable[[Phone], Awaitable[None]], int]] = {
    "a replayed frame": (replay, PROTOCOL_ERROR),
    "reordered frames": (reorder, PROTOCOL_ERROR),
    "a dropped frame": (drop_one, PROTOCOL_ERROR),
    "a flipped bit": (flip_a_bit, PROTOCOL_ERROR),
    "garbage as transport": (lambda phone: send_frame(phone, b"\x00" + os.urandom(64)), PROTOCOL_ERROR),
    "an unknown suite": (lambda phone: send_frame(phone, b"\x09" + os.urandom(96)), PROTOCOL_ERROR),
    "a short handshake": (lambda phone: send_frame(phone, b"\x01abc"), PROTOCOL_ERROR),
    "text from a phone": (lambda phone: send_text(phone, '{"type":"phone.close","conn":1}'), PROTOCOL_ERROR),
    "an oversized frame": (lambda phone: send_frame(phone, bytes(limits.MAX_LINK_PAYLOAD_BYTES + 1)), TOO_LARGE),
    "an unknown kind": (lambda phone: send_sealed(phone, b"\x07" + bytes(20)), PROTOCOL_ERROR),
    "half a header": (lambda phone: send_sealed(phone, b"\x02\x00\x00"), PROTOCOL_ERROR),
    "no MessagePack": (lambda phone: send_sealed(phone, b"\x00\xc1\xc1"), PROTOCOL_ERROR),
    "a second hello": (lambda phone: send_sealed(phone, control(HELLO)), PROTOCOL_ERROR),
    "a field of another type": (lambda phone: send_sealed(phone, control({"type": "ping", "id": "x"})), PROTOCOL_ERROR),
    "output from a phone": (lambda phone: send_sealed(phone, frames.encode_output(1, 0, b"x")), PROTOCOL_ERROR),
    "input for no stream": (lambda phone: send_sealed(phone, frames.encode_input(77, 0, b"x")), PROTOCOL_ERROR),
    "an ack for no stream": (lambda phone: phone.send(messages.Ack(stream=77, offset=0)), PROTOCOL_ERROR),
}


async def test_the_documented_close_code_for_each(daemon: Daemon) -> None:
    witness_machine, machine = await daemon.pair_phone("witness"), await daemon.pair_phone("rude")
    async with Phone.connected(witness_machine) as witness:
        session = await witness.open()
        stream = await witness.attach(session)
        for name, (misbehave, code) in BAD.items():
            async with Phone.connected(machine) as phone:
                await misbehave(phone)
                assert await ended_with(phone) == code, name
            await alive(daemon, witness)
        await witness.type(stream, b"echo still-$((40+2))\r")
        await witness.wait_output(stream, b"still-42")


async def test_an_unknown_type_is_ignored(daemon: Daemon) -> None:
    async with Phone.connected(await daemon.pair_phone()) as phone:
        await phone.send_raw(control({"type": "telepathy", "id": 5}))
        assert isinstance(await phone.request(lambda number: messages.Ping(id=number)), messages.Pong)


async def test_a_request_before_hello_and_a_version_that_nobody_speaks(daemon: Daemon) -> None:
    machine = await daemon.pair_phone()
    for first in ({"type": "list", "id": 1}, {**HELLO, "versions": [99]}):
        phone = Phone(machine, await open_link(machine), bytes(16))
        await phone.handshake()
        await phone.send_raw(control(first))
        frame = await phone.socket.recv()
        assert isinstance(frame, bytes)
        answer = frames.decode_message(phone.transport.open(frame))
        assert isinstance(answer, frames.Control)
        error = messages.decode_daemon_message(answer.body)
        assert isinstance(error, messages.Error)
        assert error.code == ("bad_request" if first["type"] == "list" else "unsupported_version")
        await phone.socket.wait_closed()
        assert phone.socket.close_code == PROTOCOL_ERROR


async def test_requests_that_cannot_be_fulfilled_say_why(daemon: Daemon) -> None:
    async with Phone.connected(await daemon.pair_phone()) as phone:
        session = await phone.open(name="mine")
        cases: list[tuple[Callable[[int], messages.Message], str]] = [
            (lambda number: messages.Open(id=number, agent="shell", cols=80, rows=24, name="mine"), "name_taken"),
            (lambda number: messages.Open(id=number, agent="shell", cols=80, rows=24, name="a\x1bb"), "bad_request"),
            (lambda number: messages.Open(id=number, agent="nobody", cols=80, rows=24), "unknown_agent"),
            (
                lambda number: messages.Open(id=number, agent="shell", cols=80, rows=24, cwd="/no/where"),
                "bad_directory",
            ),
            (lambda number: messages.Attach(id=number, session="../../etc", cols=80, rows=24), "unknown_session"),
            (lambda number: messages.Kill(id=number, session="gone"), "unknown_session"),
            (lambda number: messages.Dismiss(id=number, session=session), "bad_request"),
            (lambda number: messages.Signal(id=number, session=session, signal="NUKE"), "bad_request"),
            (lambda number: messages.Rename(id=number, session=session, name="x" * 65), "bad_request"),
        ]
        for build, code in cases:
            answer = await phone.request(build)
            assert isinstance(answer, messages.Error), build
            assert answer.code == code
            assert answer.message.endswith(".")


async def test_input_with_a_gap_or_beyond_the_window_ends_the_connection(daemon: Daemon) -> None:
    machine = await daemon.pair_phone()
    async with Phone.connected(machine) as opener:
        session = await opener.open()
    for offset, data in ((5, b"gap"), (0, bytes(65_000))):
        async with Phone.connected(machine) as phone:
            stream = await phone.attach(session)
            await phone.send_raw(frames.encode_input(stream.number, offset, data))
            if offset == 0:  # the window is 65,536 bytes; the program takes none of these: they are one endless line
                await phone.send_raw(frames.encode_input(stream.number, len(data), bytes(65_000)))
            assert await ended_with(phone) == PROTOCOL_ERROR


async def test_a_local_client_that_does_not_speak_the_protocol(daemon: Daemon) -> None:
    for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\x00\x00\x00\x00", b"\x00\x00\x00\x02\x00", os.urandom(300)):
        reader, writer = await asyncio.open_unix_connection(str(daemon.paths.socket))
        writer.write(garbage)
        writer.write_eof()
        while await reader.read(4_096):
            pass  # an error message, perhaps; then the end
        writer.close()
    assert (await daemon.status()).version
