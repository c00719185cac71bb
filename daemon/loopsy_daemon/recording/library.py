"""The recordings of one home: their names, and what is known about each without reading all of it."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.recording import asciicast
from loopsy_daemon.recording.file import is_being_written

SUFFIX: Final = ".cast"
_LAST_LINE_BYTES: Final = 4_096
_SESSION_ID: Final = frozenset("abcdefghijklmnopqrstuvwxyz234567")


@dataclass(frozen=True, slots=True)
class Entry:
    """A recording; `state` is `recording`, `ended`, or `cut` where a daemon went away in the middle of it."""

    name: str
    path: Path
    session: str
    title: str
    cols: int
    rows: int
    started_at: float
    seconds: float
    size_bytes: int
    state: str


def new_path(directory: Path, session: str) -> Path:
    """Return where to record a session; the time and the id make the name, and nothing that anybody typed."""
    if not session or not set(session) <= _SESSION_ID:
        raise ValueError("not a session's id")
    stem = f"{time.strftime('%Y%m%d-%H%M%S')}-{session}"
    numbers = ["", *(f"-{number}" for number in range(2, 100))]
    return next(path for number in numbers if not (path := directory / f"{stem}{number}{SUFFIX}").exists())


def entries(directory: Path) -> list[Entry]:
    """Return the recordings, oldest first; files that are none are left out."""
    if not directory.is_dir():
        return []
    plain_files = (path for path in sorted(directory.glob(f"*{SUFFIX}")) if path.is_file() and not path.is_symlink())
    found = (_entry(path) for path in plain_files)
    return [entry for entry in found if entry is not None]


def find(directory: Path, wanted: str) -> Entry:
    """Return the recording with this name, or the only one that begins so, or the newest of a session.

    Raises LoopsyError.
    """
    known = entries(directory)
    exact = [entry for entry in known if entry.name == wanted]
    of_session = [entry for entry in known if wanted in (entry.session, entry.title)]
    beginning = [entry for entry in known if wanted and entry.name.startswith(wanted)]
    found = exact or of_session[-1:] or beginning
    if not found:
        raise LoopsyError(f"There is no recording `{wanted}`.", "loopsy record list")
    if len(found) > 1:
        raise LoopsyError(f"{len(found)} recordings begin with `{wanted}`.", "loopsy record list")
    return found[0]


def events(path: Path) -> Iterator[asciicast.Event]:
    """Yield the events of a recording."""
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        file.readline()
        for line in file:
            event = asciicast.parse_event(line)
            if event is not None:
                yield event


def _entry(path: Path) -> Entry | None:
    try:
        with path.open("rb") as file:
            header = asciicast.parse_header(file.readline(65_536).decode(errors="replace"))
            size_bytes = file.seek(0, os.SEEK_END)
            file.seek(max(0, size_bytes - _LAST_LINE_BYTES))
            last_lines = file.read().decode(errors="replace").split("\n")
            changed_at = os.fstat(file.fileno()).st_mtime
        state = "recording" if is_being_written(path) else "cut"
    except OSError:
        return None
    if header is None:
        return None
    last = asciicast.parse_event(last_lines[-2]) if len(last_lines) > 1 else None
    return Entry(
        name=path.name.removesuffix(SUFFIX),
        path=path,
        session=path.name.removesuffix(SUFFIX).split("-")[2] if path.name.count("-") >= 2 else "",
        title=header.title,
        cols=header.cols,
        rows=header.rows,
        started_at=float(header.timestamp),
        seconds=max(0.0, changed_at - header.timestamp),
        size_bytes=size_bytes,
        state="ended" if last is not None and last.is_end else state,
    )
