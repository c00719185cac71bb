"""The log of a relay on this machine: capped while others write to it, its last lines, and what is added to it."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from loopsy_daemon import files

MAX_LOG_BYTES: Final = 1_048_576
_POLL_SECONDS: Final = 0.2


def former_log(log: Path) -> Path:
    """Return where the log is moved to when it is full."""
    return log.with_name(f"{log.name}.1")


def cap_log(log: Path, max_bytes: int = MAX_LOG_BYTES) -> None:
    """Move the log away, in place of what was moved before, once it is full.

    Whoever writes to it keeps it open for appending, so it is emptied and not renamed.
    """
    if not log.exists() or log.stat().st_size <= max_bytes:
        return
    with log.open("r+b") as file:
        file.seek(-max_bytes, os.SEEK_END)
        files.write_atomically(former_log(log), file.read())
        file.truncate(0)


def last_lines(log: Path, count: int) -> list[str]:
    """Return the last lines, across the log that was moved away and the present one."""
    found: list[str] = []
    for path in (former_log(log), log):
        if path.exists():
            found += path.read_text(encoding="utf-8", errors="replace").splitlines()
    return found[-count:] if count else []


def added_text(log: Path, wait: Callable[[float], None] = time.sleep) -> Iterator[str]:
    """Return an iterator over what is added to the log from now on, for ever."""
    return _added(log, _size(log), wait)


def _added(log: Path, position: int, wait: Callable[[float], None]) -> Iterator[str]:
    while True:
        size = _size(log)
        if size < position:
            position = 0  # it was moved away
        if size > position:
            with log.open("rb") as file:
                file.seek(position)
                added = file.read(size - position)
            position += len(added)
            yield added.decode(errors="replace")
        else:
            wait(_POLL_SECONDS)


def _size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0
