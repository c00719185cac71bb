"""The simulated line and the proxy that is made of two: what tests of bad networks stand on."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.proxy import Proxy, proxy_to
from tests.support.shaping import Line, Shape

DEADLINE_SECONDS = 15.0
SHAPES = st.builds(
    Shape,
    delay_seconds=st.floats(0, 1),
    jitter_seconds=st.floats(0, 1),
    bytes_per_second=st.floats(100, 1e9),
    holds_bytes=st.integers(1, 100_000),
    stall_seconds=st.floats(0, 1),
    stall_every_seconds=st.floats(1.5, 10),
)


def test_a_line_has_a_delay_and_a_rate() -> None:
    line = Line(Shape(delay_seconds=0.1, bytes_per_second=1_000), 0)
    assert line.enter(500, now=1) == pytest.approx(1.6)
    assert line.enter(500, now=1) == pytest.approx(2.1), "it waits for what is before it, and for nothing else"
    assert line.enter(100, now=9) == pytest.approx(9.2)


def test_a_line_that_is_full_takes_more_when_the_first_bytes_are_out() -> None:
    line = Line(Shape(bytes_per_second=1_000, holds_bytes=1_000), 0)
    line.enter(400, now=0)
    line.enter(600, now=0)
    assert line.room_bytes(0.3) == 0
    assert line.room_at() == pytest.approx(0.4)
    assert line.room_bytes(line.room_at()) == 400
    assert line.room_bytes(1.0) == 1_000


def test_in_a_stall_nothing_comes_out() -> None:
    line = Line(Shape(stall_seconds=1, stall_every_seconds=5), began_at=100)
    assert line.enter(1, now=100.25) == 101
    assert line.enter(1, now=104.5) == 104.5
    assert line.enter(1, now=105.5) == 106


@given(shape=SHAPES, steps=st.lists(st.tuples(st.floats(0, 2), st.integers(1, 100_000))))
def test_bytes_stay_in_order_come_no_sooner_than_they_can_and_never_in_a_stall(
    shape: Shape, steps: list[tuple[float, int]]
) -> None:
    line, now, last = Line(shape, 0), 0.0, 0.0
    for pause_seconds, wanted_bytes in steps:
        now += pause_seconds
        size_bytes = min(wanted_bytes, line.room_bytes(now))
        if not size_bytes:
            assert line.room_at() > now
            continue
        out_at = line.enter(size_bytes, now)
        assert out_at >= max(last, now + shape.delay_seconds + size_bytes / shape.bytes_per_second - 1e-6)
        into_period_seconds = out_at % shape.stall_every_seconds
        assert into_period_seconds >= shape.stall_seconds - 1e-6 or into_period_seconds < 1e-6
        last = out_at


class Echo:
    """A server that sends back what it gets, and counts it."""

    def __init__(self) -> None:
        self.received_bytes = 0
        self.ended = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                self.received_bytes += len(data)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            self.ended += 1
            writer.transport.abort()


@asynccontextmanager
async def echo_behind_proxy() -> AsyncIterator[tuple[Echo, Proxy, asyncio.StreamReader, asyncio.StreamWriter]]:
    echo = Echo()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    async with proxy_to(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.url.rsplit(":", 1)[1]))
        try:
            yield echo, proxy, reader, writer
        finally:
            writer.transport.abort()
            await until(lambda: echo.ended == 1)
            server.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_round_trip_takes_both_delays() -> None:
    async with echo_behind_proxy() as (_, proxy, reader, writer):
        proxy.reshape(up=Shape(delay_seconds=0.05), down=Shape(delay_seconds=0.1))
        started = time.monotonic()
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        assert time.monotonic() - started >= 0.15


async def test_a_narrow_line_holds_its_sender_back() -> None:
    async with echo_behind_proxy() as (echo, proxy, reader, writer):
        proxy.reshape(up=Shape(bytes_per_second=1_000_000, holds_bytes=16_384))
        started = time.monotonic()
        writer.write(bytes(200_000))
        assert await reader.readexactly(200_000) == bytes(200_000)
        assert time.monotonic() - started >= 0.2
        assert echo.received_bytes == 200_000


@pytest.mark.parametrize("size_bytes", [0, 1, 70_001])
async def test_a_cut_is_at_its_byte(size_bytes: int) -> None:
    async with echo_behind_proxy() as (echo, proxy, reader, writer):
        proxy.reshape(down=Shape(delay_seconds=60))  # so that only one direction counts
        writer.write(b"x")
        await until(lambda: echo.received_bytes == 1)
        proxy.cut_after(size_bytes)
        writer.write(bytes(200_000))
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        await until(lambda: echo.ended == 1)
        assert echo.received_bytes == 1 + size_bytes


async def test_a_silent_connection_carries_nothing_and_does_not_end() -> None:
    async with echo_behind_proxy() as (echo, proxy, reader, writer):
        writer.write(b"a")
        assert await reader.readexactly(1) == b"a"
        proxy.fall_silent()
        writer.write(b"b")
        other_reader, other = await asyncio.open_connection("127.0.0.1", int(proxy.url.rsplit(":", 1)[1]))
        other.write(b"new")
        assert await other_reader.readexactly(3) == b"new", "a new connection works"
        assert echo.received_bytes == 4
        assert not reader.at_eof()
        other.close()
        await until(lambda: echo.ended == 1)
        proxy.cut_after(0)
        await until(lambda: echo.ended == 2)
        echo.ended = 1


async def test_what_was_said_before_the_end_arrives() -> None:
    async with echo_behind_proxy() as (_, proxy, reader, writer):
        proxy.reshape(down=Shape(delay_seconds=0.1))
        writer.write(bytes(300_000))
        writer.write_eof()
        assert await reader.read(-1) == bytes(300_000)
