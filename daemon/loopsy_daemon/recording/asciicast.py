"""Pure: the lines of an asciicast file, version 3 (https://docs.asciinema.org/manual/asciicast/v3)."""

import codecs
import json
from dataclasses import dataclass
from typing import Any, Final

VERSION: Final = 3
OUTPUT: Final = "o"
RESIZE: Final = "r"
MARK: Final = "m"
EXIT: Final = "x"
# A mark that begins so is the last event.
END: Final = "end of recording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line: the terminal's size, when it began (seconds since 1970), the session's name."""

    cols: int
    rows: int
    timestamp: int
    title: str


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, `interval_seconds` after the event before it."""

    interval_seconds: float
    code: str
    data: str

    @property
    def size(self) -> tuple[int, int] | None:
        """Columns and rows that a resize tells."""
        cols, _, rows = self.data.partition("x")
        if self.code != RESIZE or not (cols.isdecimal() and rows.isdecimal()):
            return None
        return int(cols), int(rows)

    @property
    def is_end(self) -> bool:
        """Whether nothing comes after it."""
        return self.code == EXIT or (self.code == MARK and self.data.startswith(END))


class Writer:
    """Turns what happens at given times (in seconds, of any clock) into lines."""

    def __init__(self, now: float) -> None:
        self._written_until_ms = round(now * 1_000)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def header(self, header: Header) -> bytes:
        """Return the first line."""
        return _line(
            {
                "version": VERSION,
                "term": {"cols": header.cols, "rows": header.rows, "type": "xterm-256color"},
                "timestamp": header.timestamp,
                "title": header.title,
            }
        )

    def output(self, now: float, data: bytes) -> bytes:
        """Return the line of an output; nothing while a character is incomplete."""
        text = self._decoder.decode(data)
        return self.event(now, OUTPUT, text) if text else b""

    def event(self, now: float, code: str, data: str) -> bytes:
        """Return the line of another event."""
        # Milliseconds, counted without rounding twice: errors must not add up over hours.
        now_ms = max(round(now * 1_000), self._written_until_ms)
        interval_seconds = (now_ms - self._written_until_ms) / 1_000
        self._written_until_ms = now_ms
        return _line([interval_seconds, code, data])


def parse_header(line: str) -> Header | None:
    """Return the header, or None if this is no recording of this version."""
    found = _parsed(line)
    term = found.get("term") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(term, dict) or found.get("version") != VERSION:
        return None
    cols, rows, timestamp = term.get("cols"), term.get("rows"), found.get("timestamp", 0)
    if not (isinstance(cols, int) and isinstance(rows, int) and isinstance(timestamp, int) and cols > 0 and rows > 0):
        return None
    return Header(cols=cols, rows=rows, timestamp=timestamp, title=str(found.get("title") or ""))


def parse_event(line: str) -> Event | None:
    """Return the event of a line, or None for a comment, or a line that was cut by a crash."""
    found = _parsed(line)
    match found:
        case [int() | float() as interval, str() as code, str() as data] if interval >= 0:
            return Event(float(interval), code, data)
        case _:
            return None


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="replace") + b"\n"
