"""What the relay is used: counted as the platform counts, and by the day."""

import json

from websockets.asyncio.server import ServerConnection

from loopsy_daemon.relay.usage import DAY_SECONDS, DailyUsage, Usage
from tests.daemon.relay.links import linked, relay_that
from tests.daemon.relay.rig import phone_id

NOON = 20_000 * DAY_SECONDS + 43_200.0


def test_a_count_begins_with_the_daemon_and_anew_at_midnight() -> None:
    now = NOON
    usage = DailyUsage(lambda: now)
    usage.connected()
    usage.message_sent()
    now += 43_199
    usage.message_sent()
    assert usage.today == Usage(since=NOON, messages=2, connections=1)
    now += 1
    usage.message_sent()
    assert usage.today == Usage(since=NOON + 43_200, messages=1, connections=0)
    now += 3 * DAY_SECONDS
    assert usage.today == Usage(since=NOON + 43_200 + 3 * DAY_SECONDS, messages=0, connections=0)


async def test_messages_of_both_sides_count_and_pings_do_not() -> None:
    async def behave(connection: ServerConnection, number: int) -> None:
        assert await connection.recv() == "ping"
        await connection.send("pong")
        await connection.send(json.dumps({"type": "phones", "phones": []}))
        await connection.send(json.dumps({"type": "phone.up", "conn": 1, "phone_id": phone_id(1)}))
        await connection.send(b"\0\0\0\1from the phone")
        assert await connection.recv() == b"\0\0\0\1from the laptop"
        await connection.send(b"\0\0\0\1again")
        await connection.wait_closed()

    usage = DailyUsage()
    async with relay_that(behave) as url, linked(url, usage) as (link, heard):
        link.send_frame(1, b"dropped: the link is not up")
        await heard.until(lambda: ("frame", 1, b"from the phone") in heard.told)
        link.send_frame(1, b"from the laptop")
        await heard.until(lambda: ("frame", 1, b"again") in heard.told)
    assert (usage.today.messages, usage.today.connections) == (3, 2)
