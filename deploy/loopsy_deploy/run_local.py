"""The relay of this machine in the foreground: started, announced, stopped by a signal."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from loopsy_deploy.local import LocalRelay

WEBAPP_DIST: Final = Path(__file__).resolve().parents[2] / "webapp" / "dist"


async def run_local(state_directory: Path, host: str, port: int, allowed_origins: Sequence[str]) -> None:
    """Run until SIGINT or SIGTERM. Raises LocalRelayError."""
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    state_directory.parent.mkdir(parents=True, exist_ok=True)
    async with LocalRelay(
        state_directory, assets_directory=WEBAPP_DIST, host=host, port=port, allowed_origins=allowed_origins
    ) as relay:
        print(relay.url, flush=True)
        print(
            f"Register this machine: loopsy-deploy-relay invite --state {state_directory}"
            f" | loopsy relay configure {relay.url} --invite-file -\nCtrl-C stops the relay.",
            file=sys.stderr,
        )
        watching = asyncio.create_task(relay.watch())
        waiting = asyncio.create_task(interrupted.wait())
        done, _ = await asyncio.wait({watching, waiting}, return_when=asyncio.FIRST_COMPLETED)
        for task in (watching, waiting):
            task.cancel()
        if watching in done:
            watching.result()
