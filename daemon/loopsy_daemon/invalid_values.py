"""What is wrong with a value that somebody gave, in words: what msgspec says is for programmers."""

import re
from typing import Final

_LENGTH: Final = re.compile(r"Expected `(?:str|array|bytes)` of length (<=|>=) (\d+)")
_PLACE: Final = re.compile(r" - at `\$\.?([^`]*)`$")
_SAID: Final = {
    "type": "A type is lower-case letters, digits, - and _, at most 32, with a letter first.",
    "queue": "The name of a queue is letters, digits, ., - and _, at most 64, with a letter or digit first.",
    "id": "That is no id.",
}


def what_is_wrong(error: Exception) -> str:
    """Return a sentence about a value that does not fit its type."""
    text = str(error)
    found = _PLACE.search(text)
    name = found[1].removesuffix("_seconds").replace("_", " ") if found else ""
    length = _LENGTH.match(text)
    if name and length:
        return f"The {name} is empty." if length[1] == ">=" else f"The {name} has at most {length[2]} characters."
    if "matching regex" in text and name in _SAID:
        return _SAID[name]
    return f"That is no valid request: {text}."
