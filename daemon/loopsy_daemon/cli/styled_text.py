"""Pure: lines of text with pen sequences, each made to stand alone, or bare."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

_PEN: Final = re.compile(r"\x1b\[[0-9;:]*m")
_SEQUENCE: Final = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]")
_PLAIN_PENS: Final = ("\x1b[0m", "\x1b[m")
RESET: Final = "\x1b[0m"


def bare(line: str) -> str:
    """Return the line without sequences."""
    return _SEQUENCE.sub("", line)


def standing_alone(lines: Iterable[str]) -> Iterator[str]:
    """Yield each line with the pen that it begins with, and with a plain one at its end."""
    pen = ""
    for line in lines:
        begun_with = pen
        for found in _PEN.findall(line):
            pen = "" if found in _PLAIN_PENS else pen + found
        yield begun_with + line + (RESET if pen else "")
