"""`make soak`: use everything for a long time, with faults, and look whether daemon, keeper or relay grow."""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import uvloop

from loopsy_daemon import config, files
from loopsy_daemon.paths import Paths
from loopsy_daemon.relay.api import register_device
from loopsy_deploy.local import LocalRelay, RateLimits
from tests.soak.crowd import Crowd
from tests.soak.samples import Sample, leaks, render, take_sample
from tests.support.daemon import running_daemon
from tests.support.process_figures import processes_with_argument
from tests.support.proxy import proxy_to

SAMPLES = 12
NO_LIMITS = RateLimits(register=1_000_000, pair=1_000_000, link=1_000_000)
# Small, so that all of it is in use after a third of the time.
SCROLLBACK_LINES = 500
OUTPUT_LOG_BYTES = 524_288
KEEPER_ENDS_SECONDS = 30.0


async def soak(minutes: float, sessions: int, phones: int, seed: int) -> int:
    """Return 0 if nothing grew."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loopsy-soak-")))
        relay = LocalRelay(directory / "relay", assets_directory=directory / "no-app", rate_limits=NO_LIMITS)
        await stack.enter_async_context(relay)
        daemon_path = await stack.enter_async_context(proxy_to(relay.url))
        device = await register_device(relay.url, relay.registration_secret)
        _configure(directory / "home")
        daemon = await stack.enter_async_context(
            running_daemon(
                directory / "home",
                daemon_path.url,
                device.device_id,
                device.device_secret,
                module="tests.soak.watched_daemon",
            )
        )
        machines = [await daemon.pair_phone(f"phone {number}") for number in range(phones)]
        crowd = Crowd(daemon, daemon_path, relay.url, random.Random(seed))
        for _ in range(sessions):
            await crowd.open()
        started = time.monotonic()
        samples: list[Sample] = []
        for _ in range(SAMPLES):
            await crowd.use(machines, minutes * 60 / SAMPLES)
            samples.append(await take_sample((time.monotonic() - started) / 60, daemon, relay))
            print(f"{samples[-1].minutes:.1f} minutes", file=sys.stderr, flush=True)
        print(render(samples))
        print(", ".join(f"{count} {what}" for what, count in sorted(crowd.counts.items())))
        for session in list(crowd.sessions):
            await crowd.end(session)
        found = leaks(samples)
        if not await _keeper_has_ended(str(daemon.paths.keeper_socket)):
            found.append("the keeper did not end with its last session")
    print("\n".join(found) or "nothing grew")
    return 1 if found else 0


def _configure(home: Path) -> None:
    files.private_directory(home)
    config.update(
        Paths.of(home).config,
        lambda former: msgspec.structs.replace(
            former,
            sessions=msgspec.structs.replace(
                former.sessions, scrollback_lines=SCROLLBACK_LINES, output_log_bytes=OUTPUT_LOG_BYTES
            ),
        ),
    )


async def _keeper_has_ended(socket: str) -> bool:
    give_up_at = time.monotonic() + KEEPER_ENDS_SECONDS
    while processes_with_argument(socket):
        if time.monotonic() > give_up_at:
            return False
        await asyncio.sleep(0.1)
    return True


def main() -> int:
    """Soak; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.main", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--phones", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(soak(arguments.minutes, arguments.sessions, arguments.phones, arguments.seed))


if __name__ == "__main__":
    sys.exit(main())
