"""What a relay answers to `/health`, waited for after a deployment until the new version is the one that answers."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from loopsy_daemon.errors import RelayError
from loopsy_daemon.relay.api import RelayHealth, read_health
from loopsy_deploy.errors import NotServed

DEADLINE_SECONDS: Final = 90.0
"""A new workers.dev address takes up to a minute to be known everywhere."""
_FIRST_PAUSE_SECONDS: Final = 0.2
_MAX_PAUSE_SECONDS: Final = 3.0
_QUIET_SECONDS: Final = 2.0


def wait_until_served(
    url: str, deployment: str, say: Callable[[str], None], *, deadline_seconds: float = DEADLINE_SECONDS
) -> RelayHealth:
    """Wait until the deployment answers at the address and return what it says of itself. Raises NotServed."""
    started = time.monotonic()
    pause_seconds = _FIRST_PAUSE_SECONDS
    told = False
    while True:
        try:
            health: RelayHealth | None = asyncio.run(read_health(url))
            reason = f"it answers as deployment {health.deployment}" if health else ""
        except RelayError as error:
            health, reason = None, error.message
        if health is not None and health.deployment == deployment:
            return health
        waited = time.monotonic() - started
        if waited + pause_seconds > deadline_seconds:
            raise NotServed(
                f"The relay is deployed, but {url} does not serve it after {waited:.0f} s: {reason}",
                "wait a minute, then: loopsy-deploy-relay status",
            )
        if not told and waited > _QUIET_SECONDS:
            say(f"waiting for {url}: {reason}")
            told = True
        time.sleep(pause_seconds)
        pause_seconds = min(pause_seconds * 2, _MAX_PAUSE_SECONDS)
