"""The daemon as it is, which also writes down how many asyncio tasks it has when it gets SIGUSR1."""

import asyncio
import gc
import signal
import sys
from typing import Any, Final

from loopsy_daemon.paths import Paths
from loopsy_daemon.service import main as service

TASKS_FILE: Final = "asyncio-tasks"
_serve = service.serve


async def serve(*arguments: Any, **options: Any) -> None:
    """Serve, and count when asked."""
    file = Paths.from_environment().home / TASKS_FILE

    def count() -> None:
        gc.collect()  # garbage that waits for the collector is no leak
        beside = file.with_suffix(".new")
        beside.write_text(str(len(asyncio.all_tasks())))
        beside.rename(file)

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, count)
    await _serve(*arguments, **options)


if __name__ == "__main__":
    service.serve = serve
    sys.exit(service.run(Paths.from_environment().home))
