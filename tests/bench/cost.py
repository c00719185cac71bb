"""What an hour of use costs at the relay, in messages that it is sent, and as a share of Cloudflare's free plan."""

import asyncio

from tests.bench.rig import Rig
from tests.bench.usage import HOUR, READY, Activity
from tests.support.parsing_phone import ParsingPhone

# The free plan's 100,000 requests a day; a message that comes in on a WebSocket counts a twentieth, a text that the
# runtime answers by itself (the link's ping) and whatever goes out count nothing.
FREE_REQUESTS_PER_DAY = 100_000
MESSAGES_PER_REQUEST = 20
HOURS_PER_DAY = 8
# While it is visible the app asks the daemon every 2.5 s: a message each way.
APP_PING_SECONDS = 2.5


async def measure_cost(rig: Rig) -> dict[str, float]:
    """Return messages in an hour, of both sides, and the share of the free plan that 8 hours a day take."""
    counts = await asyncio.gather(*(_messages_per_hour(rig, activity) for activity in HOUR))
    messages = sum(counts) + 2 * 3_600 / APP_PING_SECONDS
    share = HOURS_PER_DAY * messages / MESSAGES_PER_REQUEST / FREE_REQUESTS_PER_DAY
    return {"relay_messages_per_hour": messages, "relay_free_plan_share": share}


async def _messages_per_hour(rig: Rig, activity: Activity) -> float:
    session = await rig.open(activity.command)
    async with ParsingPhone.parsing(rig.machine) as phone:
        stream = await phone.attach(session, cols=120, rows=40)
        await phone.wait_shown(READY)
        before = phone.frames_sent + phone.frames_received
        await activity.play(phone, stream, activity.played_seconds)
        played = phone.frames_sent + phone.frames_received - before
    return played / activity.played_seconds * activity.seconds_per_hour
