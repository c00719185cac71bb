"""A session in the local terminal from hello to goodbye: what is said around it, and the exit status it gives."""

import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from loopsy_daemon.cli.daemon import SIGNALLED_STATUS
from loopsy_daemon.cli.text import printable
from loopsy_daemon.cli.viewing import Detached, Viewing

if TYPE_CHECKING:
    from loopsy_daemon.cli.terminal import LocalTerminal
    from loopsy_daemon.service.client import DaemonClient
    from loopsy_daemon.wire import messages


async def show_session(client: "DaemonClient", terminal: "LocalTerminal", session: "messages.SessionInfo") -> int:
    """Show the session until it ends or the user leaves, and return the exit status for this process."""
    name = printable(session.name)
    with terminal:
        ending = await Viewing(client, terminal).run(session.id)
    if isinstance(ending, Detached):
        _say(f"[left {name}; back to it: loopsy attach {session.id}]")
        return 0
    _say(f"[{name} has ended]")
    return _exit_status(ending)


def _exit_status(ending: "messages.Exit") -> int:
    if ending.signal is not None:
        number = 0
        with suppress(KeyError):
            number = signal.Signals[f"SIG{ending.signal.removeprefix('SIG')}"]
        return SIGNALLED_STATUS + number
    return ending.code if ending.code is not None else 1


def _say(line: str) -> None:
    with suppress(OSError):  # the terminal may be gone
        print(line, file=sys.stderr, flush=True)
