"""A path as it is typed at a program's cursor (pure)."""

import re
import shlex
from typing import Final

_SHELLS: Final = frozenset({"shell"})
_PLAIN: Final = re.compile(r"([^\w@%+=:,./-])")


def typed_path(path: str, agent: str) -> str:
    """Return the path quoted for the program of a session, on one line.

    A shell gets its own quotes. Agents look for paths in what is dropped on a terminal, where a backslash stands
    before each special character; a shell would understand that as well, but for letters beyond ASCII.
    """
    return shlex.quote(path) if agent in _SHELLS else _PLAIN.sub(r"\\\1", path)
