"""A session in the local terminal from hello to goodbye: what is said around it, and the exit status it gives."""

import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from loopsy_daemon.cli.daemon import SIGNALLED_STATUS
from loopsy_daemon.cli.detach_keys import Prefix, parse_prefix
from loopsy_daemon.cli.text import printable
from loopsy_daemon.cli.viewing import Detached, Viewing
from loopsy_daemon.errors import UsageError
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.cli.terminal import LocalTerminal
    from loopsy_daemon.config import AttachConfig
    from loopsy_daemon.service.client import DaemonClient
    from loopsy_daemon.wire import messages


def refuse_nesting(hint: str, *, force: bool) -> None:
    """Raise UsageError inside a session: a session in a session is almost always a mistake."""
    if os.environ.get("LOOPSY_SESSION") and not force:
        raise UsageError("This terminal is a Loopsy session already.", hint)


def chosen_prefix(option: str | None, configured: "AttachConfig") -> Prefix:
    """Return the key to leave with: that of the option, or the configured one. Raises UsageError."""
    return parse_prefix(configured.prefix if option is None else option)


async def show_session(
    client: "DaemonClient",
    terminal: "LocalTerminal",
    session: "messages.SessionInfo",
    prefix: Prefix,
    wait_seconds: float,
) -> int:
    """Show the session until it ends or the user leaves, and return the exit status for this process."""
    name = printable(session.name)

    async def reconnect() -> "DaemonClient":
        return await type(client).connect(Paths.from_environment().socket, client=client.client_id)

    with terminal:
        viewing = Viewing(client, terminal, session.id, prefix, reconnect=reconnect, wait_seconds=wait_seconds)
        ending = await viewing.run()
    if isinstance(ending, Detached):
        if ending.lost_input:
            say(f"[what was typed last did not reach {name}]")
        say(f"[left {name}; back to it: loopsy attach {session.id}]")
        return 0
    say(f"[{name} has ended; what it printed: loopsy output {session.id}]")
    return _exit_status(ending)


def _exit_status(ending: "messages.Exit") -> int:
    if ending.signal is not None:
        number = 0
        with suppress(KeyError):
            number = signal.Signals[f"SIG{ending.signal.removeprefix('SIG')}"]
        return SIGNALLED_STATUS + number
    return ending.code if ending.code is not None else 1


def say(line: str) -> None:
    """Tell the person something after the session has left the terminal."""
    with suppress(OSError):  # the terminal may be gone
        print(line, file=sys.stderr, flush=True)
