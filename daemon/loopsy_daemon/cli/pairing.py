"""The conversation about one pairing: open it, wait for the phone, cancel it when the person goes away."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from loopsy_daemon.cli.daemon import ask
from loopsy_daemon.cli.pairing_screen import Countdown
from loopsy_daemon.cli.results import PairEnded, PairOpened
from loopsy_daemon.errors import ConnectionLost, LoopsyError
from loopsy_daemon.wire import messages

if TYPE_CHECKING:
    from loopsy_daemon.service.client import DaemonClient

COUNTDOWN_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Pairing:
    """What is asked for, and who shows it once it is open."""

    ttl_seconds: int
    digits: int
    opened: Callable[[PairOpened], None]

    async def run(self, client: "DaemonClient") -> PairEnded:
        """Return how the pairing ended. Raises RequestFailed, ConnectionLost."""
        request = messages.PairStart(id=client.next_id(), ttl=self.ttl_seconds, digits=self.digits)
        started = await ask(client, request, messages.PairStarted)
        try:
            self.opened(PairOpened(url=started.url, code=started.code, expires_at=started.expires_at))
            return await _wait_for_end(client, Countdown(started.expires_at))
        except BaseException:
            with suppress(LoopsyError):  # the daemon may be gone, and the pairing with it
                await ask(client, messages.PairCancel(id=client.next_id()), messages.Ok)
            raise


async def _wait_for_end(client: "DaemonClient", countdown: Countdown) -> PairEnded:
    ticking = asyncio.create_task(_tick(countdown))
    try:
        async for pushed in client.messages():
            match pushed:
                case messages.Event(name="phone.paired", details=details):
                    return PairEnded("paired", str(details.get("phone_id", "")), str(details.get("label", "")))
                case messages.Event(name="pair.ended", details={"outcome": outcome}) if outcome != "paired":
                    return PairEnded(str(outcome))
                case messages.Event(name="pair.wrong_code", details={"left": left}):
                    countdown.interrupt(f"Wrong code; {left} more tries.")
                case _:
                    pass
        raise ConnectionLost
    finally:
        ticking.cancel()
        countdown.clear()


async def _tick(countdown: Countdown) -> None:
    while True:
        countdown.show()
        await asyncio.sleep(COUNTDOWN_SECONDS)
