"""Where sessions were opened, most recent first: `places.json`, the daemon's alone."""

import logging
import os
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from loopsy_daemon import files
from loopsy_daemon.errors import UnsafeFile
from loopsy_daemon.sessions.names import has_control_characters
from loopsy_daemon.wire import limits
from loopsy_daemon.wire.messages import Place

_log: Final = logging.getLogger(__name__)


class _PlacesFile(Struct, frozen=True, kw_only=True):
    places: list[str] = []
    version: int = 1


class RecentPlaces:
    """A convenience: what cannot be read or written is said in the log and is no error."""

    def __init__(self, path: Path, home: str) -> None:
        self.home = home
        self._path = path
        self._places = _load(path)

    def all(self) -> list[str]:
        """Return the directories, most recent first."""
        return list(self._places)

    def opened(self, directory: str) -> None:
        """Remember a directory; home is none, since it is always offered."""
        if directory == self.home or not _can_be_told(directory) or self._places[:1] == [directory]:
            return
        others = [place for place in self._places if place != directory]
        self._places = [directory, *others][: limits.MAX_PLACES]
        content = msgspec.json.format(msgspec.json.encode(_PlacesFile(places=self._places)), indent=1)
        try:
            files.write_atomically(self._path, content + b"\n")
        except OSError as error:
            _log.warning("%s cannot be written: %s", self._path, error.strerror)


def looked_up(places: list[str]) -> list[Place]:
    """Return whether each place is still a directory; it may take as long as a disk does."""
    return [Place(path=place, there=os.path.isdir(place)) for place in places]  # noqa: PTH112 - never raises


def _can_be_told(directory: str) -> bool:
    try:
        return len(directory.encode()) <= limits.MAX_PLACE_BYTES and not has_control_characters(directory)
    except UnicodeEncodeError:  # on disk a name is any bytes
        return False


def _load(path: Path) -> list[str]:
    try:
        data = files.read_private(path)
        places = [] if data is None else msgspec.json.decode(data, type=_PlacesFile).places
    except (UnsafeFile, OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _log.warning("%s is not used: %s", path, error)
        return []
    return [place for place in places if _can_be_told(place)][: limits.MAX_PLACES]
