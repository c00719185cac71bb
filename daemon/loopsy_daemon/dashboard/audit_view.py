"""The newest lines of the audit log, for people to look through."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from loopsy_daemon.lan.audit import AuditLine

MAX_LINES: Final = 200


def newest_lines(path: Path, text: str) -> list[AuditLine]:
    """Return the newest lines that have this text in any of their values, whatever its case, the newest first.

    Blocks: it reads the log, and the one before it where that is needed, of 4 MiB each.
    """
    wanted = text.casefold()
    return list(islice((line for line in _backwards(path) if wanted in _text(line)), MAX_LINES))


def _backwards(path: Path) -> Iterator[AuditLine]:
    for part in (path, path.with_name(f"{path.name}.1")):
        try:
            lines = part.read_bytes().splitlines()
        except OSError:
            continue  # nobody has asked for anything yet, or the log has not been full
        for line in reversed(lines):
            try:
                yield msgspec.json.decode(line, type=AuditLine)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue  # a disk was full


def _text(line: AuditLine) -> str:
    return "\n".join(str(value) for value in msgspec.structs.astuple(line) if value is not None).casefold()
