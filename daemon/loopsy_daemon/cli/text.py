"""Small texts for people: ages, and names from elsewhere made harmless for a terminal."""

import time
from typing import Final

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def ago(moment: float, now: float | None = None) -> str:
    """Return how long ago a time in seconds since 1970 was, in its largest whole unit."""
    seconds = max(0, int((time.time() if now is None else now) - moment))
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def printable(text: str) -> str:
    """Return the text with what could steer a terminal (control and format characters) shown as `�`."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
