"""An exchange's tables in memory, and the machines that ask."""

import sqlite3

from loopsy_daemon.exchange.operations import Actor
from loopsy_daemon.exchange.schema import migrate

HERE = Actor("studio")
LAPTOP = Actor("laptop", "l" * 26)
TABLET = Actor("tablet", "t" * 26)


def new_tables() -> sqlite3.Connection:
    """Return a connection to fresh tables."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    migrate(connection, "memory")
    return connection
