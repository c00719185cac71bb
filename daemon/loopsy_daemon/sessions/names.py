"""What a session may be called (pure)."""

import itertools
import unicodedata
from collections.abc import Container
from typing import Final

from loopsy_daemon.sessions.errors import BadRequest, NameTaken
from loopsy_daemon.wire import limits

_NUMBER_CHARACTERS: Final = 6
_CONTROL_CATEGORIES: Final = ("Cc", "Cs", "Zl", "Zp")


def has_control_characters(text: str) -> bool:
    """Tell whether there is a control character, a line break of any kind, or half of a character."""
    return any(unicodedata.category(character) in _CONTROL_CATEGORIES for character in text)


def require_valid_name(name: str) -> None:
    """Raise BadRequest unless `name` has 1 to 64 characters, none of them a control character."""
    if not 1 <= len(name) <= limits.MAX_NAME_CHARACTERS:
        raise BadRequest(f"A name has 1 to {limits.MAX_NAME_CHARACTERS} characters.", "Choose another name.")
    if name != name.strip() or has_control_characters(name):
        raise BadRequest("A name has no control characters, and no blanks around it.", "Choose another name.")


def require_free_name(name: str, taken: Container[str]) -> None:
    """Raise NameTaken if a running session has this name."""
    if name in taken:
        raise NameTaken(f"Another session is called {name!r}.", "Choose another name.")


def free_name(wanted: str, taken: Container[str]) -> str:
    """Return the name that is wanted, or with the lowest number that makes it free: `shell`, `shell-2`."""
    stem = wanted[: limits.MAX_NAME_CHARACTERS - _NUMBER_CHARACTERS].rstrip()
    names = itertools.chain([wanted], (f"{stem}-{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken)
