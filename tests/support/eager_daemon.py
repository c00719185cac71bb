"""The daemon as it is, but that it asks its peers again sooner and gives a busy one more time to answer."""

from typing import Final

from loopsy_daemon.lan import courier, presence, remote
from tests.support.forked import daemon_main

EVERY_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 15.0


def eager_daemon_main() -> None:
    """Be the daemon."""
    vars(presence)["CHECK_SECONDS"] = EVERY_SECONDS
    vars(courier)["ASK_SECONDS"] = EVERY_SECONDS
    vars(remote)["CONNECT_SECONDS"] = PATIENCE_SECONDS
    daemon_main()
