"""Conversations of one command with the daemon of this home."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeVar

from loopsy_daemon.errors import ConnectionLost, DaemonNotRunning
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.service.client import DaemonClient
    from loopsy_daemon.wire import messages

SIGNALLED_STATUS: Final = 128
_ENDING_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
T = TypeVar("T")
M = TypeVar("M", bound="messages.Message")


def with_daemon(talk: "Callable[[DaemonClient], Awaitable[T]]", paths: Paths | None = None) -> T:
    """Connect, talk, close, and return what the talk returned. Raises DaemonNotRunning.

    A signal that ends the process cancels the talk first, so that it can leave terminal and daemon in order.
    """
    received: list[signal.Signals] = []

    async def conversation() -> T:
        from loopsy_daemon.service.client import DaemonClient

        task = asyncio.current_task()
        assert task is not None
        for number in _ENDING_SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, _end_by, number, received, task)
        client = await DaemonClient.connect((paths or Paths.from_environment()).socket)
        try:
            return await talk(client)
        finally:
            await client.close()

    try:
        return asyncio.run(conversation())
    except asyncio.CancelledError:
        if not received:
            raise
        sys.exit(SIGNALLED_STATUS + received[0])


def _end_by(number: signal.Signals, received: list[signal.Signals], task: "asyncio.Task[T]") -> None:
    received.append(number)
    task.cancel()


async def ask(client: "DaemonClient", message: "messages.Message", answer: type[M]) -> M:
    """Send a request and return its answer, which must be of the type. Raises RequestFailed, ConnectionLost."""
    found = await client.request(message)
    if not isinstance(found, answer):
        raise ConnectionLost("The daemon gave an answer that this version does not understand.", "loopsy restart")
    return found


def tell_relay_changed(paths: Paths) -> bool:
    """Ask a running daemon to read the relay's configuration again; return whether one runs."""

    async def talk(client: "DaemonClient") -> None:
        from loopsy_daemon.wire import messages

        await ask(client, messages.RelayReload(id=client.next_id()), messages.Ok)

    try:
        with_daemon(talk, paths)
    except DaemonNotRunning:
        return False
    return True


def read_status(paths: Paths) -> "messages.StatusReport | None":
    """Return what the daemon says of itself, or None if it does not run."""

    async def talk(client: "DaemonClient") -> "messages.StatusReport":
        from loopsy_daemon.wire import messages

        return await ask(client, messages.Status(id=client.next_id()), messages.StatusReport)

    try:
        return with_daemon(talk, paths)
    except DaemonNotRunning:
        return None
