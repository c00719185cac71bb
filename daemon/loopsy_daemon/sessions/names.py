"""What a session may be called (pure)."""

import itertools
import unicodedata
from collections.abc import Container

from loopsy_daemon.sessions.errors import BadRequest, NameTaken
from loopsy_daemon.wire import limits


def require_valid_name(name: str) -> None:
    """Raise BadRequest unless `name` has 1 to 64 characters, none of them a control or formatting character."""
    if not 1 <= len(name) <= limits.MAX_NAME_CHARACTERS:
        raise BadRequest(f"A name has 1 to {limits.MAX_NAME_CHARACTERS} characters.", "Choose another name.")
    if name != name.strip() or any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name):
        raise BadRequest("A name has no control characters, and no blanks around it.", "Choose another name.")


def require_free_name(name: str, taken: Container[str]) -> None:
    """Raise NameTaken if a running session has this name."""
    if name in taken:
        raise NameTaken(f"Another session is called {name!r}.", "Choose another name.")


def free_name(agent: str, taken: Container[str]) -> str:
    """Return the agent's id, or with the lowest number that makes it free: `shell`, `shell-2`."""
    names = itertools.chain([agent], (f"{agent}-{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken)
