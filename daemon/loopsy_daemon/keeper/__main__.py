"""Start of the keeper: `python -I -S …/loopsy_daemon/keeper SOCKET`, the listening socket as stdin.

It returns at once; the keeper itself goes on as nobody's child, in a session of its own.
"""

import os
import signal
import socket
import sys

# Without the site's packages, which it does not need: it starts in half the time and memory.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

from loopsy_daemon.keeper.process import run  # noqa: E402


def main() -> None:
    """Leave whoever started us, and keep programs."""
    if os.fork():
        os._exit(0)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE):  # a terminal that ends is none of our business
        signal.signal(number, signal.SIG_IGN)
    listener = socket.socket(fileno=os.dup(0))
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    run(listener, sys.argv[1])


main()
