"""Small texts for people: ages, counts, sizes, and names from elsewhere made harmless for a terminal."""

import time
from typing import Final

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))
_SIZE_UNITS: Final = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def ago(moment: float, now: float | None = None) -> str:
    """Return how long ago a time in seconds since 1970 was, in its largest whole unit."""
    seconds = max(0, int((time.time() if now is None else now) - moment))
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def count(number: int, noun: str) -> str:
    """Return a number with its noun, such as `1 program`, `2 programs`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def size(size_bytes: int) -> str:
    """Return a size in bytes in the largest unit in which it is at least one."""
    for unit_bytes, unit in _SIZE_UNITS:
        if size_bytes >= unit_bytes:
            return f"{size_bytes / unit_bytes:.1f} {unit}"
    return f"{size_bytes} B"


def printable(text: str) -> str:
    """Return the text with what could steer a terminal (control and format characters) shown as `�`."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
