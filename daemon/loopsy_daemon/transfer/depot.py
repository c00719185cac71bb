"""The files of one home: what was uploaded to it, and the rules of what may be read from its machine."""

from collections.abc import Callable, Container
from pathlib import Path
from typing import Self

from loopsy_daemon.config import TransferConfig
from loopsy_daemon.paths import Paths
from loopsy_daemon.transfer.rules import Rules
from loopsy_daemon.transfer.upload_store import UploadStore
from loopsy_daemon.transfer.uploads import Uploads


class Depot:
    """What all clients of a daemon share."""

    def __init__(self, uploads: Uploads, rules: Rules) -> None:
        self.uploads = uploads
        self.rules = rules

    @classmethod
    def of(cls, paths: Paths, config: TransferConfig, home: Path, sessions: Callable[[], Container[str]]) -> Self:
        """Return the depot of a home; `home` is the person's, `sessions` tells which are there."""
        store = UploadStore(paths.uploads, config.max_bytes)
        return cls(Uploads(store, sessions), rules_of(paths, config, home))


def rules_of(paths: Paths, config: TransferConfig, home: Path) -> Rules:
    """Return the rules of a home; its sockets are no place for files of others, wherever they are."""
    return Rules.of(
        allow=config.allow,
        deny=[*config.deny, str(paths.socket.parent)],
        max_bytes=config.max_bytes,
        home=home,
        loopsy_home=paths.home,
    )
