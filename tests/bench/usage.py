"""An hour of use, as a script: what a person and programs do, how often in the hour, and how to play some of it."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.support.parsing_phone import ParsingPhone
from tests.support.phone_stream import Stream

READY = b"ready"
TYPING = ["bash", "--norc", "-c", "PS1='$ '; printf ready; exec bash --norc -i"]
WAITING = f"printf {READY.decode()}; read _; "
# A build says something every 0.1 s, a line or a few, as compilers and test runners do.
BUILD = ["sh", "-c", WAITING + 'n=0; while :; do n=$((n+1)); echo "[$n/900] CC src/module_$n.c"; sleep 0.1; done']
# A coding agent redraws a line of status ten times a second while it works.
AGENT = ["sh", "-c", WAITING + "while :; do printf '\\r\\033[2K* Thinking... (%s)' \"$(date +%N)\"; sleep 0.1; done"]
# A monitor redraws its screen every second.
MONITOR = ["sh", "-c", WAITING + "while :; do printf '\\033[H'; seq -f 'process %030.0f running' 1 38; sleep 1; done"]
# A full-screen editor redraws its screen for every key.
EDITOR = ["sh", "-c", "stty raw -echo; printf ready; while dd bs=1 count=1 2>/dev/null; do seq -f '%050.0f' 1 38; done"]

COMMAND = b"echo loopsy!\r"

Play = Callable[[ParsingPhone, Stream, float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that goes on for `seconds_per_hour`, of which `played_seconds` are played and counted."""

    name: str
    command: list[str]
    seconds_per_hour: float
    played_seconds: float
    play: Play


async def type_commands(phone: ParsingPhone, stream: Stream, seconds: float) -> None:
    """Type five keys a second."""
    chooser = random.Random(5)
    for key in range(int(seconds * 5)):
        await phone.type(stream, COMMAND[key % len(COMMAND) :][:1])
        await asyncio.sleep(chooser.uniform(0.1, 0.3))


async def watch(phone: ParsingPhone, stream: Stream, seconds: float) -> None:
    """Let the program begin, and watch it."""
    await phone.type(stream, b"\n")
    await asyncio.sleep(seconds)


async def hold_a_key(phone: ParsingPhone, stream: Stream, seconds: float) -> None:
    """Hold a key that repeats twenty times a second, as when scrolling."""
    for _ in range(int(seconds * 20)):
        await phone.type(stream, b"j")
        await asyncio.sleep(0.05)


HOUR = (
    Activity("typing", TYPING, 600, 8, type_commands),
    Activity("builds", BUILD, 600, 8, watch),
    Activity("an agent at work", AGENT, 900, 8, watch),
    Activity("a monitor", MONITOR, 300, 8, watch),
    Activity("scrolling in an editor", EDITOR, 60, 3, hold_a_key),
)
"""What is left of the hour is reading. The app is visible all the time."""
